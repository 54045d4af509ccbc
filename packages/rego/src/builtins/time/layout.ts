/** What a piece of a layout stands for. */
export type LayoutField =
  | 'long-month'
  | 'short-month'
  | 'month'
  | 'month-2'
  | 'long-weekday'
  | 'short-weekday'
  | 'day'
  | 'day-under'
  | 'day-2'
  | 'year-day-under'
  | 'year-day-3'
  | 'hour'
  | 'hour-12'
  | 'hour-12-2'
  | 'minute'
  | 'minute-2'
  | 'second'
  | 'second-2'
  | 'year'
  | 'year-2'
  | 'PM'
  | 'pm'
  | 'zone-name'
  | 'zone'
  | 'fraction'

/** One piece: plain text, or a field with the text that spelt it. */
export type LayoutPiece =
  | { readonly field: undefined; readonly text: string }
  | { readonly field: LayoutField; readonly text: string }

/** Spellings in the order in which they are tried at one place, each with what must not follow. */
const SPELLINGS: readonly (readonly [RegExp, LayoutField])[] = [
  [/January/y, 'long-month'],
  [/Jan(?![a-z])/y, 'short-month'],
  [/Monday/y, 'long-weekday'],
  [/Mon(?![a-z])/y, 'short-weekday'],
  [/MST/y, 'zone-name'],
  [/002/y, 'year-day-3'],
  [/01/y, 'month-2'],
  [/02/y, 'day-2'],
  [/03/y, 'hour-12-2'],
  [/04/y, 'minute-2'],
  [/05/y, 'second-2'],
  [/06/y, 'year-2'],
  [/15/y, 'hour'],
  [/1/y, 'month'],
  [/2006/y, 'year'],
  [/2/y, 'day'],
  [/__2/y, 'year-day-under'],
  [/_2(?!006)/y, 'day-under'],
  [/3/y, 'hour-12'],
  [/4/y, 'minute'],
  [/5/y, 'second'],
  [/PM/y, 'PM'],
  [/pm/y, 'pm'],
  [/[-Z](?:070000|07:00:00|0700|07:00|07)/y, 'zone'],
  [/[.,](?:0+|9+)(?!\d)/y, 'fraction'],
]

/** Names that stand for whole layouts. */
const NAMED_LAYOUTS: ReadonlyMap<string, string> = new Map([
  ['ANSIC', 'Mon Jan _2 15:04:05 2006'],
  ['UnixDate', 'Mon Jan _2 15:04:05 MST 2006'],
  ['RubyDate', 'Mon Jan 02 15:04:05 -0700 2006'],
  ['RFC822', '02 Jan 06 15:04 MST'],
  ['RFC822Z', '02 Jan 06 15:04 -0700'],
  ['RFC850', 'Monday, 02-Jan-06 15:04:05 MST'],
  ['RFC1123', 'Mon, 02 Jan 2006 15:04:05 MST'],
  ['RFC1123Z', 'Mon, 02 Jan 2006 15:04:05 -0700'],
  ['RFC3339', '2006-01-02T15:04:05Z07:00'],
  ['RFC3339Nano', '2006-01-02T15:04:05.999999999Z07:00'],
])

/** Layout of RFC 3339 in whole seconds. */
export const RFC3339 = '2006-01-02T15:04:05Z07:00'
/** Layout of RFC 3339 with as many digits of a second as there are. */
export const RFC3339_NANO = '2006-01-02T15:04:05.999999999Z07:00'

/** Splits a layout, written with Go's reference time `Mon Jan 2 15:04:05 MST 2006`, or the name of one. */
export function parseLayout(nameOrLayout: string): readonly LayoutPiece[] {
  const layout = NAMED_LAYOUTS.get(nameOrLayout) ?? nameOrLayout
  const pieces: LayoutPiece[] = []
  let plain = ''
  for (let at = 0; at < layout.length; ) {
    const found = findSpelling(layout, at)
    if (found === undefined) {
      plain += layout[at++]
      continue
    }
    if (plain !== '') pieces.push({ field: undefined, text: plain })
    plain = ''
    pieces.push(found)
    at += found.text.length
  }
  if (plain !== '') pieces.push({ field: undefined, text: plain })
  return pieces
}

function findSpelling(layout: string, at: number): { field: LayoutField; text: string } | undefined {
  for (const [spelling, field] of SPELLINGS) {
    spelling.lastIndex = at
    const text = spelling.exec(layout)?.[0]
    if (text !== undefined) return { field, text }
  }
  return undefined
}
