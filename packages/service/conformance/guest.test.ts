/** The house's own key client against the service over HTTP and HTTPS, with guests of a simulated Intel world. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeyClient, type GuestError } from '@veritee/guest'
import { describe, expect, test } from 'vitest'
import { issueSelfSigned } from '../../../testkit/certificate.ts'
import { claimPort } from '../../../testkit/port.ts'
import { createGuest, createSite, startService } from './fixture.ts'

const URI = 'kbs:///default/key/disk'
const PATH = 'default/key/disk'
const SECRET = 'correct horse battery staple'
const GOOD = 'aa'.repeat(48)
const BAD = `${'aa'.repeat(47)}ab`

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('guest and service', () => {
  test('a genuine guest gets its secret over HTTP', async () => {
    const { url, putSecret } = await startService(createSite())
    await putSecret(PATH, SECRET)
    const client = createKeyClient({ url, attester: createGuest() })
    expect(text(await client.get(URI))).toBe(SECRET)
    expect((await client.attest()).split('.')).toHaveLength(3)
  })

  test('a guest chooses among the policies that the operator lets machines choose', async () => {
    const site = createSite()
    mkdirSync(join(site.dir, 'policies/opa'), { recursive: true })
    for (const id of ['strict', 'lab'])
      writeFileSync(join(site.dir, 'policies/opa', `${id}.rego`), 'package policy\ndefault allow := true\n')
    const { url, putSecret } = await startService(site, { release: { policies: ['strict'] } })
    await putSecret(PATH, SECRET)
    const get = (policy?: string) =>
      createKeyClient({ url, attester: createGuest(), ...(policy === undefined ? {} : { policy }) }).get(URI)
    expect(text(await get('strict'))).toBe(SECRET)
    await expect(get('lab')).rejects.toMatchObject({ details: { broker: { code: 'BROKER_POLICY_UNKNOWN' } } })
    await expect(get()).rejects.toMatchObject({ code: 'GUEST_RESOURCE_DENIED' })
  })

  test('secrets of any bytes and of the largest size come through unchanged', async () => {
    const { url, admin } = await startService(createSite())
    const large = new Uint8Array(2 * 1024 * 1024).map((_, index) => index * 7)
    expect((await admin('POST', `/resource/${PATH}`, large)).status).toBe(200)
    const client = createKeyClient({ url, attester: createGuest() })
    expect(Buffer.compare(await client.get(URI), large)).toBe(0)
  })

  test('the same guest with one changed measurement is told which value differed', async () => {
    const site = createSite()
    const expectations = site.write('expect.toml', `tee = ["tdx"]\n[claims]\n"tdx.quote.body.mr_td" = "${GOOD}"\n`)
    const { url, putSecret } = await startService(site, { expect: expectations })
    await putSecret(PATH, SECRET)
    expect(text(await createKeyClient({ url, attester: createGuest({ mrTd: GOOD }) }).get(URI))).toBe(SECRET)
    const refused = createKeyClient({ url, attester: createGuest({ mrTd: BAD }) }).get(URI)
    const error = (await refused.catch((thrown: unknown) => thrown)) as GuestError
    expect(error.code).toBe('GUEST_EVIDENCE_REFUSED')
    expect(error.details).toMatchObject({ path: 'tdx.quote.body.mr_td', actual: BAD })
    expect(error.details['findings']).toContainEqual(
      expect.objectContaining({ path: 'tdx.quote.body.mr_td', actual: BAD, severity: 'error' }),
    )
    expect(JSON.stringify(error.details['findings'])).toContain(GOOD)
    expect(error.details['judgement']).toMatchObject({ genuine: true, accepted: false, simulated: true })
  })

  test('a missing secret is GUEST_RESOURCE_NOT_FOUND', async () => {
    const { url } = await startService(createSite())
    const client = createKeyClient({ url, attester: createGuest() })
    await expect(client.get(URI)).rejects.toMatchObject({ code: 'GUEST_RESOURCE_NOT_FOUND' })
  })

  test('over TLS with a certificate of its own authority; without it, not at all', async () => {
    const site = createSite()
    const key = site.write('tls.key', '')
    const cert = site.write('tls.pem', '')
    issueSelfSigned({ cert, key })
    const { service, url } = await startService(site, { tls: { cert, key } })
    expect(url).toMatch(/^https:/)
    const trusting = createKeyClient({ url, attester: createGuest(), caFile: cert })
    expect(await trusting.attest()).toMatch(/\./)
    const strict = createKeyClient({ url, attester: createGuest() })
    await expect(strict.attest()).rejects.toMatchObject({ code: 'GUEST_BROKER_TLS_INVALID' })
    const plain = createKeyClient({ url: url.replace('https', 'http'), attester: createGuest(), attempts: 1 })
    await expect(plain.attest()).rejects.toMatchObject({ code: expect.stringMatching(/^GUEST_BROKER_/) })
    await service.stop()
  })

  test('a client outlives a restart of the service', async () => {
    const site = createSite()
    const listen = `127.0.0.1:${await claimPort()}`
    const first = await startService(site, { listen })
    await first.putSecret(PATH, SECRET)
    const client = createKeyClient({ url: first.url, attester: createGuest() })
    expect(text(await client.get(URI))).toBe(SECRET)
    await first.service.stop()
    await startService(site, { listen })
    expect(text(await client.get(URI))).toBe(SECRET)
  })

  test('fifty guests at once', async () => {
    const { url, putSecret } = await startService(createSite())
    await putSecret(PATH, SECRET)
    const secrets = await Promise.all(
      Array.from({ length: 50 }, () => createKeyClient({ url, attester: createGuest() }).get(URI)),
    )
    expect(new Set(secrets.map(text))).toEqual(new Set([SECRET]))
  })

  test('runs over the fetch of a service that does not listen', async () => {
    const { service, putSecret } = await startService(createSite())
    await putSecret(PATH, SECRET)
    const client = createKeyClient({ url: 'http://service', attester: createGuest(), fetch: service.fetch })
    expect(text(await client.get(URI))).toBe(SECRET)
  })
})
