import { RegoError } from '../errors.ts'
import { parseTermText } from '../syntax/index.ts'

/** The names of a path such as `data.policy["allow"]`, without `data`. Throws REGO_QUERY_INVALID for any other text. */
export function parseRulePath(text: string): string[] {
  if (/^data(?:\.[A-Za-z_]\w*)*$/.test(text)) return text.split('.').slice(1)
  const names = readPath(text)
  if (!names) throw new RegoError('REGO_QUERY_INVALID', `${JSON.stringify(text)} is not a path under data`)
  return names
}

function readPath(text: string): string[] | undefined {
  try {
    const { term } = parseTermText(text)
    if (term.kind !== 'reference' || term.head.kind !== 'variable' || term.head.name !== 'data') return undefined
    return term.path.map((part) => {
      if (part.kind === 'scalar' && typeof part.value === 'string') return part.value
      throw new RegoError('REGO_QUERY_INVALID')
    })
  } catch (error) {
    if (error instanceof RegoError) return undefined
    throw error
  }
}
