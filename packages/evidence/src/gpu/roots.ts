import { decodeHex } from '@veritee/codec/bytes'

/** A root key that device chains may end in. */
export interface GpuRoot {
  readonly name: string
  /** SHA-256 of the SubjectPublicKeyInfo, 32 bytes: the key is pinned, not one certificate of it. */
  readonly keyDigest: Uint8Array
  /** True for every root but the vendor's: results that rest on it say `simulated`. */
  readonly simulated: boolean
}

/** NVIDIA Device Identity CA. */
export const NVIDIA_ROOT: GpuRoot = Object.freeze({
  name: 'NVIDIA Device Identity CA',
  keyDigest: decodeHex('a90c4eb5acfd3e3d03a25db6a26b84f720ad0503196c627c21ddd48dd85b06a4'),
  simulated: false,
})
