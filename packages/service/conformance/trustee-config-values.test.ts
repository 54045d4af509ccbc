/** Reference values out of the file that another service kept them in. */
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createSite, readProblem, startService } from './fixture.ts'

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

test('are not deleted as registered ones are: the refusal says where they are', async () => {
  const site = createSite()
  const file = site.write('reference_values', write([record('one', A)]))
  const { admin } = await startService(site, { references: { file } })
  const refused = await readProblem(await admin('DELETE', '/rvps/delete/one'))
  expect(refused.code).toBe('REFERENCE_NAME_UNKNOWN')
  expect(refused.detail).toContain('veritee refs revoke one --set file')
  expect((await readProblem(await admin('DELETE', '/rvps/delete/nothing'))).detail).not.toContain('--set')
})

test('do not come back once they are revoked, whatever the file says', async () => {
  const site = createSite()
  const plain = { version: '0.1.0', name: 'plain', expiration: '2030-01-01T00:00:00Z', value: 7 }
  const file = site.write('reference_values', write([record('one', A, B), record('two', C), plain]))
  const first = await startService(site, { references: { file } })
  const revoke = async (name: string, values: unknown[]) => {
    const change = { operation: 'revoke', name, values }
    const answer = await first.admin(
      'POST',
      '/../../api/v1/references/file/versions',
      JSON.stringify({ change, reason: 'found to be weak' }),
    )
    expect(answer.status, await answer.text()).toBe(200)
  }
  await revoke('one', [A.toUpperCase()])
  await revoke('two', [C])
  await revoke('plain', [7])
  await first.service.stop()
  const { admin, service } = await startService(site, { references: { file } })
  const left = { one: [B], two: [], plain: [] }
  expect(await (await admin('GET', '/rvps/query')).json()).toEqual(left)
  writeFileSync(file, write([record('one', A, B), record('two', C), plain, record('three', A)]))
  await service.reload()
  expect(await (await admin('GET', '/rvps/query')).json()).toEqual({ ...left, three: [A] })
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
