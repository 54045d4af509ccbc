/** CBOR (RFC 8949): strict reading within bounds, deterministic writing. */
export { type CborMap, type CborValue, decodeCbor, decodeDeterministicCbor, encodeCbor } from './cbor.ts'
export type { CborLimits } from './limits.ts'
