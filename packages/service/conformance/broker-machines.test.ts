/** The whole handshake by a client written from the protocol's text alone, for every kind of machine. */

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PlainGuest, type PlainGuestOptions } from '../../../testkit/plain-client.ts'
import { createSite, readProblem, startService } from './fixture.ts'
import { COLLATERAL, CONFIGURED, DEVICES, MACHINES, type Machine, ROOTS, SAMPLES } from './machines.ts'

const PATH = 'default/key/disk'
const SECRET = 'correct horse battery staple'

type Over = Parameters<typeof startService>[1]

/** A service that judges all of them. No expectations: machines are genuine, and nothing is pinned. */
async function start(over: Over = {}) {
  const site = createSite()
  const folder = join(site.dir, '..')
  const writeAll = (name: string, files: typeof ROOTS) => {
    mkdirSync(join(folder, name))
    return Object.entries(files).map(([file, content]) => {
      writeFileSync(join(folder, name, file), content)
      return join(folder, name, file)
    })
  }
  writeAll('collateral', COLLATERAL)
  const { expect: _, ...config } = site.config
  const running = await startService(
    { ...site, config },
    {
      store: { driver: 'memory' },
      collateral: { bundles: [join(folder, 'collateral')] },
      trustSimulatedRoots: writeAll('roots', ROOTS),
      release: { statuses: ['affirming', 'warning'] },
      ...over,
    },
  )
  await running.putSecret(PATH, SECRET)
  return { ...running, guest: (options: PlainGuestOptions) => new PlainGuest(running.url, options) }
}

const guestOf = ({ tee, attest }: Machine, over: Partial<PlainGuestOptions> = {}): PlainGuestOptions => ({
  tee,
  attester: attest,
  ...over,
})

const codesOf = ({ code, findings }: Awaited<ReturnType<typeof readProblem>>) => [
  code,
  ...findings.map((finding) => finding.code),
]

describe('every kind of machine', () => {
  test.each(MACHINES.map((machine) => [machine.title, machine] as const))('%s gets the secret', async (_, machine) => {
    const { guest } = await start()
    const client = guest(guestOf(machine))
    const attested = await client.handshake()
    expect(attested.status, await attested.clone().text()).toBe(200)
    for (const identity of ['cookie', 'attestation', 'bearer'] as const)
      expect(await client.open(await client.request(PATH, identity))).toBe(SECRET)
  })

  test.each(MACHINES.map((machine) => [machine.title, machine.code, machine] as const))(
    '%s, tampered with: %s',
    async (_, code, machine) => {
      const { guest } = await start()
      const client = guest(guestOf(machine))
      await client.auth()
      const body = await client.prepare()
      machine.tamper((body['tee-evidence'] as { primary_evidence: unknown }).primary_evidence)
      const refused = await client.attest(body)
      expect(refused.status).toBe(401)
      expect(codesOf(await readProblem(refused))).toEqual(['BROKER_EVIDENCE_REFUSED', code])
      expect((await client.request(PATH)).status).toBe(401)
    },
  )

  test.each(MACHINES.map((machine) => [machine.title, machine] as const))(
    '%s with an answer to another question: APPRAISAL_REPORT_DATA_MISMATCH',
    async (_, machine) => {
      const { guest } = await start()
      const client = guest({ tee: machine.tee, attester: (digest) => machine.attest(digest.map((byte) => byte ^ 1)) })
      const refused = await client.handshake()
      expect(refused.status).toBe(401)
      expect(codesOf(await readProblem(refused))).toContain('APPRAISAL_REPORT_DATA_MISMATCH')
    },
  )

  test.each(MACHINES.map((machine) => [machine.title, machine] as const))(
    '%s is refused where its root is not named',
    async (_, machine) => {
      const { guest, service } = await start({ trustSimulatedRoots: [] })
      expect(service.notices.join()).not.toContain('simulated')
      const refused = await guest(guestOf(machine)).handshake()
      expect(refused.status).toBe(401)
      expect(codesOf(await readProblem(refused))[1]).toMatch(/ROOT|UNTRUSTED|CHAIN|ISSUER/)
    },
  )
})

describe('every kind of device beside a machine', () => {
  const [machine] = MACHINES as readonly [Machine]

  test.each(DEVICES.map((device) => [device.title, device] as const))('%s is judged with it', async (_, device) => {
    const { guest, admin } = await start()
    const client = guest(guestOf(machine, { devices: { [device.tee]: device.attest } }))
    const attested = await client.handshake()
    expect(attested.status, await attested.clone().text()).toBe(200)
    expect(await client.open(await client.request(PATH))).toBe(SECRET)
    expect(admin).toBeDefined()
  })

  test.each(DEVICES.map((device) => [device.title, device.code, device] as const))(
    '%s, tampered with: %s',
    async (_, code, device) => {
      const { guest } = await start()
      const spoiled = (digest: Buffer) => {
        const evidence = device.attest(digest)
        device.tamper(evidence)
        return evidence
      }
      const refused = await guest(guestOf(machine, { devices: { [device.tee]: spoiled } })).handshake()
      expect(refused.status).toBe(401)
      expect(codesOf(await readProblem(refused))).toContain(code)
    },
  )

  test('all of them together, and one left out is noticed', async () => {
    const { guest } = await start({ enabledTees: ['sampledevice'] })
    const devices = {
      ...Object.fromEntries(DEVICES.map(({ tee, attest }) => [tee, attest])),
      sampledevice: (digest: Buffer) => ({ svn: '1', report_data: digest.toString('base64') }),
    }
    const client = guest(guestOf(machine, { devices }))
    expect((await client.handshake()).status).toBe(200)
    expect(await client.open(await client.request(PATH))).toBe(SECRET)
    const other = guest(guestOf(machine, { devices }))
    await other.auth()
    const body = await other.prepare()
    const evidence = body['tee-evidence'] as { additional_evidence: string }
    const { nvidia: _, ...fewer } = JSON.parse(evidence.additional_evidence) as Record<string, unknown>
    evidence.additional_evidence = JSON.stringify(fewer)
    const refused = await other.attest(body)
    expect(refused.status).toBe(401)
    expect(codesOf(await readProblem(refused))).toContain('APPRAISAL_REPORT_DATA_MISMATCH')
  })
})

describe('sample evidence, which proves nothing', () => {
  test.each(SAMPLES.map((sample) => [sample.title, sample] as const))(
    '%s is refused: SAMPLE_NOT_NAMED',
    async (_, sample) => {
      const { guest } = await start()
      const refused = await guest(guestOf(sample)).handshake()
      expect(refused.status).toBe(401)
      expect(codesOf(await readProblem(refused))).toContain('SAMPLE_NOT_NAMED')
    },
  )

  test.each(SAMPLES.map((sample) => [sample.title, sample] as const))(
    '%s passes where the kind is enabled, and every verdict says so',
    async (_, sample) => {
      const { guest, service, lines } = await start({ enabledTees: ['sample'] })
      expect(service.notices.join(' ')).toContain('kind sample is accepted')
      const client = guest(guestOf(sample))
      expect((await client.handshake()).status).toBe(200)
      expect(await client.open(await client.request(PATH))).toBe(SECRET)
      expect(Buffer.from(client.token.split('.')[1] ?? '', 'base64url').toString()).toContain('"simulated":true')
      expect(lines.map((line) => JSON.parse(line)).some(({ tee, simulated }) => tee === 'sample' && simulated)).toBe(
        true,
      )
    },
  )

  test.each(SAMPLES.map((sample) => [sample.title, sample.code, sample] as const))(
    '%s, tampered with: %s',
    async (_, code, sample) => {
      const { guest } = await start({ enabledTees: ['sample'] })
      const client = guest(guestOf(sample))
      await client.auth()
      const body = await client.prepare()
      sample.tamper((body['tee-evidence'] as { primary_evidence: unknown }).primary_evidence)
      const refused = await client.attest(body)
      expect(refused.status).toBe(401)
      expect(codesOf(await readProblem(refused))).toContain(code)
    },
  )

  test('enabling one kind does not enable the other', async () => {
    const { guest } = await start({ enabledTees: ['sampledevice'] })
    const [sample] = SAMPLES as readonly [Machine]
    expect((await guest(guestOf(sample)).handshake()).status).toBe(401)
  })
})

describe('init data', () => {
  const textOf = (algorithm: string) => `version = "0.1.0"\nalgorithm = "${algorithm}"\n[data]\n"aa.toml" = "x = 1"\n`

  test.each(CONFIGURED.map((machine) => [machine.title, machine] as const))('is proven by %s', async (_, machine) => {
    const { guest } = await start()
    const initData = textOf(machine.algorithm)
    const digest = createHash(machine.algorithm).update(initData).digest()
    const attester = (reportData: Buffer) => machine.attest(reportData, digest)
    const client = guest({ tee: machine.tee, attester, initData })
    const attested = await client.handshake()
    expect(attested.status, await attested.clone().text()).toBe(200)
    expect(await client.open(await client.request(PATH))).toBe(SECRET)
    const refused = await guest({ tee: machine.tee, attester, initData: `${initData}# changed\n` }).handshake()
    expect(refused.status).toBe(401)
    expect(codesOf(await readProblem(refused))).toContain('APPRAISAL_INIT_DATA_MISMATCH')
  })

  test.each(
    MACHINES.filter(({ tee }) => /csv|tpm|enclave/.test(tee)).map((machine) => [machine.title, machine] as const),
  )('is refused where %s cannot prove it: APPRAISAL_INIT_DATA_MISMATCH', async (_, machine) => {
    const { guest } = await start()
    // Digests of every size: none is cut or read beyond its end.
    for (const algorithm of ['sha256', 'sha384', 'sha512']) {
      const refused = await guest(guestOf(machine, { initData: textOf(algorithm) })).handshake()
      expect(refused.status).toBe(401)
      expect(codesOf(await readProblem(refused))).toContain('APPRAISAL_INIT_DATA_MISMATCH')
    }
  })
})

describe('evidence that is none', () => {
  const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)])
  const nothings: readonly unknown[] = [
    'text',
    7,
    true,
    [],
    {},
    { quote: null },
    { quote: 'AAAA', cc_eventlog: 'AAAA' },
    { quote: { SHA256: { attest_body: 'AAAA', attest_sig: 'AAAA', pcrs: [] } }, ak_pubkey: 'x' },
    { attestation_report: {}, cert_chain: [{ cert_type: 'VCEK', data: [1, 2] }] },
    { attestation_report: { data: Array(4096).fill(0), magic: [], flags: 0 }, cert_chain: {}, serial_number: [1] },
    { attestation_report: { version: 1e308, policy: -1, chip_id: 'x' } },
    { attestation_reports: [null] },
    { device_evidence_list: [{ evidence: 'AAAA', certificate: 'AAAA' }] },
    { version: 1, tpm_quote: { signature: 'zz', message: '', pcrs: [] }, hcl_report: 'AAAA', vcek: '' },
    { document: 'AAAA' },
    { svn: {}, report_data: [] },
    { primary_evidence: {}, additional_evidence: '' },
    { __proto__: null, constructor: { prototype: {} } },
    deep(20),
  ]
  const tees = [...new Set([...MACHINES, ...DEVICES, ...SAMPLES].map(({ tee }) => tee)), 'sampledevice']

  test.each(tees)('of %s is refused with a code, and never a fault of the service', async (tee) => {
    const { guest, lines } = await start({ enabledTees: ['sample', 'sampledevice'] })
    for (const nothing of nothings) {
      const refused = await guest({ tee, attester: () => nothing }).handshake()
      expect([400, 401], JSON.stringify(nothing)).toContain(refused.status)
      expect((await readProblem(refused)).code).toMatch(/^BROKER_/)
      const [machine] = MACHINES as readonly [Machine]
      const beside = await guest(guestOf(machine, { devices: { [tee]: () => nothing } })).handshake()
      expect([400, 401], JSON.stringify(nothing)).toContain(beside.status)
    }
    expect(lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50)).toEqual([])
  })
})

describe('versions and keys', () => {
  const [machine] = MACHINES as readonly [Machine]
  const versions = ['0.1.0', '0.1.1', '0.2.0', '0.3.0', '0.4.0'] as const

  test.each([
    ['0.1.0 joined', 'RSA1_5'],
    ['0.1.0', 'RSA1_5'],
    ['0.1.1', 'RSA1_5'],
    ['0.1.1', 'P-256'],
    ['0.2.0', 'P-256'],
    ['0.2.0', 'RSA-OAEP-256'],
    ['0.3.0', 'P-256'],
    ['0.4.0', 'P-256'],
    ['0.4.0', 'P-521'],
    ['0.4.0', 'RSA-OAEP-256'],
    ['0.4.0', 'RSA1_5'],
  ] as const)('protocol %s with a key for %s', async (protocol, key) => {
    const { guest } = await start({ broker: { versions, allowRsa15: true } })
    const client = guest(guestOf(machine, { protocol, key }))
    const attested = await client.handshake()
    expect(attested.status, await attested.clone().text()).toBe(200)
    for (const identity of ['cookie', 'attestation', 'bearer'] as const) {
      const response = await client.request(PATH, identity)
      const { protected: header } = (await response.clone().json()) as { protected: string }
      // Only keys of the oldest clients come with the shape that those read.
      expect(header.startsWith('{')).toBe(key === 'RSA1_5' && protocol !== '0.4.0')
      expect(await client.open(response)).toBe(SECRET)
    }
  })

  test('older versions and RSA1_5 are refused unless the configuration names them', async () => {
    const { guest } = await start()
    for (const protocol of ['0.1.0', '0.1.1', '0.2.0', '0.3.0'] as const) {
      const refused = await guest(guestOf(machine, { protocol })).auth()
      expect(refused.status).toBe(400)
      expect((await readProblem(refused)).code).toBe('BROKER_VERSION_UNSUPPORTED')
    }
    const refused = await guest(guestOf(machine, { key: 'RSA1_5' })).handshake()
    expect(refused.status).toBe(400)
    expect((await readProblem(refused)).code).toBe('BROKER_TEE_KEY_INVALID')
  })

  test('a key of one client opens nothing of another', async () => {
    const { guest } = await start()
    const [first, second] = [guest(guestOf(machine)), guest(guestOf(machine))]
    await Promise.all([first.handshake(), second.handshake()])
    const response = await first.request(PATH)
    await expect(second.open(response)).rejects.toThrow()
  })
})
