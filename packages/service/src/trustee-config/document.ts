import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse as parseToml } from 'smol-toml'
import { parse as parseYaml } from 'yaml'
import { ServiceError } from '../errors.ts'
import type { TrusteeFile } from './keys/key.ts'

const MAX_FILE_BYTES = 1024 * 1024

/**
 * Reads one of the files; undefined where there is none.
 *
 * @throws ServiceError SERVICE_CONFIG_UNREADABLE
 */
export function readDocument(folder: string, file: TrusteeFile): Readonly<Record<string, unknown>> | undefined {
  const path = join(folder, file)
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`)
    const value = parseText(file, text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not a table of keys')
    return value as Record<string, unknown>
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
function parseText(file: TrusteeFile, text: string): unknown {
  if (file.endsWith('.toml')) return parseToml(text)
  if (file.endsWith('.json')) return JSON.parse(text) as unknown
  return parseYaml(text, { maxAliasCount: 10, logLevel: 'error' }) ?? {}
}
