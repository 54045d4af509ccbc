import { failure } from '../operand.ts'
import { daysInMonth, isLeapYear, MONTHS, nanosecondsOfCivil, WEEKDAYS } from './calendar.ts'
import { type LayoutField, type LayoutPiece, parseLayout } from './layout.ts'

/** Longest layout and longest text that are read. */
const MAX_TEXT = 1024

/** What was read so far. */
interface Reading {
  year: number
  month: number | undefined
  day: number | undefined
  yearDay: number | undefined
  hour: number
  isAfternoon: boolean | undefined
  minute: number
  second: number
  nanosecond: number
  offsetSeconds: number
}

/** A text of Go's form of a moment, read after a layout; nanoseconds since 1970, UTC where it names no zone. */
export function parseTime(layout: string, text: string): bigint {
  if (layout.length > MAX_TEXT || text.length > MAX_TEXT) throw failure('a time or its layout is too long')
  return new TimeReader(layout, text).read()
}

class TimeReader {
  private readonly layout: string
  private readonly text: string
  private offset = 0
  private readonly found: Reading = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    isAfternoon: undefined,
    minute: 0,
    second: 0,
    nanosecond: 0,
    offsetSeconds: 0,
  }

  constructor(layout: string, text: string) {
    this.layout = layout
    this.text = text
  }

  read(): bigint {
    const pieces = parseLayout(this.layout)
    for (const [i, piece] of pieces.entries()) {
      if (piece.field === undefined) this.plain(piece.text)
      else this.piece(piece as LayoutPiece & { field: LayoutField }, pieces[i + 1])
    }
    if (this.offset < this.text.length)
      throw this.error(`: extra text: ${JSON.stringify(this.text.slice(this.offset))}`)
    return this.moment()
  }

  /** Plain text of the layout; a run of spaces matches any run of spaces. */
  private plain(text: string): void {
    for (let at = 0; at < text.length; at++) {
      if (text[at] === ' ') {
        while (text[at + 1] === ' ') at++
        if (this.offset < this.text.length && this.text[this.offset] !== ' ') throw this.mismatch(text)
        while (this.text[this.offset] === ' ') this.offset++
      } else if (this.text[this.offset++] !== text[at]) {
        this.offset--
        throw this.mismatch(text)
      }
    }
  }

  private piece(piece: LayoutPiece & { field: LayoutField }, next: LayoutPiece | undefined): void {
    const { found } = this
    switch (piece.field) {
      case 'year':
        found.year = this.number(piece, /\d{4}/y)
        break
      case 'year-2': {
        const year = this.number(piece, /\d{2}/y)
        found.year = year >= 69 ? year + 1900 : year + 2000
        break
      }
      case 'long-month':
      case 'short-month':
        found.month = this.name(piece, MONTHS, piece.field === 'short-month') + 1
        break
      case 'month':
      case 'month-2':
        found.month = this.within(this.number(piece, piece.field === 'month' ? /\d{1,2}/y : /\d{2}/y), 1, 12, 'month')
        break
      case 'long-weekday':
      case 'short-weekday':
        this.name(piece, WEEKDAYS, piece.field === 'short-weekday')
        break
      case 'day':
        found.day = this.number(piece, /\d{1,2}/y)
        break
      case 'day-2':
        found.day = this.number(piece, /\d{2}/y)
        break
      case 'day-under':
        found.day = this.number(piece, / ?\d{1,2}/y)
        break
      case 'year-day-under':
        found.yearDay = this.number(piece, / {0,2}\d{1,3}/y)
        break
      case 'year-day-3':
        found.yearDay = this.number(piece, /\d{3}/y)
        break
      case 'hour':
        found.hour = this.within(this.number(piece, /\d{2}/y), 0, 23, 'hour')
        break
      case 'hour-12':
      case 'hour-12-2':
        found.hour = this.within(this.number(piece, piece.field === 'hour-12' ? /\d{1,2}/y : /\d{2}/y), 0, 12, 'hour')
        break
      case 'minute':
      case 'minute-2':
        found.minute = this.within(
          this.number(piece, piece.field === 'minute' ? /\d{1,2}/y : /\d{2}/y),
          0,
          59,
          'minute',
        )
        break
      case 'second':
      case 'second-2':
        found.second = this.within(
          this.number(piece, piece.field === 'second' ? /\d{1,2}/y : /\d{2}/y),
          0,
          59,
          'second',
        )
        // A fraction may follow although the layout has none.
        if (next?.field !== 'fraction') found.nanosecond = this.fraction(/[.,]\d+/y) ?? 0
        break
      case 'fraction': {
        const exact = piece.text[1] === '0'
        const digits = exact ? new RegExp(`[.,]\\d{${piece.text.length - 1}}`, 'y') : /[.,]\d{1,9}(?!\d)/y
        const value = this.fraction(digits)
        if (value === undefined && exact) throw this.mismatch(piece.text)
        found.nanosecond = value ?? 0
        break
      }
      case 'PM':
      case 'pm': {
        const mark = this.match(piece.field === 'PM' ? /AM|PM/y : /am|pm/y)
        if (mark === undefined) throw this.mismatch(piece.text)
        found.isAfternoon = mark.toUpperCase() === 'PM'
        break
      }
      case 'zone':
        found.offsetSeconds = this.zone(piece)
        break
      case 'zone-name':
        found.offsetSeconds = this.zoneName(piece)
        break
    }
  }

  private moment(): bigint {
    const { found } = this
    let { hour, month, day } = found
    if (found.isAfternoon === true && hour < 12) hour += 12
    else if (found.isAfternoon === false && hour === 12) hour = 0
    if (found.yearDay !== undefined) {
      if (found.yearDay < 1 || found.yearDay > (isLeapYear(found.year) ? 366 : 365)) {
        throw this.error(': day-of-year out of range')
      }
      if (month === undefined) {
        month = 1
        day = found.yearDay
      }
    }
    month ??= 1
    day ??= 1
    if (day < 1 || (found.yearDay === undefined && day > daysInMonth(found.year, month))) {
      throw this.error(': day out of range')
    }
    return nanosecondsOfCivil({ ...found, month, day, hour }, found.offsetSeconds)
  }

  private zone(piece: LayoutPiece): number {
    if (piece.text[0] === 'Z' && this.match(/Z/y) !== undefined) return 0
    const pairs = piece.text.replace(/\D/g, '').length / 2
    const colon = piece.text.includes(':') ? ':' : ''
    const text = this.match(new RegExp(`[+-]${Array(pairs).fill('\\d\\d').join(colon)}`, 'y'))
    if (text === undefined) throw this.mismatch(piece.text)
    const [hours = 0, minutes = 0, seconds = 0] = (text.slice(1).match(/\d\d/g) ?? []).map(Number)
    if (hours > 24 || minutes >= 60 || seconds >= 60) throw this.error(': time zone offset out of range')
    return (text[0] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
  }

  /** An abbreviation: only UTC and `GMT` with hours say where they are; all others count as UTC. */
  private zoneName(piece: LayoutPiece): number {
    const text = this.match(/UTC|GMT(?:[+-]\d{1,2})?|ChST|MeST|WITA|[+-]\d{2}(?:\d{2})?|[A-Z]{4}T|[A-Z]{3}T|[A-Z]{3}/y)
    if (text === undefined) throw this.mismatch(piece.text)
    const hours = /^GMT([+-]\d{1,2})$/.exec(text)
    return hours === null ? 0 : Number(hours[1]) * 3600
  }

  private fraction(pattern: RegExp): number | undefined {
    const text = this.match(pattern)
    return text === undefined ? undefined : Number(text.slice(1, 10).padEnd(9, '0'))
  }

  private name(piece: LayoutPiece, names: readonly string[], isShort: boolean): number {
    const rest = this.text.slice(this.offset).toLowerCase()
    const index = names.findIndex((name) => rest.startsWith((isShort ? name.slice(0, 3) : name).toLowerCase()))
    if (index < 0) throw this.mismatch(piece.text)
    this.offset += isShort ? 3 : names[index]!.length
    return index
  }

  private number(piece: LayoutPiece, pattern: RegExp): number {
    const text = this.match(pattern)
    if (text === undefined) throw this.mismatch(piece.text)
    return Number(text)
  }

  private within(value: number, low: number, high: number, name: string): number {
    if (value < low || value > high) throw this.error(`: ${name} out of range`)
    return value
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.offset
    const text = pattern.exec(this.text)?.[0]
    if (text !== undefined) this.offset += text.length
    return text
  }

  private mismatch(spelling: string): Error {
    const rest = JSON.stringify(this.text.slice(this.offset))
    return this.error(` as ${JSON.stringify(this.layout)}: cannot parse ${rest} as ${JSON.stringify(spelling)}`)
  }

  private error(problem: string): Error {
    return failure(`parsing time ${JSON.stringify(this.text)}${problem}`)
  }
}
