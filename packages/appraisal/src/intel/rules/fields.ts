/** Checks that compare one field of a report with one value of a policy. */
import { NOT_ASKED, type Rule, type RuleOutcome, type RuleSubject, withOriginal } from './rule.ts'

/** How Intel's engine fills in a mask that a policy leaves out; `refuse` where it then fails. */
export type OriginalMask = 'refuse' | 'ones' | 'low-half'

interface FieldRule {
  readonly name: string
  readonly key: string
  readonly meaning: string
}

/** The field equals the value in every bit that the mask sets; without a mask in every bit. */
export function createMaskedRule(field: FieldRule, originalMask: OriginalMask): Rule {
  const { name, key, meaning } = field
  return {
    name,
    meaning,
    keys: [key, `${key}_mask`],
    evaluate: (subject) => appraiseMasked(subject, key, originalMask),
  }
}

/** The field is the value, digit by digit in either case. */
export function createEqualRule({ name, key, meaning }: FieldRule): Rule {
  return {
    name,
    meaning,
    keys: [key],
    evaluate({ reference, measurement }) {
      const expected = reference[key]
      if (expected === undefined) return NOT_ASKED
      const actual = measurement[key]
      const passed =
        typeof expected === 'string' && typeof actual === 'string' && expected.toLowerCase() === actual.toLowerCase()
      return { passed, expected, actual: actual ?? 'absent' }
    },
  }
}

/** The field is a number: the value itself, or at least it for keys that end in `_min`. */
export function createNumberRule({ name, key, meaning }: FieldRule): Rule {
  const isMinimum = key.endsWith('_min')
  const field = key.replace(/_min$/, '')
  return {
    name,
    meaning,
    keys: [key],
    evaluate({ reference, measurement }) {
      const expected = reference[key]
      if (expected === undefined) return NOT_ASKED
      const actual = measurement[field]
      const areNumbers = typeof expected === 'number' && typeof actual === 'number'
      const passed = areNumbers && (isMinimum ? actual >= expected : actual === expected)
      return { passed, expected: isMinimum ? `${String(expected)} or greater` : expected, actual: actual ?? 'absent' }
    },
  }
}

function appraiseMasked({ reference, measurement }: RuleSubject, key: string, originalMask: OriginalMask): RuleOutcome {
  const expected = reference[key]
  const mask = reference[`${key}_mask`]
  if (expected === undefined && mask === undefined) return NOT_ASKED
  const actual = measurement[key]
  const shown = { expected: mask === undefined ? expected : { value: expected, mask }, actual: actual ?? 'absent' }
  if (typeof expected !== 'string' || typeof actual !== 'string') return { passed: false, ...shown }
  const ones = 'F'.repeat(actual.length)
  const effective = typeof mask === 'string' ? mask : ones
  const isCovered = effective.length === actual.length && expected.length === actual.length
  const passed = isCovered && areEqualUnder(effective, expected, actual)
  if (typeof mask === 'string') {
    return withOriginal(
      { passed, ...shown },
      areEqualUnder(mask, expected, actual),
      'The original compares no further than the mask reaches.',
    )
  }
  if (originalMask === 'refuse')
    return withOriginal({ passed, ...shown }, false, 'The original refuses without a mask.')
  const half = actual.length / 2
  const originalDigits = originalMask === 'ones' ? ones : '0'.repeat(half) + 'F'.repeat(half)
  return withOriginal(
    { passed, ...shown },
    areEqualUnder(originalDigits, expected, actual),
    'Without a mask the original leaves the upper half of the attributes out.',
  )
}

/** Digit by digit, as far as the mask reaches; a digit that is missing or none is unequal. */
function areEqualUnder(mask: string, expected: string, actual: string): boolean {
  for (let i = 0; i < mask.length; i++) {
    const [m, e, a] = [mask, expected, actual].map((text) => Number.parseInt(text[i] ?? '', 16))
    if (Number.isNaN(m! + e! + a!) || (e! & m!) !== (a! & m!)) return false
  }
  return true
}
