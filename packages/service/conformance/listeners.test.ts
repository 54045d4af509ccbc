/** Further HTTP listeners: the key broker alone, the attestation service alone. */
import { request } from 'node:https'
import { expect, test } from 'vitest'
import { issueSelfSigned } from '../../../testkit/certificate.ts'
import { createGuest, createSite, HandClient, startService } from './fixture.ts'

test('the key broker alone: a whole handshake, and nothing of the other faces', async () => {
  const running = await startService(createSite(), { listeners: { broker: '127.0.0.1:0' } })
  const url = running.service.listenerUrls['broker'] as string
  expect(url).not.toBe(running.url)
  await running.putSecret('default/key/disk', 'secret')
  const client = new HandClient(url)
  await client.auth()
  expect((await client.attestAs(createGuest())).status).toBe(200)
  expect(await client.open(await client.resource('default/key/disk'))).toBe('secret')
  for (const path of [
    '/',
    '/api/v1/me',
    '/api/v1/policies',
    '/api/kbs/v0/resources',
    '/api/as/status',
    '/status',
    '/readyz',
  ])
    expect([path, (await fetch(url + path)).status]).toEqual([path, 404])
  for (const path of ['/kbs/v0/resources', '/kbs/v0/rvps/query', '/kbs/v0/attestation-policies'])
    expect([path, (await fetch(url + path)).status]).toEqual([path, 401])
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('kbs_http_requests_total')
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object }
  const others = Object.keys(paths).filter((path) => !path.startsWith('/kbs/v0/'))
  expect(others).toEqual(['/healthz', '/metrics'])
})

test('the attestation service alone', async () => {
  const running = await startService(createSite(), { listeners: { attestation: '127.0.0.1:0' } })
  const url = running.service.listenerUrls['attestation'] as string
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  for (const path of ['/', '/kbs/v0/resources', '/api/v1/me', '/api/as/status'])
    expect([path, (await fetch(url + path)).status]).toEqual([path, 404])
})

test('SERVICE_LISTEN_PLAIN: they do not speak in clear beyond this machine either', async () => {
  for (const key of ['broker', 'attestation'])
    await expect(startService(createSite(), { listeners: { [key]: '0.0.0.0:0' } })).rejects.toMatchObject({
      code: 'SERVICE_LISTEN_PLAIN',
      details: { path: `listeners.${key}` },
    })
})

test('SERVICE_LISTEN_FAILED: an address that is taken leaves nothing open', async () => {
  const first = await startService(createSite(), { listeners: { broker: '127.0.0.1:0' } })
  const taken = new URL(first.service.listenerUrls['broker'] as string).host
  const site = createSite()
  await expect(startService(site, { listeners: { broker: '127.0.0.1:0', attestation: taken } })).rejects.toMatchObject({
    code: 'SERVICE_LISTEN_FAILED',
  })
})

test('with TLS they speak TLS, and nothing else', async () => {
  const site = createSite()
  const { cert, key } = issueSelfSigned({ cert: site.write('tls.crt', ''), key: site.write('tls.key', '') })
  const running = await startService(site, { tls: { cert, key }, listeners: { attestation: '127.0.0.1:0' } })
  const url = running.service.listenerUrls['attestation'] as string
  expect(url).toMatch(/^https:/)
  const status = await new Promise((resolve, reject) => {
    request(`${url}/healthz`, { rejectUnauthorized: false }, (answer) => resolve(answer.statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(200)
  await expect(fetch(`${url.replace('https', 'http')}/healthz`)).rejects.toThrow()
})
