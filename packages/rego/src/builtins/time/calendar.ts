/** Day and time of day in one zone. Months count from 1. */
export interface CivilTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nanosecond: number
}

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]

/** Names of the days, Sunday first. */
export const WEEKDAYS: readonly string[] = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
]
/** Names of the months, January first. */
export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** Tells whether a year has 366 days. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** How many days a month has; months count from 1. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 ? (isLeapYear(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** Days from 1970-01-01 to a day of the proleptic Gregorian calendar; months and days beyond their bounds carry over. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const months = month - 1
  const y = year + Math.floor(months / 12)
  const m = ((months % 12) + 12) % 12
  const before = y - 1
  const leapDays = Math.floor(before / 4) - Math.floor(before / 100) + Math.floor(before / 400)
  const leap = m >= 2 && isLeapYear(y) ? 1 : 0
  return y * 365 + leapDays + DAYS_BEFORE[m]! + leap + day - 719528
}

/** Year, month and day of a count of days since 1970-01-01. */
export function civilFromDays(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  let year = Math.floor(days / 365.2425) + 1970
  while (daysFromCivil(year, 1, 1) > days) year--
  while (daysFromCivil(year + 1, 1, 1) <= days) year++
  let month = 1
  let day = days - daysFromCivil(year, 1, 1) + 1
  while (day > daysInMonth(year, month)) {
    day -= daysInMonth(year, month)
    month++
  }
  return { year, month, day }
}

/** Day of the week of a count of days since 1970-01-01; 0 is Sunday. */
export function weekdayOfDays(days: number): number {
  return (((days + 4) % 7) + 7) % 7
}

/** Nanoseconds since 1970 of a civil time that stands `offsetSeconds` east of UTC; parts beyond their bounds carry over. */
export function nanosecondsOfCivil(time: CivilTime, offsetSeconds: number): bigint {
  const days = daysFromCivil(time.year, time.month, time.day)
  const seconds = BigInt(days) * 86400n + BigInt(time.hour * 3600 + time.minute * 60 + time.second - offsetSeconds)
  return seconds * 1_000_000_000n + BigInt(time.nanosecond)
}

/** Civil time of nanoseconds since 1970, `offsetSeconds` east of UTC. */
export function civilOfNanoseconds(nanoseconds: bigint, offsetSeconds: number): CivilTime {
  const shifted = nanoseconds + BigInt(offsetSeconds) * 1_000_000_000n
  const nanosecond = Number(((shifted % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
  const seconds = Number((shifted - BigInt(nanosecond)) / 1_000_000_000n)
  const days = Math.floor(seconds / 86400)
  const rest = seconds - days * 86400
  return {
    ...civilFromDays(days),
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nanosecond,
  }
}
