/** The guide to confidential disks with Trustee services, line by line: only addresses and the folder it all is in differ. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyClient, type GuestError } from '@veritee/guest'
import { createAdminToken } from '@veritee/service/admin'
import { createDcapWorld } from '@veritee/simulator'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { BOOT, type Boot, createBootedGuest, referencesOf } from '../testkit/booted-guest.ts'
import { PERMISSIVE_POLICY, STRICT_POLICY } from '../testkit/guide-policies.ts'
import { createTrusteeSite, type TrusteeSite } from '../testkit/trustee-site.ts'

/** A resource policy in the terms of EAR tokens, as packages install one. */
const GRADES = `package policy

import rego.v1

default allow = false

allow if {
	grades := input.submods["cpu0"]["ear.trustworthiness-vector"]
	every name in ["configuration", "executables", "file-system", "hardware"] {
		grades[name] <= 32
	}
	startswith(data["resource-path"], "resource/default/")
}
`

const world = createDcapWorld({ now: Math.floor(Date.now() / 1000), seed: 'the walk' })
let site: TrusteeSite
const keys = { rootfs: '', data: '' }

beforeAll(async () => {
  site = await createTrusteeSite(world)
  // What the installation of the packages does.
  const made = await site.type(`openssl genpkey -algorithm ed25519 > /etc/trustee/private.key
openssl pkey -in /etc/trustee/private.key -pubout -out /etc/trustee/public.pub`)
  expect(made.code, made.err).toBe(0)
  await site.serve()
})
afterAll(() => site?.close())

interface RecordPage {
  readonly data: readonly Record<string, unknown>[]
  readonly total: number
}

const createClient = (boot: Boot = BOOT, warnings: string[] = []) =>
  createKeyClient({
    url: `http://127.0.0.1:${site.ports.gateway}/api`,
    attester: createBootedGuest(world, boot),
    attempts: 1,
    onWarning: (text) => void warnings.push(text),
  })

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const URI = 'kbs:///default/local-resources/data'

async function refusalOf(boot?: Boot): Promise<GuestError> {
  const error = await createClient(boot)
    .get(URI)
    .catch((thrown: unknown) => thrown as GuestError)
  expect(error).toBeInstanceOf(Error)
  return error as GuestError
}

it('the service says at its start what the shipped files have that it does not do', () => {
  expect(site.said.err).toContain('attestation_token.insecure_key: Whoever makes a key pair')
  expect(site.said.err).toMatch(/0\.0\.0\.0:\d+ and 0\.0\.0\.0:\d+ speak plain HTTP/)
  expect(site.said.out).toContain(`listening on http://0.0.0.0:${site.ports.gateway}`)
  expect(site.said.out).toContain(join(site.folder, 'opt/trustee/veritee/keys/admin.pem'))
})

it('two keys are made and put where the key service looks for them', async () => {
  const made = await site.type('openssl rand -base64 40\nopenssl rand -base64 40')
  const [rootfs = '', data = ''] = made.out.trim().split('\n')
  Object.assign(keys, { rootfs, data })
  expect(keys.rootfs).toMatch(/^[\w+/]{54}==$/)
  const stored = await site.type(`sudo mkdir -p /opt/trustee/kbs/repository/default/local-resources/
sudo sh -c 'echo -n "${rootfs}" > /opt/trustee/kbs/repository/default/local-resources/rootfs'
sudo sh -c 'echo -n "${data}" > /opt/trustee/kbs/repository/default/local-resources/data'`)
  expect(stored).toMatchObject({ code: 0, err: '' })
})

it('before there is a policy, nobody gets a key', async () => {
  expect((await refusalOf()).details['findings']).not.toEqual([])
})

it('the strict policy refuses while no reference value is registered, and says so', async () => {
  site.put('opt/trustee/attestation-service/policies/opa/default.rego', STRICT_POLICY)
  const { message, details } = await refusalOf()
  expect(JSON.stringify([message, details])).toContain('APPRAISAL_POLICY_REFERENCES_EMPTY')
  expect(JSON.stringify([message, details])).toMatch(/every reference value, and none is registered/)
})

it('the reference values of the image are registered', async () => {
  site.put('reference-value.json', JSON.stringify(referencesOf(BOOT)))
  const registered = await site.type(`provenance=$(cat ./reference-value.json | base64 --wrap=0)
cat << EOF > ./register-request.json
{
    "version" : "0.1.0",
    "type": "sample",
    "payload": "$provenance"
}
EOF

rvps-tool register --path ./register-request.json`)
  expect(registered).toMatchObject({ code: 0, err: 'Register provenance succeeded.\n' })
  expect((await site.type('rvps-tool query')).err).toContain('measurement.kernel.SHA-384')
})

it('the instance gets both keys, byte for byte', async () => {
  const client = createClient()
  expect(text(await client.get(URI))).toBe(keys.data)
  expect(text(await client.get('kbs:///default/local-resources/rootfs'))).toBe(keys.rootfs)
})

it('a URI with two slashes is understood, with a warning', async () => {
  const warnings: string[] = []
  const client = createClient(BOOT, warnings)
  expect(text(await client.get('kbs://default/local-resources/rootfs'))).toBe(keys.rootfs)
  expect(warnings).toEqual([expect.stringContaining('kbs:///default/local-resources/rootfs')])
})

it.each([
  ['kernel', { ...BOOT, kernel: 'another kernel' }],
  ['initrd', { ...BOOT, initrd: 'another initrd' }],
  ['grub', { ...BOOT, grub: 'another grub' }],
  ['shim', { ...BOOT, shim: 'another shim' }],
  ['kernel_cmdline', { ...BOOT, commandLine: '/vmlinuz-6.6 root=/dev/vda2 rw init=/bin/sh' }],
])('an instance with another %s is refused and told so', async (part, boot) => {
  const { details } = await refusalOf(boot)
  const findings = details['findings'] as { path: string; expected: unknown; actual: unknown }[]
  expect(JSON.stringify(findings)).toContain(part)
  expect(JSON.stringify(findings)).not.toContain(`measurement.${part === 'kernel' ? 'initrd' : 'kernel'}.SHA`)
})

it('the permissive policy lets every genuine instance pass, from the moment it is in the file', async () => {
  const file = site.put('opt/trustee/attestation-service/policies/opa/default.rego', PERMISSIVE_POLICY)
  expect(readFileSync(file, 'utf8')).toBe(PERMISSIVE_POLICY)
  expect(text(await createClient({ ...BOOT, kernel: 'another kernel' }).get(URI))).toBe(keys.data)
  const stranger = createKeyClient({
    url: `http://127.0.0.1:${site.ports.gateway}/api`,
    attester: createBootedGuest(createDcapWorld({ now: Math.floor(Date.now() / 1000), seed: 'no such vendor' })),
    attempts: 1,
  })
  await expect(stranger.get(URI)).rejects.toMatchObject({ code: 'GUEST_EVIDENCE_REFUSED' })
  site.put('opt/trustee/attestation-service/policies/opa/default.rego', STRICT_POLICY)
  expect((await refusalOf({ ...BOOT, kernel: 'another kernel' })).code).toBe('GUEST_EVIDENCE_REFUSED')
})

it('a resource policy that asks for all four grades releases the keys, and one that asks for another repository does not', async () => {
  site.put('opt/trustee/kbs/policy.rego', GRADES)
  expect(text(await createClient().get(URI))).toBe(keys.data)
  site.put('opt/trustee/kbs/policy.rego', GRADES.replace('"resource/default/', '"resource/other/'))
  await expect(createClient().get(URI)).rejects.toMatchObject({ code: 'GUEST_RESOURCE_DENIED' })
  site.put('opt/trustee/kbs/policy.rego', GRADES)
})

it('a value that is deleted does not count any more', async () => {
  expect(await site.type('rvps-tool delete --name measurement.kernel.SHA-384')).toMatchObject({ code: 0 })
  expect((await site.type('rvps-tool query')).err).not.toContain('measurement.kernel.SHA-384')
})

it('each port answers for what its service did', async () => {
  const { gateway, broker, attestationHttp } = site.ports
  const direct = createKeyClient({
    url: `http://127.0.0.1:${broker}`,
    attester: createBootedGuest(world),
    attempts: 1,
  })
  expect(text(await direct.get(URI))).toBe(keys.data)
  const status = async (url: string) => (await fetch(url)).status
  expect(await status(`http://127.0.0.1:${attestationHttp}/status`)).toBe(200)
  expect(await status(`http://127.0.0.1:${gateway}/api/as/status`)).toBe(200)
  expect(await status(`http://127.0.0.1:${gateway}/api/attestation-service/status`)).toBe(200)
  expect(await status(`http://127.0.0.1:${attestationHttp}/kbs/v0/resources`)).toBe(404)
})

it('the private key of the installation makes an administrator, who reads what happened', async () => {
  const url = `http://127.0.0.1:${site.ports.gateway}/api`
  const key = readFileSync(join(site.folder, 'etc/trustee/private.key'), 'utf8')
  const headers = {
    authorization: `Bearer ${await createAdminToken(key, { now: Math.floor(Date.now() / 1000) })}`,
  }
  const read = async (path: string) => (await fetch(url + path, { headers })).json() as Promise<RecordPage>
  const released = await read('/audit/resources?tag=data&successful=true')
  expect(released.total).toBeGreaterThan(3)
  expect(released.data[0]).toMatchObject({ repository: 'default', type: 'local-resources', tag: 'data', method: 'GET' })
  const refused = await read('/audit/attestation?successful=false&limit=1')
  expect(refused.data).toMatchObject([{ status: 401, code: 'BROKER_EVIDENCE_REFUSED' }])
  const secrets = (await (await fetch(`${url}/kbs/v0/resources?repository=default`, { headers })).json()) as object[]
  expect(secrets).toHaveLength(2)
  expect((await fetch(`${url}/audit/resources`)).status).toBe(401)
})

it('keys, values and policy are there after a restart', async () => {
  expect(await site.stop()).toBe(0)
  await site.serve()
  expect(text(await createClient().get(URI))).toBe(keys.data)
  expect(await site.stop()).toBe(0)
})

it('the same with the files of older packages, which have flat tokens', async () => {
  const old = await createTrusteeSite(world)
  onTestFinished(() => old.close())
  const { ports } = old
  old.put(
    'etc/trustee/gateway.yml',
    `server:\n  host: "0.0.0.0"\n  port: ${ports.gateway}\nkbs:\n  url: "http://127.0.0.1:${ports.broker}"\nattestation_service:\n  url: "http://127.0.0.1:${ports.attestationHttp}"\nrvps:\n  grpc_addr: "127.0.0.1:${ports.references}"\n`,
  )
  old.put(
    'etc/trustee/as-config.json',
    JSON.stringify({
      work_dir: '/opt/trustee/attestation-service',
      policy_engine: 'opa',
      rvps_config: { type: 'GrpcRemote', address: `http://127.0.0.1:${ports.references}` },
      attestation_token_broker: {
        type: 'Simple',
        duration_min: 5,
        policy_path: '/opt/trustee/attestation-service/policies',
      },
    }),
  )
  old.put('opt/trustee/kbs/policy.rego', 'package policy\n\ndefault allow = true\n')
  old.put('opt/trustee/kbs/repository/default/local-resources/data', 'the key')
  old.put('opt/trustee/attestation-service/policies/opa/default.rego', STRICT_POLICY)
  old.put('opt/trustee/attestation-service/reference_values', JSON.stringify(recordsOf(referencesOf(BOOT))))
  await old.serve()
  const ask = (boot: Boot) =>
    createKeyClient({
      url: `http://127.0.0.1:${ports.gateway}/api`,
      attester: createBootedGuest(world, boot),
      attempts: 1,
    })
  const client = ask(BOOT)
  expect(text(await client.get(URI))).toBe('the key')
  const [, payload = ''] = (await client.attest()).split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>
  expect(claims).toMatchObject({ tee: 'tdx', 'evaluation-reports': [{ 'policy-id': 'default' }] })
  await expect(ask({ ...BOOT, kernel: 'another kernel' }).get(URI)).rejects.toMatchObject({
    code: 'GUEST_EVIDENCE_REFUSED',
  })
})

describe('HTTPS, as the guide turns it on', () => {
  const serveWith = async (server: string) => {
    const secure = await createTrusteeSite(world)
    onTestFinished(() => secure.close())
    const subject = `-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -days 3`
    const made = await secure.type(
      `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /etc/trustee/key.pem -out /etc/trustee/cert.pem ${subject}`,
    )
    expect(made.code, made.err).toBe(0)
    secure.put('etc/trustee/gateway.yml', `server:\n  port: ${secure.ports.gateway}\n${server}`)
    secure.put('opt/trustee/attestation-service/policies/opa/default.rego', PERMISSIVE_POLICY)
    secure.put('opt/trustee/kbs/repository/default/local-resources/data', 'the key')
    return secure
  }
  const TLS = '  tls:\n    cert_file: "/etc/trustee/cert.pem"\n    key_file: "/etc/trustee/key.pem"\n'

  it('machines get their keys over TLS, and nobody is answered without it', async () => {
    const secure = await serveWith(`  insecure_http: false\n${TLS}rvps:\n  grpc_addr: "127.0.0.1:0"\n`)
    secure.put(
      'etc/trustee/as-config.json',
      JSON.stringify({ rvps_config: { type: 'BuiltIn' }, attestation_token_broker: { type: 'Ear' } }),
    )
    await secure.serve('--config', secure.put('more.toml', 'listeners.attestation = "127.0.0.1:0"\n'))
    const client = createKeyClient({
      url: `https://127.0.0.1:${secure.ports.gateway}/api`,
      caFile: join(secure.folder, 'etc/trustee/cert.pem'),
      attester: createBootedGuest(world),
      attempts: 1,
    })
    expect(text(await client.get(URI))).toBe('the key')
    await expect(fetch(`http://127.0.0.1:${secure.ports.gateway}/api/health`)).rejects.toThrow()
    await expect(fetch(`http://127.0.0.1:${secure.ports.broker}/healthz`)).rejects.toThrow()
    expect(secure.said.err).not.toContain('speaks plain HTTP')
  })

  it.each([
    ['without its key', '  insecure_http: false\n  tls:\n    cert_file: "/etc/trustee/cert.pem"\n', 'half configured'],
    ['without a certificate', '  insecure_http: false\n', 'nothing falls back to HTTP'],
    ['beside plain HTTP', `  insecure_http: true\n${TLS}`, 'It asks for plain HTTP although'],
  ])('%s nothing is started', async (_name, server, why) => {
    const secure = await serveWith(server)
    await expect(secure.serve()).rejects.toThrow(why)
    await expect(fetch(`http://127.0.0.1:${secure.ports.gateway}/api/health`)).rejects.toThrow()
  })
})

/** Values as the reference value service kept them in its file. */
function recordsOf(values: Readonly<Record<string, readonly string[]>>): object[] {
  return Object.entries(values).map(([name, digests]) => ({
    version: '0.1.0',
    name,
    expiration: `${new Date().getFullYear() + 1}-12-31T00:00:00Z`,
    'hash-value': digests.map((value) => ({ alg: 'sha384', value })),
  }))
}
