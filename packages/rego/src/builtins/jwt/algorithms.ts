import type { SignatureScheme } from '@veritee/codec/signature'

type Hash = 'sha256' | 'sha384' | 'sha512'

/** An algorithm of RFC 7518 or RFC 8037. */
export type JwtAlgorithm =
  | { readonly family: 'HS'; readonly hash: Hash }
  | { readonly family: 'RS' | 'PS'; readonly hash: Hash }
  | { readonly family: 'ES'; readonly hash: Hash; readonly curve: 'P-256' | 'P-384' | 'P-521' }
  | { readonly family: 'EdDSA' }

const HASHES = { 256: 'sha256', 384: 'sha384', 512: 'sha512' } as const
const CURVES = { 256: 'P-256', 384: 'P-384', 512: 'P-521' } as const

/** Every algorithm by its name; `none` is not among them. */
export const JWT_ALGORITHMS: ReadonlyMap<string, JwtAlgorithm> = new Map<string, JwtAlgorithm>([
  ...([256, 384, 512] as const).flatMap((size): [string, JwtAlgorithm][] => [
    [`HS${size}`, { family: 'HS', hash: HASHES[size] }],
    [`RS${size}`, { family: 'RS', hash: HASHES[size] }],
    [`PS${size}`, { family: 'PS', hash: HASHES[size] }],
    [`ES${size}`, { family: 'ES', hash: HASHES[size], curve: CURVES[size] }],
  ]),
  ['EdDSA', { family: 'EdDSA' }],
])

/** How a signature of an asymmetric algorithm is made; undefined for a symmetric one. */
export function schemeOf(algorithm: JwtAlgorithm): SignatureScheme | undefined {
  switch (algorithm.family) {
    case 'HS':
      return undefined
    case 'RS':
      return { scheme: 'rsa-pkcs1', hash: algorithm.hash }
    case 'PS':
      return { scheme: 'rsa-pss', hash: algorithm.hash }
    case 'ES':
      return { scheme: 'ecdsa', hash: algorithm.hash, format: 'raw' }
    case 'EdDSA':
      return { scheme: 'ed25519' }
  }
}
