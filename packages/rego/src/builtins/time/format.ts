import { type CivilTime, civilOfNanoseconds, daysFromCivil, MONTHS, WEEKDAYS, weekdayOfDays } from './calendar.ts'
import { type LayoutPiece, parseLayout } from './layout.ts'
import type { TimeZone } from './zone.ts'

function pad(value: number, width: number, fill = '0'): string {
  const text = String(Math.abs(value)).padStart(width, fill)
  return value < 0 ? `-${text}` : text
}

function fractionText(spelling: string, nanosecond: number): string {
  const digits = pad(nanosecond, 9)
    .slice(0, spelling.length - 1)
    .padEnd(spelling.length - 1, '0')
  if (spelling[1] === '0') return spelling[0] + digits
  const kept = digits.replace(/0+$/, '')
  return kept === '' ? '' : spelling[0] + kept
}

function zoneText(spelling: string, seconds: number): string {
  if (spelling[0] === 'Z' && seconds === 0) return 'Z'
  const size = Math.abs(seconds)
  const colon = spelling.includes(':') ? ':' : ''
  const count = spelling.replace(/\D/g, '').length / 2
  const parts = [Math.floor(size / 3600), Math.floor(size / 60) % 60, size % 60].slice(0, count)
  return (seconds < 0 ? '-' : '+') + parts.map((part) => pad(part, 2)).join(colon)
}

/** Writes a moment in a zone after a layout in Go's notation, or the name of one. */
export function formatTime(nanoseconds: bigint, zone: TimeZone, layout: string): string {
  const offset = zone.offsetAt(nanoseconds)
  const time = civilOfNanoseconds(nanoseconds, offset)
  const days = daysFromCivil(time.year, time.month, time.day)
  return parseLayout(layout)
    .map((piece) => {
      if (piece.field === 'zone') return zoneText(piece.text, offset)
      return piece.field === 'zone-name' ? zone.abbreviationAt(nanoseconds) : pieceText(piece, time, days)
    })
    .join('')
}

function pieceText(piece: LayoutPiece, time: CivilTime, days: number): string {
  const weekday = WEEKDAYS[weekdayOfDays(days)]!
  const month = MONTHS[time.month - 1]!
  const yearDay = days - daysFromCivil(time.year, 1, 1) + 1
  switch (piece.field) {
    case undefined:
      return piece.text
    case 'long-month':
      return month
    case 'short-month':
      return month.slice(0, 3)
    case 'month':
      return String(time.month)
    case 'month-2':
      return pad(time.month, 2)
    case 'long-weekday':
      return weekday
    case 'short-weekday':
      return weekday.slice(0, 3)
    case 'day':
      return String(time.day)
    case 'day-under':
      return pad(time.day, 2, ' ')
    case 'day-2':
      return pad(time.day, 2)
    case 'year-day-under':
      return pad(yearDay, 3, ' ')
    case 'year-day-3':
      return pad(yearDay, 3)
    case 'hour':
      return pad(time.hour, 2)
    case 'hour-12':
      return String(time.hour % 12 || 12)
    case 'hour-12-2':
      return pad(time.hour % 12 || 12, 2)
    case 'minute':
      return String(time.minute)
    case 'minute-2':
      return pad(time.minute, 2)
    case 'second':
      return String(time.second)
    case 'second-2':
      return pad(time.second, 2)
    case 'year':
      return pad(time.year, 4)
    case 'year-2':
      return pad(((time.year % 100) + 100) % 100, 2)
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am'
    case 'fraction':
      return fractionText(piece.text, time.nanosecond)
    default:
      return ''
  }
}
