import { isCodedError } from '@veritee/codec/error'
import { describe, expect, test } from 'vitest'
import { EVIDENCE_ERRORS } from './error-table.ts'
import { EvidenceError, type EvidenceErrorCode } from './errors.ts'

const codes = Object.keys(EVIDENCE_ERRORS) as EvidenceErrorCode[]
const room = (code: string): string => code.slice(0, code.indexOf('_'))

/** The table as a page: what ERRORS.md holds. */
function renderTable(): string {
  const rooms = [...new Set(codes.map(room))].sort()
  const sections = rooms.map((name) => {
    const rows = codes
      .filter((code) => room(code) === name)
      .sort()
      .map((code) => {
        const { status, summary, next } = EVIDENCE_ERRORS[code]
        return `| \`${code}\` | ${status} | ${summary} | ${next} |`
      })
    return [`## ${name}`, '', '| Code | Status | What is wrong | What to do |', '|---|---|---|---|', ...rows, ''].join(
      '\n',
    )
  })
  return ['# Errors of @veritee/evidence', '', ...sections].join('\n')
}

describe('the error table', () => {
  test.each(codes)('%s', (code) => {
    const { status, summary, next } = EVIDENCE_ERRORS[code]
    expect(code).toMatch(/^[A-Z0-9]+(_[A-Z0-9]+)+$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
    expect(summary).toMatch(/^[^\n]+\.$/)
    expect(next).toMatch(/^[^\n]+\.$/)
  })

  test('ERRORS.md says the same; write it anew with vitest -u', async () => {
    await expect(renderTable()).toMatchFileSnapshot('../ERRORS.md')
  })

  test('an error carries its row, its details and the brand of the house', () => {
    const error = new EvidenceError('DCAP_QUOTE_TRUNCATED', undefined, { details: { path: 'body' } })
    const { status, next, summary } = EVIDENCE_ERRORS.DCAP_QUOTE_TRUNCATED
    expect(error).toMatchObject({
      name: 'EvidenceError',
      code: 'DCAP_QUOTE_TRUNCATED',
      status,
      next,
      details: { path: 'body' },
    })
    expect(error.message).toBe(summary)
    expect(isCodedError(error)).toBe(true)
  })
})
