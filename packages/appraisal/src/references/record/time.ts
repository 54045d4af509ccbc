/** Expiry in calendar months, and the times of records as text. */
import { type Place, refuse } from '../members.ts'

const MONTHS = 12
/** The last second that the text form can name. */
const LAST = 253_402_300_799

/**
 * The same day and time some calendar months later; a day that the later month does not have becomes its last one.
 *
 * @param at epoch seconds
 */
export function addMonths(at: number, months: number = MONTHS): number {
  const date = new Date(at * 1000)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return Math.min(Math.floor(date.getTime() / 1000), LAST)
}

/** `YYYY-MM-DDTHH:MM:SSZ`. @param at epoch seconds */
export function formatTime(at: number): string {
  return `${new Date(Math.floor(at) * 1000).toISOString().slice(0, 19)}Z`
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/

/** Epoch seconds of an RFC 3339 time; parts of a second are cut off. */
export function parseTime(value: unknown, place: Place): number {
  const match = typeof value === 'string' ? TIME.exec(value) : null
  const whole = match === null ? Number.NaN : Date.parse(`${(value as string).slice(0, 19)}${match[7]}`)
  // A day that its month does not have is silently moved by Date: writing it back shows that.
  const local = match === null ? Number.NaN : Date.parse(`${(value as string).slice(0, 19)}Z`)
  if (Number.isNaN(whole) || new Date(local).toISOString().slice(0, 19) !== (value as string).slice(0, 19))
    throw refuse(place, `${place.path} is no time.`, {
      expected: 'YYYY-MM-DDTHH:MM:SSZ',
      actual: String(value).slice(0, 64),
    })
  return Math.floor(whole / 1000)
}
