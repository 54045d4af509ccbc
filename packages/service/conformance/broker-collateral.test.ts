/** Where certificates of chips come from, and what makes keys and roots of other kinds trustworthy. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { serveKds } from '@veritee/simulator/kds'
import { describe, expect, onTestFinished, test } from 'vitest'
import { PlainGuest } from '../../../testkit/plain-client.ts'
import { createSite, readProblem, type Site, startService } from './fixture.ts'
import { BARE_MACHINES, KDS_WORLDS, MACHINES, type Machine, ROOTS, TPM_KEY } from './machines.ts'

type Over = Parameters<typeof startService>[1]

function writeBytes(site: Site, name: string, content: Uint8Array | string): string {
  const path = join(site.dir, '..', name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  return path
}

async function start(over: Over = {}, site: Site = createSite()) {
  const { expect: _, collateral: __, ...config } = site.config
  const roots = Object.entries(ROOTS).map(([name, content]) => writeBytes(site, name, content))
  const defaults: Over = {
    store: { driver: 'memory' },
    trustSimulatedRoots: roots,
    release: { statuses: ['affirming', 'warning'] },
  }
  return startService({ ...site, config }, { ...defaults, ...over })
}

async function startKds() {
  const kds = await serveKds(KDS_WORLDS)
  onTestFinished(() => kds.close())
  return kds
}

const guestOf = (url: string, { tee, attest }: Machine) => new PlainGuest(url, { tee, attester: attest })
const machineOf = (tee: string) => MACHINES.find((machine) => machine.tee === tee) as Machine
const readCodes = async (response: Response) => (await readProblem(response)).findings.map(({ code }) => code)

describe.each(BARE_MACHINES.map((machine) => [machine.title, machine] as const))(
  '%s without its chain',
  (_, machine) => {
    test('comes with one of the key distribution service, asked once', async () => {
      const kds = await startKds()
      const { url } = await start({ collateral: { amdKds: `${kds.url}/`, hygonKds: `${kds.url}/` } })
      for (const _ of [1, 2]) expect((await guestOf(url, machine).handshake()).status).toBe(200)
      expect(kds.requests.filter((request) => machine.route.test(request))).toHaveLength(1)
    })

    test('is refused where nobody has it', async () => {
      const { url } = await start()
      const refused = await guestOf(url, machine).handshake()
      expect(refused.status).toBe(401)
      expect((await readCodes(refused))[0]).toMatch(/VEK_MISSING|CHAIN_INCOMPLETE/)
    })

    test(`of an unknown chip: ${machine.code}`, async () => {
      const kds = await startKds()
      const { url } = await start({ collateral: { amdKds: `${kds.url}/`, hygonKds: `${kds.url}/` } })
      const client = guestOf(url, machine)
      await client.auth()
      const body = await client.prepare()
      machine.tamper((body['tee-evidence'] as { primary_evidence: unknown }).primary_evidence)
      const refused = await client.attest(body)
      expect(refused.status).toBe(401)
      expect(await readCodes(refused)).toContain(machine.code)
    })

    test('cannot be judged while the service does not answer', async () => {
      const kds = await startKds()
      kds.inject({ kind: 'status', status: 503 })
      const { url } = await start({ collateral: { amdKds: `${kds.url}/`, hygonKds: `${kds.url}/`, timeoutSeconds: 1 } })
      const failed = await guestOf(url, machine).handshake()
      expect(failed.status).toBeGreaterThanOrEqual(500)
      expect((await readProblem(failed)).code).toMatch(/^COLLATERAL_/)
    })
  },
)

describe('stores of files that were fetched before', () => {
  test('answer without any service', async () => {
    const site = createSite()
    const [snp] = KDS_WORLDS.snp
    const [csv] = KDS_WORLDS.csv
    const folder = Buffer.from(snp.hardwareId).toString('hex')
    const files = {
      [`vcek/${folder}/vcek.der`]: snp.certificate(),
      [`vcek/${snp.product}/cert_chain.pem`]: snp.chain(),
      [`vcek/${snp.product}/crl.der`]: snp.crl(),
      [`${csv.serialNumber}/hsk_cek.cert`]: csv.hskCek,
    }
    for (const [name, content] of Object.entries(files)) writeBytes(site, `store/${name}`, content)
    const { url } = await start({ collateral: { stores: [join(site.dir, '..', 'store')] } }, site)
    for (const machine of [...BARE_MACHINES, machineOf('snp'), machineOf('az-snp-vtpm')])
      expect((await guestOf(url, machine).handshake()).status, machine.title).toBe(200)
  })
})

describe('keys and roots that the configuration names', () => {
  test('a TPM passes by its authority or by its key, and neither is called simulated', async () => {
    const site = createSite()
    const authority = writeBytes(site, 'authority.der', TPM_KEY.authority)
    for (const [machine, over] of [
      [machineOf('tpm'), { trustTpmAuthorities: [authority] }],
      [TPM_KEY, { allowAttestationKeys: [TPM_KEY.digest] }],
    ] as const) {
      const { url } = await start({ trustSimulatedRoots: [], ...over })
      const client = guestOf(url, machine)
      expect((await client.handshake()).status).toBe(200)
      expect(Buffer.from(client.token.split('.')[1] ?? '', 'base64url').toString()).not.toContain('"simulated":true')
    }
    const { url } = await start({ trustSimulatedRoots: [], allowAttestationKeys: ['ab'.repeat(32)] })
    const refused = await guestOf(url, TPM_KEY).handshake()
    expect(refused.status).toBe(401)
    expect(await readCodes(refused)).toEqual(['TPM_AK_UNBOUND'])
  })

  test('an enclave passes by its root, which the first page tells', async () => {
    const site = createSite()
    const root = writeBytes(site, 'enclave-root.pem', ROOTS['enclave.pem'] ?? '')
    const { url, service } = await start({ trustSimulatedRoots: [], trustEnclaveRoots: [root] })
    expect((await guestOf(url, machineOf('enclave')).handshake()).status).toBe(200)
    expect(service.notices.join(' ')).toContain('Enclave documents')
  })

  test.each(['trustTpmAuthorities', 'trustEnclaveRoots'] as const)(
    'SERVICE_FILE_INVALID, SERVICE_FILE_UNREADABLE: %s',
    async (key) => {
      const site = createSite()
      const invalid = { code: 'SERVICE_FILE_INVALID', details: { path: key } }
      await expect(start({ [key]: [site.write('x.pem', 'no certificate')] })).rejects.toMatchObject(invalid)
      await expect(start({ [key]: [site.write('b.json', '{"keys":[]}')] })).rejects.toMatchObject(invalid)
      await expect(start({ [key]: ['/nowhere'] })).rejects.toMatchObject({ code: 'SERVICE_FILE_UNREADABLE' })
    },
  )
})
