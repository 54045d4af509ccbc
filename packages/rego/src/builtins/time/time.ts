import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { createNumber, integerOf, isArray, isNumber, type Value } from '../../value/index.ts'
import { defineBuiltin, type Evaluate, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, operand, operandError, operandRuleError, readCount, readString } from '../operand.ts'
import { type CivilTime, civilOfNanoseconds, daysFromCivil, daysInMonth, WEEKDAYS, weekdayOfDays } from './calendar.ts'
import { parseDuration } from './duration.ts'
import { formatTime } from './format.ts'
import { RFC3339, RFC3339_NANO } from './layout.ts'
import { parseTime } from './parse.ts'
import { findZone, nanosecondsInZone, type TimeZone, UTC } from './zone.ts'

const LIMIT = 1n << 63n
const MOMENT = 'number | array<any>'

/** A moment with the zone to show it in. */
interface ZonedTime {
  readonly nanoseconds: bigint
  readonly zone: TimeZone
  readonly layout: string | undefined
}

/** Reads nanoseconds, or an array of nanoseconds, a zone's name and, where `maximum` is 3, a layout. */
function readMoment(operands: Operands, position: number, context: BuiltinContext, maximum = 2): ZonedTime {
  const value = operand(operands, position)
  if (isNumber(value)) return { nanoseconds: readNanoseconds(value), zone: UTC, layout: undefined }
  if (!isArray(value)) throw operandError(position, `either number (ns) or [number (ns), string (tz)]`, value)
  const [nanoseconds, zone, layout] = value
  if (value.length > maximum || nanoseconds === undefined || !isNumber(nanoseconds)) {
    throw operandRuleError(position, 'must be [number (ns), string (tz)]')
  }
  if (typeof (zone ?? '') !== 'string' || typeof (layout ?? '') !== 'string') {
    throw operandRuleError(position, 'must name its time zone and its layout in strings')
  }
  return {
    nanoseconds: readNanoseconds(nanoseconds),
    zone: findZone((zone as string | undefined) ?? '', context),
    layout: layout as string | undefined,
  }
}

function readNanoseconds(value: Value): bigint {
  const whole = isNumber(value) ? integerOf(value) : undefined
  if (whole === undefined || whole >= LIMIT || whole < -LIMIT) throw failure('timestamp too big')
  return whole
}

function momentValue(nanoseconds: bigint): Value {
  if (nanoseconds >= LIMIT || nanoseconds < -LIMIT) throw failure('time outside of valid range')
  return createNumber(nanoseconds)
}

function civil(time: ZonedTime, zone: TimeZone = time.zone): CivilTime {
  return civilOfNanoseconds(time.nanoseconds, zone.offsetAt(time.nanoseconds))
}

/** Calendar units further than this lead out of the range in any case. */
const MAX_UNITS = 1_000_000_000

const addDate: Evaluate = (operands, context) => {
  const time = readMoment(operands, 1, context)
  const [years, months, days] = [readCount(operands, 2), readCount(operands, 3), readCount(operands, 4)]
  if ([years, months, days].some((count) => Math.abs(count) > MAX_UNITS)) throw failure('time outside of valid range')
  const start = civil(time)
  const moved = { ...start, year: start.year + years, month: start.month + months, day: start.day + days }
  return momentValue(nanosecondsInZone(moved, time.zone))
}

/** Years, months, days, hours, minutes and seconds between two moments, both seen in the first one's zone. */
const difference: Evaluate = (operands, context) => {
  const a = readMoment(operands, 1, context)
  const b = readMoment(operands, 2, context)
  const [early, late] = a.nanoseconds <= b.nanoseconds ? [a, b] : [b, a]
  const from = civil(early, a.zone)
  const to = civil(late, a.zone)
  let second = to.second - from.second
  let minute = to.minute - from.minute
  let hour = to.hour - from.hour
  let day = to.day - from.day
  let month = to.month - from.month
  let year = to.year - from.year
  if (second < 0) {
    second += 60
    minute--
  }
  if (minute < 0) {
    minute += 60
    hour--
  }
  if (hour < 0) {
    hour += 24
    day--
  }
  if (day < 0) {
    day += daysInMonth(from.year, from.month)
    month--
  }
  if (month < 0) {
    month += 12
    year--
  }
  return [year, month, day, hour, minute, second]
}

const format: Evaluate = (operands, context) => {
  const time = readMoment(operands, 1, context, 3)
  const layout = time.layout ?? RFC3339_NANO
  context.step(16 + layout.length)
  context.memory(64 + 4 * layout.length)
  return formatTime(time.nanoseconds, time.zone, layout)
}

/** Moments in nanoseconds since 1970, and what calendars and clocks say of them. */
export const TIME_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('time.now_ns', '-> number', (_, context) => createNumber(context.nowNanoseconds), {
    nondeterministic: true,
  }),
  defineBuiltin('time.parse_ns', 'string, string -> number', (operands, context) => {
    const layout = readString(operands, 1)
    context.step(16 + layout.length)
    return momentValue(parseTime(layout, readString(operands, 2)))
  }),
  defineBuiltin('time.parse_rfc3339_ns', 'string -> number', (operands) =>
    momentValue(parseTime(RFC3339, readString(operands, 1))),
  ),
  defineBuiltin('time.parse_duration_ns', 'string -> number', (operands) =>
    createNumber(parseDuration(readString(operands, 1))),
  ),
  defineBuiltin('time.format', `${MOMENT} -> string`, format),
  defineBuiltin('time.date', `${MOMENT} -> [number, number, number]`, (operands, context) => {
    const { year, month, day } = civil(readMoment(operands, 1, context))
    return [year, month, day]
  }),
  defineBuiltin('time.clock', `${MOMENT} -> [number, number, number]`, (operands, context) => {
    const { hour, minute, second } = civil(readMoment(operands, 1, context))
    return [hour, minute, second]
  }),
  defineBuiltin('time.weekday', `${MOMENT} -> string`, (operands, context) => {
    const { year, month, day } = civil(readMoment(operands, 1, context))
    return WEEKDAYS[weekdayOfDays(daysFromCivil(year, month, day))]!
  }),
  defineBuiltin('time.add_date', `${MOMENT}, number, number, number -> number`, addDate),
  defineBuiltin('time.diff', `${MOMENT}, ${MOMENT} -> [number, number, number, number, number, number]`, difference),
]
