import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callBuiltin } from '../../../conformance/call-builtin.ts'
import { civilFromDays, daysFromCivil, weekdayOfDays } from './calendar.ts'

/** 2024-03-10T10:30:00.123456789Z, an hour after the clocks of New York went forward. */
const MOMENT = 1710066600123456789n
const NEW_YORK = 'America/New_York'

const CASES: readonly (readonly [name: string, args: readonly unknown[], expected: unknown])[] = [
  ['time.format', [MOMENT], '2024-03-10T10:30:00.123456789Z'],
  ['time.format', [[MOMENT, NEW_YORK]], '2024-03-10T06:30:00.123456789-04:00'],
  [
    'time.format',
    [[MOMENT, 'UTC', 'Monday, January _2 06 03:04PM .000 __2 002 -0700 MST']],
    'Sunday, March 10 24 10:30AM .123  70 070 +0000 UTC',
  ],
  ['time.format', [[MOMENT, NEW_YORK, 'RFC850']], 'Sunday, 10-Mar-24 06:30:00 EDT'],
  ['time.format', [[MOMENT, 'Asia/Kolkata', 'MST Z07:00 Z07 -070000 Jan']], '+0530 +05:30 +05 +053000 Mar'],
  ['time.format', [[-1, 'UTC', '2006-01-02 15:04:05.999999999']], '1969-12-31 23:59:59.999999999'],
  ['time.format', [[MOMENT, 'Mars/Olympus']], 'failed: unknown time zone Mars/Olympus'],
  ['time.format', [[MOMENT, '+05:00']], 'failed: unknown time zone +05:00'],
  ['time.format', ['x'], 'type: operand 1 must be either number (ns) or [number (ns), string (tz)] but got string'],
  ['time.format', [1.5], 'failed: timestamp too big'],
  ['time.date', [[MOMENT, 'Pacific/Auckland']], [2024, 3, 10]],
  ['time.clock', [[MOMENT, 'Pacific/Auckland']], [23, 30, 0]],
  ['time.weekday', [MOMENT], 'Sunday'],
  ['time.now_ns', [], 1700000000000000000n],
  ['time.parse_ns', ['2006-01-02', '2024-02-29'], 1709164800000000000n],
  ['time.parse_ns', ['2006-01-02', '2023-02-29'], 'failed: parsing time "2023-02-29": day out of range'],
  ['time.parse_ns', ['2006-01-02', '2023-13-01'], 'failed: parsing time "2023-13-01": month out of range'],
  ['time.parse_ns', ['2006-01-02', '2023-01-01x'], 'failed: parsing time "2023-01-01x": extra text: "x"'],
  [
    'time.parse_ns',
    ['2006-01-02', '2023-1-01'],
    'failed: parsing time "2023-1-01" as "2006-01-02": cannot parse "1-01" as "01"',
  ],
  ['time.parse_ns', ['RFC1123', 'Sun, 10 Mar 2024 10:30:00 GMT'], 1710066600000000000n],
  ['time.parse_ns', ['RubyDate', 'Sun Mar 10 10:30:00 +0100 2024'], 1710063000000000000n],
  ['time.parse_ns', ['Jan 2 2006 3:04:05 PM', 'mar 10 2024 12:30:00 AM'], 1710030600000000000n],
  ['time.parse_ns', ['2006 002', '2024 060'], 1709164800000000000n],
  ['time.parse_ns', ['15:04:05', '10:30:00.5'], 'failed: time outside of valid range'],
  ['time.parse_ns', ['2006-01-02 15:04:05.000', '2024-03-10 10:30:00.12'], /^failed: /],
  ['time.parse_rfc3339_ns', ['2024-03-10T10:30:00.123456789Z'], MOMENT],
  ['time.parse_rfc3339_ns', ['2024-03-10T10:30:00,5+01:30'], 1710061200500000000n],
  ['time.parse_rfc3339_ns', ['2024-03-10T24:00:00Z'], 'failed: parsing time "2024-03-10T24:00:00Z": hour out of range'],
  ['time.parse_rfc3339_ns', ['2024-03-10T10:30:00+25:00'], /time zone offset out of range$/],
  ['time.parse_duration_ns', ['-1h15m30.918273645s'], -4530918273645n],
  ['time.parse_duration_ns', ['1.5µs'], 1500],
  ['time.parse_duration_ns', ['0'], 0],
  ['time.parse_duration_ns', ['1'], 'failed: time: missing unit in duration "1"'],
  ['time.parse_duration_ns', ['1x'], 'failed: time: unknown unit "x" in duration "1x"'],
  ['time.parse_duration_ns', ['.s'], 'failed: time: invalid duration ".s"'],
  ['time.parse_duration_ns', ['3000000h'], 'failed: time: invalid duration "3000000h"'],
  ['time.add_date', [1706659200000000000n, 0, 1, 0], 1709337600000000000n],
  ['time.add_date', [[1709992800000000000n, NEW_YORK], 0, 0, 1], 1710075600000000000n],
  ['time.add_date', [0, 10n ** 30n, 0, 0], 'failed: time outside of valid range'],
  [
    'time.diff',
    [
      [1709992800000000000n, NEW_YORK],
      [1710075600000000000n, NEW_YORK],
    ],
    [0, 0, 1, 0, 0, 0],
  ],
  ['time.diff', [1709251200000000000n, 1706659200000000000n], [0, 1, 1, 0, 0, 0]],
]

test.each(CASES)('%s, case %#', (name, args, expected) => {
  const result = callBuiltin(name, ...args)
  if (expected instanceof RegExp) expect(result).toMatch(expected)
  else expect(typeof result === 'number' && typeof expected === 'bigint' ? BigInt(result) : result).toEqual(expected)
})

test('days are those of the proleptic Gregorian calendar', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (days) => {
      const date = new Date(days * 86_400_000)
      const civil = civilFromDays(days)
      expect(civil).toEqual({ year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() })
      expect(daysFromCivil(civil.year, civil.month, civil.day)).toBe(days)
      expect(weekdayOfDays(days)).toBe(date.getUTCDay())
    }),
    { numRuns: 200 },
  )
})

test('what is formatted is parsed back', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(1n << 60n), max: 1n << 62n }), (moment) => {
      const text = callBuiltin('time.format', [moment, 'Europe/Berlin'])
      expect(BigInt(callBuiltin('time.parse_rfc3339_ns', text) as bigint)).toBe(moment)
    }),
    { numRuns: 100 },
  )
})
