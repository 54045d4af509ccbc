/** Dates of policies and reports: `YYYY-MM-DDThh:mm:ssZ`. */

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

/** Epoch seconds; undefined for any other text and for days that do not exist. */
export function parseIntelDate(value: unknown): number | undefined {
  if (typeof value !== 'string' || !DATE_TIME.test(value)) return undefined
  const milliseconds = Date.parse(value)
  if (Number.isNaN(milliseconds)) return undefined
  // Engines accept 30 February and move it to March.
  return formatIntelDate(milliseconds / 1000) === value ? milliseconds / 1000 : undefined
}

/** @param seconds epoch seconds */
export function formatIntelDate(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`
}
