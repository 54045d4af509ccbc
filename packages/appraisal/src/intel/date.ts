/** Dates of policies and reports: `YYYY-MM-DDThh:mm:ssZ`. */

/** The end of 9999. */
const LATEST = 253_402_300_799
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

/** Epoch seconds; undefined for any other text and for days that do not exist. */
export function parseIntelDate(value: unknown): number | undefined {
  if (typeof value !== 'string' || !DATE_TIME.test(value)) return undefined
  const milliseconds = Date.parse(value)
  if (Number.isNaN(milliseconds)) return undefined
  // Engines accept 30 February and move it to March.
  return formatIntelDate(milliseconds / 1000) === value ? milliseconds / 1000 : undefined
}

/**
 * A date as policies and reports write it. What lies before 1970 or after 9999 is written as that bound, so that any sum of
 * dates and grace periods can be shown.
 *
 * @param seconds epoch seconds
 */
export function formatIntelDate(seconds: number): string {
  const within = Math.min(Math.max(seconds, 0), LATEST)
  return `${new Date(within * 1000).toISOString().slice(0, 19)}Z`
}
