/** Which key signs with which algorithm. */
import type { PublicKey, SignatureScheme } from '@veritee/codec/signature'
import type { TokenAlgorithm } from './types.ts'

interface AlgorithmRow {
  readonly scheme: SignatureScheme
  readonly fits: (key: PublicKey) => boolean
}

const MIN_RSA_BYTES = 256
const isRsa = ({ modulus }: PublicKey): boolean => modulus !== undefined && modulus.length >= MIN_RSA_BYTES

const ROWS: Readonly<Record<TokenAlgorithm, AlgorithmRow>> = {
  ES256: { scheme: { scheme: 'ecdsa', hash: 'sha256', format: 'raw' }, fits: ({ curve }) => curve === 'P-256' },
  ES384: { scheme: { scheme: 'ecdsa', hash: 'sha384', format: 'raw' }, fits: ({ curve }) => curve === 'P-384' },
  RS256: { scheme: { scheme: 'rsa-pkcs1', hash: 'sha256' }, fits: isRsa },
  RS384: { scheme: { scheme: 'rsa-pkcs1', hash: 'sha384' }, fits: isRsa },
}

/** Every algorithm accepted: none of them can be mistaken for a shared secret. */
export const TOKEN_ALGORITHMS = Object.keys(ROWS) as readonly TokenAlgorithm[]

export function isTokenAlgorithm(value: unknown): value is TokenAlgorithm {
  return typeof value === 'string' && Object.hasOwn(ROWS, value)
}

export function schemeOf(algorithm: TokenAlgorithm): SignatureScheme {
  return ROWS[algorithm].scheme
}

/** Tells whether a key is of the kind and size that the algorithm asks for. */
export function isKeyFor(algorithm: TokenAlgorithm, key: PublicKey): boolean {
  return ROWS[algorithm].fits(key)
}
