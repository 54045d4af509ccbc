/** Parity rules only: the text Intel's library checks signatures over, which it writes anew from the parsed document. */

const TOKEN = /[\s]+|"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[{}[\]:,]|true|false|null/g

/**
 * Rewrites a well-formed JSON text without white space, with strings and numbers in their canonical spelling, members in
 * their order and duplicates kept. Give it only text that `parseDocument` has read.
 */
export function rewriteDocument(text: string): string {
  return text.replace(TOKEN, (token) => {
    if (token.trim() === '') return ''
    if (token.startsWith('"')) return rewriteString(token)
    return /^[-0-9]/.test(token) ? rewriteNumber(token) : token
  })
}

function rewriteString(token: string): string {
  if (!token.includes('\\')) return token
  const text = JSON.parse(token) as string
  return JSON.stringify(text).replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => `\\u${hex.toUpperCase()}`)
}

function rewriteNumber(token: string): string {
  const value = Number(token)
  if (/^(?:0|-?[1-9][0-9]{0,20})$/.test(token)) {
    const integer = BigInt(token)
    if (integer < 1n << 64n && integer >= -(1n << 63n)) return token
  }
  if (Object.is(value, -0)) return '-0.0'
  const text = String(value).replace('e+', 'e')
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text
}
