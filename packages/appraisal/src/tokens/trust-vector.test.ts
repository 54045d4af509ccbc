import { expect, test } from 'vitest'
import type { Judgement } from '../judge/index.ts'
import { createTrustVector, nameTier, summarizeVector } from './index.ts'

test.each([
  ['none', [-1, 0, 1]],
  ['affirming', [2, 31, -2, -32]],
  ['warning', [32, 95, -33, -96]],
  ['contraindicated', [96, 127, -97, -128]],
])('tier %s', (tier, claims) => {
  expect(claims.map(nameTier)).toEqual(claims.map(() => tier))
})

test.each([
  ['none', {}],
  ['none', { hardware: 0 }],
  ['affirming', { hardware: 2, executables: 0 }],
  ['warning', { hardware: 2, executables: 33 }],
  ['contraindicated', { hardware: 97, executables: 3 }],
])('status %s of %j', (status, vector) => {
  expect(summarizeVector(vector)).toBe(status)
})

const judgement: Judgement = {
  answers: { readable: 'yes', genuine: 'yes', fresh: 'yes', expected: 'yes' },
  genuine: true,
  accepted: true,
  advisories: [],
  checks: [],
  findings: [],
  claims: {},
  simulated: false,
}

test('software is affirmed only where its measurements were pinned and hold', () => {
  const status = (over: Partial<Judgement>) => summarizeVector(createTrustVector({ ...judgement, ...over }))
  expect(status({})).toBe('affirming')
  expect(status({ answers: { ...judgement.answers, expected: 'unasked' } })).toBe('warning')
  const unpinned = { code: 'APPRAISAL_MEASUREMENT_UNPINNED', severity: 'warning', path: 'claims', message: '' } as const
  expect(status({ findings: [unpinned] })).toBe('warning')
  expect(status({ accepted: false })).toBe('contraindicated')
})
