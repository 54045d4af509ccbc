/** Secrets as files of a folder: what is given out, and what never leaves the folder. */
import { mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createGuest, createSite, HandClient, readProblem, startService } from './fixture.ts'

async function start() {
  const site = createSite()
  const folder = join(site.dir, '..', 'repository')
  const write = (path: string, content: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  mkdirSync(folder)
  const running = await startService(site, { resources: { folder } })
  const client = new HandClient(running.url)
  await client.auth()
  expect((await client.attestAs(createGuest())).status).toBe(200)
  const list = async () =>
    ((await (await running.admin('GET', '/resources')).json()) as Record<string, string>[]).map((item) =>
      Object.values(item).join('/'),
    )
  return { ...running, site, folder, write, client, list }
}

test('a file is given out byte for byte as soon as it is there', async () => {
  const { client, write, list } = await start()
  expect((await readProblem(await client.resource('default/local-resources/rootfs'))).code).toBe(
    'SERVICE_SECRET_NOT_FOUND',
  )
  write('default/local-resources/rootfs', 'passphrase\n')
  expect(await client.open(await client.resource('default/local-resources/rootfs'))).toBe('passphrase\n')
  write('default/local-resources/rootfs', 'another')
  expect(await client.open(await client.resource('default/local-resources/rootfs'))).toBe('another')
  expect(await list()).toEqual(['default/local-resources/rootfs'])
})

test('secrets of the store stand beside those of the folder; a write to a file changes the file, a delete takes it away', async () => {
  const { client, write, list, putSecret, admin, folder } = await start()
  write('default/key/file', 'of the folder')
  await putSecret('default/key/store', 'of the store')
  expect(await list()).toEqual(['default/key/file', 'default/key/store'])
  expect(await client.open(await client.resource('default/key/store'))).toBe('of the store')
  await putSecret('default/key/file', 'written')
  const path = join(folder, 'default/key/file')
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['written', 0o600])
  expect((await admin('DELETE', '/resource/default/key/file')).status).toBe(200)
  expect(await list()).toEqual(['default/key/store'])
})

test('SERVICE_SECRET_EMPTY: an empty file is no secret, and no secret is made empty', async () => {
  const { client, write, admin, folder } = await start()
  write('default/key/empty', '')
  expect((await readProblem(await client.resource('default/key/empty'))).code).toBe('SERVICE_SECRET_EMPTY')
  write('default/key/full', 'x')
  expect((await readProblem(await admin('POST', '/resource/default/key/full', ''))).code).toBe('SERVICE_SECRET_EMPTY')
  expect(readFileSync(join(folder, 'default/key/full'), 'utf8')).toBe('x')
})

test.each([
  '../../data/keys',
  'default/../key',
  'default/key/..',
  'default/key/%2e%2e',
  'default/key/a%2Fb',
  'default/key',
  'default/key/a/b',
  './key/x',
  'default/key/.hidden',
  'default/key/a%00',
])('no path leads elsewhere: %s', async (path) => {
  const { client, url, write, cookieOf } = { ...(await start()), cookieOf: (c: HandClient) => c.cookie }
  write('default/key/x', 'secret')
  write('default/key/.hidden', 'secret')
  const answer = await fetch(`${url}/kbs/v0/resource/${path}`, { headers: { cookie: cookieOf(client) } })
  expect(answer.status).toBeGreaterThanOrEqual(400)
})

test('a link that leads out of the folder is not followed, in the last part or before; one within it is', async () => {
  const { client, folder, site, write, list, admin } = await start()
  const outside = site.write('outside', 'private')
  write('default/key/x', 'secret')
  symlinkSync(outside, join(folder, 'default/key/out'))
  symlinkSync(join(site.dir, 'keys'), join(folder, 'default/keys'))
  symlinkSync('x', join(folder, 'default/key/within'))
  symlinkSync('loop', join(folder, 'default/key/loop'))
  for (const path of ['default/key/out', 'default/keys/admin.pem', 'default/keys/storage.key', 'default/key/loop'])
    expect([path, (await readProblem(await client.resource(path))).code]).toEqual([path, 'SERVICE_SECRET_NOT_FOUND'])
  expect(await client.open(await client.resource('default/key/within'))).toBe('secret')
  expect(await list()).toEqual(['default/key/within', 'default/key/x'])
  // What is written under the name of such a link goes into the store, and the file outside stays.
  expect((await admin('POST', '/resource/default/key/out', 'stored')).status).toBe(200)
  expect(readFileSync(outside, 'utf8')).toBe('private')
  expect(await client.open(await client.resource('default/key/out'))).toBe('stored')
})

test('a change of a link changes the link, and not the secret that it leads to', async () => {
  const { client, folder, write, admin, putSecret, list } = await start()
  write('team-b/key/x', 'of team B')
  mkdirSync(join(folder, 'team-a/key'), { recursive: true })
  for (const name of ['one', 'two']) symlinkSync('../../team-b/key/x', join(folder, 'team-a/key', name))
  await putSecret('team-a/key/one', 'of team A')
  expect((await admin('DELETE', '/resource/team-a/key/two')).status).toBe(200)
  expect(await client.open(await client.resource('team-a/key/one'))).toBe('of team A')
  expect(await client.open(await client.resource('team-b/key/x'))).toBe('of team B')
  expect(await list()).toEqual(['team-a/key/one', 'team-b/key/x'])
})

test('a folder that goes away takes its secrets with it and nothing else', async () => {
  const { client, folder, write, putSecret, list } = await start()
  write('default/key/x', 'secret')
  await putSecret('default/key/store', 'of the store')
  rmSync(folder, { recursive: true })
  expect((await readProblem(await client.resource('default/key/x'))).code).toBe('SERVICE_SECRET_NOT_FOUND')
  expect(await list()).toEqual(['default/key/store'])
})

test('the release of a file stands in the audit log, as a change of it does', async () => {
  const { client, write, admin, service, url } = await start()
  write('default/key/x', 'secret')
  await client.resource('default/key/x')
  await admin('POST', '/resource/default/key/x', 'other')
  expect(service.address?.url).toBe(url)
  const { createAdminToken } = await import('../src/admin/index.ts')
  const token = await createAdminToken(readFileSync(service.adminKey.path, 'utf8'), { now: 1_790_000_000 })
  const text = await (
    await fetch(`${url}/api/v1/audit/export`, { headers: { authorization: `Bearer ${token}` } })
  ).text()
  const entries = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { action: string; object: string })
  expect(entries.filter(({ object }) => object === 'default/key/x').map(({ action }) => action)).toEqual([
    'secret.release',
    'secret.write',
  ])
  expect(text).not.toContain('other')
})
