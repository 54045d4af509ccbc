import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createTokenTrust, type TokenJwk, type TokenTrust } from '@veritee/appraisal/tokens'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import type { ServiceConfig } from '../config/index.ts'
import { ServiceError } from '../errors.ts'

const MAX_KEYS = 64

/**
 * What other attestation services may sign tokens with; undefined where none is trusted.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID
 */
export function readTokenTrust({
  trustedKeys,
  trustedCertificates,
}: Pick<ServiceConfig['token'], 'trustedKeys' | 'trustedCertificates'>): TokenTrust | undefined {
  if (trustedKeys.length + trustedCertificates.length === 0) return undefined
  const keys = trustedKeys.flatMap((path) =>
    reading(path, 'token.trustedKeys', (text) => {
      const found = listKeys(parseJson(text))
      createTokenTrust({ keys: found })
      return found
    }),
  )
  const certificates = trustedCertificates.map((path) =>
    reading(path, 'token.trustedCertificates', (text) => {
      createTokenTrust({ certificates: [text] })
      return text
    }),
  )
  return createTokenTrust({ keys, certificates })
}

/** A set of keys (RFC 7517 §5), or one key. */
function listKeys(value: unknown): readonly TokenJwk[] {
  const { keys = [value] } = (value ?? {}) as { keys?: unknown }
  const isList = Array.isArray(keys) && keys.length > 0 && keys.length <= MAX_KEYS
  if (isList && keys.every((key) => typeof key === 'object' && key !== null)) return keys as TokenJwk[]
  throw new ServiceError('SERVICE_FILE_INVALID', `It holds no JSON Web Keys, or more than ${MAX_KEYS}.`)
}

function reading<T>(path: string, name: string, read: (text: string) => T): T {
  const file = resolve(path)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `${name}: the file ${file} cannot be read.`, {
      cause,
      details: { path: name, actual: file },
    })
  }
  try {
    return read(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new ServiceError('SERVICE_FILE_INVALID', `${name}: ${file}: ${cause.message}`, {
      cause,
      details: { path: name, actual: file },
    })
  }
}
