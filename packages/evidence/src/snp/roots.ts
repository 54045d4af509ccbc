/** The keys SNP chains may end in: AMD's, pinned by product, and any other only by the caller's own word. */
import { decodeHex } from '@veritee/codec/bytes'
import type { SnpProduct } from './types.ts'

/** A root key (ARK) that chains of one processor generation may end in. */
export interface SnpRoot {
  /** Shown in results, such as `ARK-Milan`. */
  readonly name: string
  readonly product: SnpProduct
  /** SHA-256 of the SubjectPublicKeyInfo, 32 bytes: the key is pinned, not one certificate of it. */
  readonly keyDigest: Uint8Array
  /** True for every root but AMD's: results that rest on it say `simulated`. */
  readonly simulated: boolean
}

const amd = (product: SnpProduct, digest: string): SnpRoot =>
  Object.freeze({ name: `ARK-${product}`, product, keyDigest: decodeHex(digest), simulated: false })

/** AMD root keys of the generations known here. */
export const AMD_ROOTS: readonly SnpRoot[] = Object.freeze([
  amd('Milan', '9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9'),
  amd('Genoa', '429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831'),
  amd('Turin', '4f125410563a2ab9a50356f9243f6fe0b6f73de98603f53f90339c70e9d7ad08'),
])
