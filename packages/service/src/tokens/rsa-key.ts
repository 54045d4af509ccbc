import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { ServiceError } from '../errors.ts'
import { createFile, readPrivateFile } from '../keys/private-file.ts'

/** An RSA key that signs, with its public half as a JSON Web Key. */
export interface RsaSigner {
  readonly key: KeyObject
  readonly publicJwk: { readonly [name: string]: string }
}

const LEAST_BITS = 2048

/**
 * Reads an RSA private key (PKCS#8 PEM, mode 0600), making one of 2048 bits first when the file is absent. Replicas that share
 * the directory share the key, whoever was first.
 *
 * @param algorithm what it signs with
 * @throws ServiceError SERVICE_KEY_INVALID, SERVICE_KEY_PERMISSIONS, SERVICE_FILE_UNREADABLE
 */
export function openRsaSigner(path: string, algorithm: 'RS256' | 'RS384'): RsaSigner {
  let pem = readPrivateFile(path)
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: LEAST_BITS })
    makeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
    pem = readPrivateFile(path) ?? ''
  }
  const key = parseKey(pem)
  if (key?.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS) {
    throw new ServiceError('SERVICE_KEY_INVALID', `The file ${path} does not hold the key it should.`, {
      details: { path, expected: `RSA private key of at least ${LEAST_BITS} bits in PEM` },
    })
  }
  const { e = '', kty = '', n = '' } = createPublicKey(key).export({ format: 'jwk' })
  const kid = encodeBase64Url(digest('sha256', encodeUtf8(JSON.stringify({ e, kty, n }))))
  return { key, publicJwk: { alg: algorithm, e, kty, n, kid } }
}

function makeFile(path: string, pem: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    createFile(path, pem, 0o600)
  } catch (cause) {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `The key file ${path} cannot be made.`, {
      cause,
      details: { path },
    })
  }
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    // The library's message may quote the text: it is left out.
    return undefined
  }
}
