import { parse as parseToml } from 'smol-toml'

const MAX_TEXT = 1 << 20

/**
 * What an init data text says: the members of `[data]`, those that end in `.toml` as what they say themselves. Undefined for a
 * text that is no such TOML; its digest is compared all the same.
 */
export function readInitDataClaims(body: string): Record<string, unknown> | undefined {
  if (body.length > MAX_TEXT) return undefined
  const data = parse(body)?.['data']
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      name.endsWith('.toml') && typeof value === 'string' ? (parse(value) ?? value) : value,
    ]),
  )
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    // Through JSON, so that dates become texts.
    return JSON.parse(JSON.stringify(parseToml(text))) as Record<string, unknown>
  } catch {
    return undefined
  }
}
