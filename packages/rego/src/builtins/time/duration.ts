import { failure } from '../operand.ts'

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])
const PART = /(\d*)(?:\.(\d*))?([^\d.]*)/y
const MAX_TEXT = 1024
const LIMIT = 1n << 63n

/** Nanoseconds of a duration such as `-1h15m30.918s`, as Go reads it. */
export function parseDuration(text: string): bigint {
  const invalid = failure(`time: invalid duration ${JSON.stringify(text)}`)
  if (text.length > MAX_TEXT) throw failure('time: invalid duration')
  const negative = text.startsWith('-')
  const body = text.replace(/^[+-]/, '')
  if (body === '0') return 0n
  if (body === '') throw invalid
  let total = 0n
  for (let at = 0; at < body.length; ) {
    PART.lastIndex = at
    const [whole, digits, fraction, unit] = PART.exec(body)! as unknown as [string, string, string | undefined, string]
    if (digits === '' && (fraction ?? '') === '') throw invalid
    if (unit === '') throw failure(`time: missing unit in duration ${JSON.stringify(text)}`)
    const scale = UNITS.get(unit)
    if (scale === undefined) {
      throw failure(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`)
    }
    const places = (fraction ?? '').slice(0, 18)
    total += BigInt(digits || '0') * scale + (BigInt(places || '0') * scale) / 10n ** BigInt(places.length)
    if (total > LIMIT) throw invalid
    at += whole.length
  }
  if (!negative && total >= LIMIT) throw invalid
  return negative ? -total : total
}
