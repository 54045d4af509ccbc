import { expect, test } from 'vitest'
import { findNearest } from './index.ts'

const KNOWN = ['max_age', 'report_data', 'tcb_status'] as const

test.each([
  ['tcb_staus', 'tcb_status'],
  ['tcb_sattus', 'tcb_status'],
  ['ReportData', 'report_data'],
  ['max-age', 'max_age'],
])('%s was meant to be %s', (word, meant) => {
  expect(findNearest(word, KNOWN)).toBe(meant)
})

test('a word near to none has no nearest, however long it is', () => {
  expect(findNearest('quote', KNOWN)).toBeUndefined()
  expect(findNearest('x'.repeat(1_000_000), KNOWN)).toBeUndefined()
  expect(findNearest('tcb_status', [])).toBeUndefined()
})
