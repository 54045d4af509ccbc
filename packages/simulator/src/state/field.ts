/** Values of fields as callers give them. */
import { decodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { unfit } from './recipe.ts'

/** Bytes of a field, or their hexadecimal digits. */
export type FieldValue = Uint8Array | string

/** A field of `sizeBytes`; a shorter value ends in zeros, as attesters pad. Throws SIMULATOR_VALUE_INVALID. */
export function padField(name: string, value: FieldValue | undefined, sizeBytes: number): Uint8Array {
  const bytes = fieldBytes(name, value ?? new Uint8Array())
  if (bytes.length > sizeBytes) throw unfit(name, `at most ${sizeBytes} bytes`, bytes.length)
  const out = new Uint8Array(sizeBytes)
  out.set(bytes)
  return out
}

/** The bytes of a value, in their own length. Throws SIMULATOR_VALUE_INVALID. */
export function fieldBytes(name: string, value: FieldValue): Uint8Array {
  return typeof value === 'string' ? hexOf(name, value) : value
}

/** A measurement that is the same in every world and is nobody's. At most 64 bytes. */
export function simulatedDigest(name: string, sizeBytes: number): Uint8Array {
  return digest('sha512', encodeUtf8(`veritee simulated ${name}`)).slice(0, sizeBytes)
}

function hexOf(name: string, text: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw unfit(name, 'hexadecimal digits', text)
  return decodeHex(text)
}
