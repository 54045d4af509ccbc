import type { HttpContext } from './types.ts'

/** Adds facts to what the log line of a request will say. */
export function noteFacts(c: HttpContext, facts: Readonly<Record<string, unknown>>): void {
  c.set('facts', { ...c.get('facts'), ...facts })
}
