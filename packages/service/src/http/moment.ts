import { ServiceError } from '../errors.ts'

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const

/**
 * Reads a moment of a query: epoch seconds, or a span before now such as `24h`.
 *
 * @param name the member of the query, for the refusal
 * @param now epoch seconds
 * @throws ServiceError SERVICE_REQUEST_INVALID
 */
export function readMoment(text: string | undefined, name: string, now: number): number | undefined {
  if (text === undefined) return undefined
  const [, length, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  if (length !== undefined) return now - Number(length) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS]
  if (/^\d{1,11}$/.test(text)) return Number(text)
  throw new ServiceError('SERVICE_REQUEST_INVALID', `${name}: neither epoch seconds nor a span such as 24h.`, {
    details: { path: name, expected: 'epoch seconds or a span such as 24h', actual: text.slice(0, 64) },
  })
}
