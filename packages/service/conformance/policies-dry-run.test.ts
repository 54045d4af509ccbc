/** Recorded attestations under another policy. */
import { expect, test } from 'vitest'
import { createGuest, createSite } from './fixture.ts'
import {
  ALLOW,
  BROKEN,
  DEBUG,
  DENY,
  GRADED,
  grade,
  readMrTd as mrTd,
  type PolicyHouse,
  registerReferences,
  startPolicyHouse,
} from './policy-fixture.ts'

const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, never>)
const dryRun = async (house: PolicyHouse, body: object, id = 'default') => {
  const answer = await house.call('POST', `/api/v1/policies/${id}/dry-run`, body)
  return lines(answer.text).at(-1) as Record<string, never>
}

test('recorded attempts under another text: what changes, why, and nothing else happens', async () => {
  const house = await startPolicyHouse()
  await house.attest()
  await house.attest()
  await house.attest(createGuest(DEBUG))
  const before = await house.auditEntries()
  expect(await dryRun(house, { text: DENY })).toMatchObject({
    total: 3,
    notReplayable: 0,
    matrix: { accepted: { refused: 2 }, refused: { refused: 1 } },
    changed: [
      { before: 'accepted', after: 'refused', tee: 'tdx', cause: { code: 'APPRAISAL_POLICY_REFUSED' } },
      { before: 'accepted', after: 'refused' },
    ],
  })
  expect(await dryRun(house, { text: grade(33), last: 1 })).toMatchObject({ total: 1, changed: [] })
  expect(await dryRun(house, { text: grade(33) })).toMatchObject({ matrix: { accepted: { warned: 2 } } })
  expect(await dryRun(house, { text: 'package policy\nallow := 7\n' })).toMatchObject({
    matrix: { accepted: { refused: 2 } },
    changed: [{ cause: { code: 'APPRAISAL_POLICY_RESULT_INVALID' } }, {}],
  })
  expect((await house.call('GET', '/api/v1/policies')).body['items']).toEqual([])
  expect(await house.auditEntries()).toEqual(before)
})

test('a version that is kept, the one in force, a window of time, and the registered references', async () => {
  const house = await startPolicyHouse()
  await house.attest()
  house.clock.now += 100
  await house.attest()
  const value = await mrTd(house)
  await house.put('default', DENY)
  await house.put('default', GRADED, { activate: false })
  expect(await dryRun(house, {})).toMatchObject({ total: 3, matrix: { accepted: { refused: 3 } } })
  expect(await dryRun(house, { version: 2 })).toMatchObject({ matrix: { accepted: { warned: 3 } } })
  await registerReferences(house, { mr_td: [value] })
  expect(await dryRun(house, { version: 2 })).toMatchObject({ changed: [] })
  expect(await dryRun(house, { until: house.clock.now })).toMatchObject({ total: 1 })
  expect(await dryRun(house, { since: house.clock.now })).toMatchObject({ total: 2 })
  expect(await dryRun(house, { tee: 'snp' })).toMatchObject({ total: 0 })
})

test('progress comes in lines before the result', async () => {
  const house = await startPolicyHouse()
  for (let count = 0; count < 101; count++) await house.attest()
  const { text } = await house.call('POST', '/api/v1/policies/default/dry-run', { text: ALLOW })
  expect(lines(text)).toMatchObject([{ done: 100, total: 101 }, { total: 101 }])
})

test('inputs that are gone are counted as such', async () => {
  const house = await startPolicyHouse({ retention: { inputDays: 1, attemptDays: 30 } })
  await house.attest()
  house.clock.now += 2 * 86_400
  await house.service.sweep()
  expect(await dryRun(house, { text: DENY })).toMatchObject({ total: 1, notReplayable: 1, changed: [] })
})

test.each([
  ['APPRAISAL_POLICY_TEXT_INVALID', { text: BROKEN }],
  ['SERVICE_REQUEST_INVALID', {}],
  ['SERVICE_REQUEST_INVALID', { text: ALLOW, last: 0 }],
  ['SERVICE_POLICY_UNKNOWN', { version: 1 }],
])('%s: %j', async (code, body) => {
  const house = await startPolicyHouse()
  const answer = await house.call('POST', '/api/v1/policies/default/dry-run', body)
  expect(answer.body['code']).toBe(code)
})

test('SERVICE_ACCESS_DENIED: whoever may not read attestations may not try policies on them', async () => {
  const house = await startPolicyHouse({}, createSite())
  const writer = await house.register('secret-writer')
  const scoped = await house.register('policy-author', ['team-a'])
  const path = '/api/v1/policies/default/dry-run'
  expect((await writer('POST', path, { text: ALLOW })).body['code']).toBe('SERVICE_ACCESS_DENIED')
  expect((await scoped('POST', path, { text: ALLOW })).body['code']).toBe('SERVICE_ACCESS_SCOPE')
})
