/** The authority of TPM attestation keys: what it certifies, for whom, and that the certificates count where they are trusted. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { PlainGuest } from '../../../testkit/plain-client.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { openTpmAuthority } from '../src/tpm-authority/authority.ts'
import { createSite, NOW, type Running, type Site, startService } from './fixture.ts'
import { MACHINES, type Machine } from './machines.ts'

const pemOf = (kind: 'rsa' | 'ec' = 'rsa', strength = 2048) => {
  const { publicKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: strength })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return publicKey.export({ type: 'spki', format: 'pem' }) as string
}
const AK = pemOf()

async function start(over: Partial<NonNullable<ServiceConfigInput['tpmAuthority']>> = {}, site: Site = createSite()) {
  const folder = join(site.dir, 'pca')
  const running = await startService(site, { tpmAuthority: { folder, ...over } })
  return { ...running, folder, site }
}

const ask = (running: Running, query: Record<string, string>) =>
  running.admin('GET', `/tpm-pca/ak-credential?${new URLSearchParams(query)}`)

/** The certificates of an answer: bytes of PEM, as a list of numbers. */
async function readChain(response: Response): Promise<X509Certificate[]> {
  expect(response.status).toBe(200)
  const pem = Buffer.from((await response.json()) as number[]).toString()
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

const seconds = (date: string) => Date.parse(date) / 1000

describe('certificates', () => {
  test('of an attestation key, under an authority that is made once', async () => {
    const running = await start({ name: 'My authority', organization: 'Mine' })
    const [leaf, root, ...more] = (await readChain(await ask(running, { name: '000bab12', ak_pubkey: AK }))) as [
      X509Certificate,
      X509Certificate,
    ]
    expect(more).toEqual([])
    expect(leaf.subject).toBe('CN=000bab12')
    expect(root.subject).toBe('CN=My authority\nO=Mine')
    expect([leaf.ca, root.ca]).toEqual([false, true])
    expect(leaf.verify(root.publicKey) && root.verify(root.publicKey)).toBe(true)
    expect(leaf.publicKey.export({ type: 'spki', format: 'pem' })).toBe(AK)
    expect(leaf.keyUsage).toEqual(['2.23.133.8.3'])
    expect([seconds(leaf.validFrom), seconds(leaf.validTo)]).toEqual([NOW, NOW + 31_536_000 - 1])
    expect(statSync(join(running.folder, 'ca.key')).mode & 0o777).toBe(0o600)
    const chain = await running.admin('GET', '/tpm-pca/certificate')
    expect(await chain.text()).toBe(readFileSync(join(running.folder, 'ca.crt'), 'utf8'))
    expect(openTpmAuthority({ ...running.service.config.tpmAuthority!, name: 'Another' }, NOW).chain).toBe(
      readFileSync(join(running.folder, 'ca.crt'), 'utf8'),
    )
  })

  test('OpenSSL finds nothing wrong with them', async () => {
    const running = await start()
    const answer = await ask(running, { name: 'ak', ak_pubkey: pemOf('ec'), duration: '90d' })
    const pem = Buffer.from((await answer.json()) as number[]).toString()
    const leaf = running.site.write('leaf.pem', pem)
    const at = ['-attime', String(NOW + 60)]
    const out = execFileSync('openssl', [
      'verify',
      '-x509_strict',
      ...at,
      '-CAfile',
      join(running.folder, 'ca.crt'),
      leaf,
    ])
    expect(out.toString()).toContain('OK')
  })

  test.each([
    ['rsa:2048', 'RSA'],
    ['ec -pkeyopt ec_paramgen_curve:P-384', 'P-384'],
  ])('under a key and a certificate of the operator: %s', async (kind) => {
    const site = createSite()
    const [key, cert] = [site.write('own.key', ''), site.write('own.crt', '')]
    const made = ['req', '-x509', '-newkey', ...kind.split(' '), '-nodes', '-keyout', key, '-out', cert]
    execFileSync('openssl', [...made, '-subj', '/CN=own', '-days', '4000'], { stdio: 'pipe' })
    const running = await start({ key, certificates: cert }, site)
    const [leaf, root] = (await readChain(await ask(running, { name: 'ak', ak_pubkey: AK, duration: '10m' }))) as [
      X509Certificate,
      X509Certificate,
    ]
    expect(root.subject).toBe('CN=own')
    expect(leaf.verify(root.publicKey)).toBe(true)
    expect(seconds(leaf.validTo)).toBe(NOW + 600)
    running.clock.now = seconds(root.validTo)
    const late = await ask(running, { name: 'ak', ak_pubkey: AK })
    expect(await late.json()).toMatchObject({ code: 'SERVICE_FILE_INVALID', detail: expect.stringContaining('ended') })
  })

  test('what was certified, for whom, is in the audit log', async () => {
    const running = await start()
    await ask(running, { name: 'ak-1', ak_pubkey: AK, ek_cert: 'EK' })
    const log = await running.admin('GET', '/../../api/v1/audit?action=tpm.certify')
    expect(await log.json()).toMatchObject({
      items: [{ object: 'ak-1', outcome: 'done', detail: { ekCert: expect.stringMatching(/^[0-9a-f]{64}$/) } }],
    })
  })
})

describe('a machine with a TPM', () => {
  const machine = MACHINES.find(({ tee }) => tee === 'tpm') as Machine

  async function attest(trusted: boolean) {
    const site = createSite()
    const folder = join(site.dir, 'pca')
    const { chain } = openTpmAuthority({ folder, name: 'a', organization: 'o', lifetimeSeconds: 86_400 }, NOW)
    const { expect: _, ...config } = site.config
    const running = await startService(
      { ...site, config },
      {
        tpmAuthority: { folder },
        trustTpmAuthorities: trusted ? [site.write('trusted.pem', chain)] : [],
        release: { statuses: ['affirming', 'warning'] },
      },
    )
    // Its attestation key, certified here and not by whoever made the TPM.
    const own = new X509Certificate(machine.attest(new Uint8Array(48)).ak_cert)
    const ak_pubkey = own.publicKey.export({ type: 'spki', format: 'pem' }) as string
    const pem = Buffer.from((await (await ask(running, { name: 'ak', ak_pubkey })).json()) as number[]).toString()
    const ak_cert = `${pem.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`
    const attester = (digest: Uint8Array) => {
      const { ek_cert: _, ...evidence } = machine.attest(digest)
      return { ...evidence, ak_cert }
    }
    const response = await new PlainGuest(running.url, { tee: 'tpm', attester }).handshake()
    return { status: response.status, text: await response.text() }
  }

  test('is genuine by such a certificate, where the authority is trusted', async () => {
    const { status, text } = await attest(true)
    expect(status, text).toBe(200)
  })

  test('TPM_AK_CERTIFICATE_UNTRUSTED: the service does not trust its own authority unasked', async () => {
    const { status, text } = await attest(false)
    expect(status).toBe(401)
    expect(text).toContain('TPM_AK_CERTIFICATE_UNTRUSTED')
  })
})

describe('refused', () => {
  test.each([
    ['no name', 'name', { ak_pubkey: AK }],
    ['a name that is more than one', 'name', { name: 'a/CN=b', ak_pubkey: AK }],
    ['a long name', 'name', { name: 'a'.repeat(65), ak_pubkey: AK }],
    ['no key', 'ak_pubkey', { name: 'a' }],
    ['a short key', 'ak_pubkey', { name: 'a', ak_pubkey: pemOf('rsa', 1024) }],
    ['no public key', 'ak_pubkey', { name: 'a', ak_pubkey: AK.replaceAll('PUBLIC', 'PRIVATE') }],
    ['a broken key', 'ak_pubkey', { name: 'a', ak_pubkey: AK.replace('MII', 'AAA') }],
    ['no time', 'duration', { name: 'a', ak_pubkey: AK, duration: '0s' }],
    ['a time in years', 'duration', { name: 'a', ak_pubkey: AK, duration: '1y' }],
    ['longer than the authority', 'duration', { name: 'a', ak_pubkey: AK, duration: '366d' }],
  ])('SERVICE_REQUEST_INVALID: %s', async (_, path, query) => {
    const running = await start()
    const response = await ask(running, query as Record<string, string>)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'SERVICE_REQUEST_INVALID', path })
  })

  test('without an administrator’s token, and where there is no authority', async () => {
    const { url } = await start()
    for (const path of ['ak-credential?name=a', 'certificate'])
      expect((await fetch(`${url}/kbs/v0/tpm-pca/${path}`)).status).toBe(401)
    const other = await startService(createSite())
    const absent = await other.admin('GET', '/tpm-pca/certificate')
    expect([absent.status, await absent.json()]).toMatchObject([404, { code: 'BROKER_PLUGIN_UNKNOWN' }])
  })
})

describe('files', () => {
  const config = (site: Site, over: object = {}) => ({
    folder: join(site.dir, 'pca'),
    name: 'a',
    organization: 'o',
    lifetimeSeconds: 86_400,
    ...over,
  })

  test('that others may read, and a certificate that is no authority’s, are told about', () => {
    const site = createSite()
    const own = config(site)
    expect(openTpmAuthority(own, NOW).notices).toEqual([])
    chmodSync(join(own.folder, 'ca.key'), 0o644)
    expect(openTpmAuthority(own, NOW).notices.join()).toContain('chmod 600')
    const plain = [
      'req',
      '-x509',
      '-key',
      join(own.folder, 'ca.key'),
      '-subj',
      '/CN=a',
      '-out',
      join(own.folder, 'ca.crt'),
    ]
    execFileSync('openssl', [...plain, '-addext', 'basicConstraints=CA:FALSE'], { stdio: 'pipe' })
    expect(openTpmAuthority(own, NOW).notices.join()).toContain('does not say that it is an authority’s')
  })

  test.each([
    ['SERVICE_FILE_UNREADABLE', (site: Site) => config(site, { key: join(site.dir, 'absent.key') })],
    ['SERVICE_FILE_UNREADABLE', (site: Site) => config(site, { folder: join(site.write('file', ''), 'below') })],
    ['SERVICE_KEY_INVALID', (site: Site) => config(site, { key: site.write('x.key', 'no key') })],
    ['SERVICE_FILE_INVALID', (site: Site) => spoil(site, 'no certificate')],
    [
      'SERVICE_FILE_INVALID',
      (site: Site) => spoil(site, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'),
    ],
    [
      'SERVICE_FILE_INVALID',
      (site: Site) => spoil(site, openTpmAuthority(config(site, { folder: join(site.dir, 'other') }), NOW).chain),
    ],
  ])('%s', (code, prepare) => {
    const site = createSite()
    expect(() => openTpmAuthority(prepare(site), NOW)).toThrow(expect.objectContaining({ code }))
  })

  function spoil(site: Site, chain: string) {
    const own = config(site)
    mkdirSync(own.folder, { recursive: true })
    openTpmAuthority(own, NOW)
    writeFileSync(join(own.folder, 'ca.crt'), chain)
    return own
  }
})
