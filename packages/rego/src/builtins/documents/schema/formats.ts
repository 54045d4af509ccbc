import { parseAddress } from '../../net/address.ts'
import { parseTime } from '../../time/parse.ts'

function holds(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch {
    return false
  }
}

function isTime(layout: string, text: string): boolean {
  return holds(() => parseTime(layout, text))
}

const HOST =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/

/** Formats that are checked; a schema that names another one asks for nothing. */
const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ['date', (text) => isTime('2006-01-02', text)],
  ['time', (text) => isTime('15:04:05', text) || isTime('15:04:05Z07:00', text)],
  ['date-time', (text) => isTime('2006-01-02T15:04:05Z07:00', text)],
  ['hostname', (text) => HOST.test(text)],
  ['email', (text) => /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(text)],
  ['ipv4', (text) => !text.includes(':') && parseAddress(text) !== undefined],
  ['ipv6', (text) => text.includes(':') && parseAddress(text) !== undefined],
  ['uri', (text) => /^[A-Za-z][A-Za-z0-9+.-]*:\S*$/.test(text) && !text.includes('\\')],
  ['uri-reference', (text) => !/[\s\\]/.test(text)],
  ['uuid', (text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)],
  ['json-pointer', (text) => /^(?:\/(?:[^~/]|~[01])*)*$/.test(text)],
])

/** Tells whether a text has a format. */
export function hasFormat(text: string, format: string): boolean {
  return text.length <= 4096 ? (FORMATS.get(format)?.(text) ?? true) : !FORMATS.has(format)
}
