import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import { parse as parseToml } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import { ServiceError } from '../errors.ts'
import type { TrusteeFile } from './keys/key.ts'

const MAX_FILE_BYTES = 1024 * 1024

/** The programs read each of their files in any of these languages, by the end of its name. */
const ENDS = ['.yml', '.yaml', '.toml', '.json']

/** A file as it was found. */
export interface TrusteeDocument {
  /** What it is called: commonly as the one it stands for, perhaps with another end. */
  readonly name: string
  readonly values: Readonly<Record<string, unknown>>
}

/**
 * Reads one of the files, whatever language it is in; undefined where there is none.
 *
 * @throws ServiceError SERVICE_CONFIG_UNREADABLE, also where there are two of which only one could count
 */
export function readDocument(folder: string, file: TrusteeFile): TrusteeDocument | undefined {
  const stem = file.slice(0, -extname(file).length)
  const [found, other] = ENDS.flatMap((end) => readValues(folder, stem + end) ?? [])
  if (other === undefined) return found
  throw new ServiceError(
    'SERVICE_CONFIG_UNREADABLE',
    `${folder} has both ${found?.name} and ${other.name}, and only one can count: take one away.`,
    { details: { path: join(folder, other.name) } },
  )
}

function readValues(folder: string, name: string): TrusteeDocument | undefined {
  const path = join(folder, name)
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`)
    const value = parseText(name, text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not a table of keys')
    return { name, values: value as Record<string, unknown> }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ServiceError('SERVICE_CONFIG_UNREADABLE', `${path} cannot be read: ${message}`, {
      cause,
      details: { path },
    })
  }
}

/** An empty YAML document has no keys; neither anchors nor tags are needed, so few are followed. */
function parseText(name: string, text: string): unknown {
  if (name.endsWith('.toml')) return parseToml(text)
  if (name.endsWith('.json')) {
    // This one says in which line; the other one refuses a key that is there twice.
    JSON.parse(text)
    return parseJson(text)
  }
  return parseYaml(text, { maxAliasCount: 10, logLevel: 'error' }) ?? {}
}
