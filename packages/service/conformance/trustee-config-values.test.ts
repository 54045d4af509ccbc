/** Reference values out of the file that another service kept them in. */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createSite, startService } from './fixture.ts'

const record = (name: string, ...values: string[]) => ({
  version: '0.1.0',
  name,
  expiration: '2030-01-01T00:00:00Z',
  'hash-value': values.map((value) => ({ alg: 'sha384', value })),
})
const write = (records: unknown) => JSON.stringify(records)
const [A, B, C] = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(48)) as [string, string, string]

test('count from the start, follow the file at a reload, and stand beside what is registered', async () => {
  const site = createSite()
  const file = site.write('reference_values', write([record('measurement.kernel.SHA-384', A)]))
  const { service, admin } = await startService(site, { references: { file } })
  const query = async () => (await admin('GET', '/rvps/query')).json()
  expect(await query()).toEqual({ 'measurement.kernel.SHA-384': [A] })
  const payload = Buffer.from(JSON.stringify({ 'measurement.kernel.SHA-384': [B] })).toString('base64')
  const message = JSON.stringify({ version: '0.1.0', type: 'sample', payload })
  expect((await admin('POST', '/rvps/register', JSON.stringify({ message }))).status).toBe(200)
  const joined = (await query()) as Record<string, string[]>
  expect(joined['measurement.kernel.SHA-384']?.toSorted()).toEqual([A, B])
  writeFileSync(file, write([record('measurement.initrd.SHA-384', C)]))
  await service.reload()
  expect(await query()).toEqual({ 'measurement.kernel.SHA-384': [B], 'measurement.initrd.SHA-384': [C] })
})

test('are not written anew where the file says the same, and an empty file has none', async () => {
  const site = createSite()
  const file = site.write('reference_values', write([record('one', A), record('two', B)]))
  const versions = async () => {
    const { service, admin } = await startService(site, { references: { file } })
    const found = (await (await admin('GET', '/../../api/v1/references/file')).json()) as { version: number }
    await service.stop()
    return found.version
  }
  expect(await versions()).toBe(1)
  expect(await versions()).toBe(1)
  writeFileSync(file, '')
  expect(await versions()).toBe(2)
})

test.each([
  ['no JSON', '{'],
  ['no list', '{}'],
  ['a record without a value', write([{ version: '0.1.0', name: 'x', expiration: '2030-01-01T00:00:00Z' }])],
])('a file that is %s stops the start', async (_name, content) => {
  const site = createSite()
  const file = site.write('reference_values', content)
  await expect(startService(site, { references: { file } })).rejects.toMatchObject({
    code: 'SERVICE_FILE_INVALID',
    details: { path: 'references.file' },
  })
})

test('a file that is not there stops the start', async () => {
  await expect(startService(createSite(), { references: { file: '/nowhere/values' } })).rejects.toMatchObject({
    code: 'SERVICE_FILE_UNREADABLE',
  })
})
