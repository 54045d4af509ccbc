import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { failure } from '../operand.ts'
import { type CivilTime, nanosecondsOfCivil } from './calendar.ts'

/** A time zone as far as its rules are known to the runtime. */
export interface TimeZone {
  readonly name: string
  /** Seconds east of UTC at a moment. */
  offsetAt(nanoseconds: bigint): number
  /** Abbreviation in force at a moment, such as `PST`; an offset such as `+0530` where it has none. */
  abbreviationAt(nanoseconds: bigint): string
}

/** Coordinated Universal Time. */
export const UTC: TimeZone = { name: 'UTC', offsetAt: () => 0, abbreviationAt: () => 'UTC' }

const NAME = /^[A-Za-z][A-Za-z0-9_+\-/]*$/

/** Sign, hours, minutes and, where they are not zero, seconds of an offset. */
export function offsetText(seconds: number, colon = ''): string {
  const size = Math.abs(seconds)
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60].map((part) => String(part).padStart(2, '0'))
  return (seconds < 0 ? '-' : '+') + parts.join(colon)
}

class NamedZone implements TimeZone {
  readonly name: string
  private readonly parts: Intl.DateTimeFormat
  private readonly names: Intl.DateTimeFormat

  constructor(name: string) {
    this.name = name
    const fields = {
      calendar: 'gregory',
      numberingSystem: 'latn',
      timeZone: name,
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      hourCycle: 'h23',
    } as const
    this.parts = new Intl.DateTimeFormat('en-US', fields)
    this.names = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'short' })
  }

  offsetAt(nanoseconds: bigint): number {
    const seconds = floorDivide(nanoseconds, 1_000_000_000n)
    const found: Record<string, string> = {}
    for (const { type, value } of this.parts.formatToParts(Number(seconds) * 1000)) found[type] = value
    const year = found['era'] === 'BC' ? 1 - Number(found['year']) : Number(found['year'])
    const civil: CivilTime = {
      year,
      month: Number(found['month']),
      day: Number(found['day']),
      hour: Number(found['hour']),
      minute: Number(found['minute']),
      second: Number(found['second']),
      nanosecond: 0,
    }
    return Number(nanosecondsOfCivil(civil, 0) / 1_000_000_000n - seconds)
  }

  abbreviationAt(nanoseconds: bigint): string {
    const milliseconds = Number(floorDivide(nanoseconds, 1_000_000n))
    const parts = this.names.formatToParts(milliseconds)
    const text = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
    return /^[A-Z]{3,5}$/.test(text) ? text : offsetText(this.offsetAt(nanoseconds)).replace(/00$/, '')
  }
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor
  return value % divisor < 0n ? quotient - 1n : quotient
}

/** The zone of an IANA name; an empty name, `UTC` and `Local` are UTC, for a policy has no place of its own. */
export function findZone(name: string, context: BuiltinContext): TimeZone {
  if (name === '' || name === 'UTC' || name === 'Local') return UTC
  const key = `time.zone\0${name}`
  const known = context.cache.get(key)
  if (known !== undefined) return known as TimeZone
  if (!NAME.test(name) || name.length > 64) throw failure(`unknown time zone ${name}`)
  context.step(64)
  context.memory(4096)
  let zone: TimeZone
  try {
    zone = new NamedZone(name)
  } catch {
    throw failure(`unknown time zone ${name}`)
  }
  context.cache.set(key, zone)
  return zone
}

/** The moment of a civil time in a zone: where the clock skips or repeats, the offset in force before decides. */
export function nanosecondsInZone(time: CivilTime, zone: TimeZone): bigint {
  const asUtc = nanosecondsOfCivil(time, 0)
  const first = zone.offsetAt(asUtc)
  const moment = asUtc - BigInt(first) * 1_000_000_000n
  const second = zone.offsetAt(moment)
  if (second === first) return moment
  const other = asUtc - BigInt(second) * 1_000_000_000n
  return zone.offsetAt(other) === second ? other : moment
}
