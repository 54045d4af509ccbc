import { CodecError } from '../errors.ts'

/** Two bytes, little-endian. Like its siblings it throws `CODEC_BYTES_RANGE` for a number that does not fit. */
export function u16le(value: number): Uint8Array {
  return write(2, value, 0xffff, (view) => view.setUint16(0, value, true))
}

/** 2 bytes, most significant first. */
export function u16be(value: number): Uint8Array {
  return write(2, value, 0xffff, (view) => view.setUint16(0, value, false))
}

/** 4 bytes, least significant first. */
export function u32le(value: number): Uint8Array {
  return write(4, value, 0xffffffff, (view) => view.setUint32(0, value, true))
}

/** 4 bytes, most significant first. */
export function u32be(value: number): Uint8Array {
  return write(4, value, 0xffffffff, (view) => view.setUint32(0, value, false))
}

/** 8 bytes, least significant first. */
export function u64le(value: bigint | number): Uint8Array {
  return write64(value, true)
}

/** 8 bytes, most significant first. */
export function u64be(value: bigint | number): Uint8Array {
  return write64(value, false)
}

function write(size: number, value: number, maximum: number, store: (view: DataView) => void): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > maximum) throw outOfRange(value, size)
  const bytes = new Uint8Array(size)
  store(new DataView(bytes.buffer))
  return bytes
}

function write64(value: bigint | number, littleEndian: boolean): Uint8Array {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw outOfRange(value, 8)
  const exact = BigInt(value)
  if (exact < 0n || exact > 0xffffffffffffffffn) throw outOfRange(value, 8)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, exact, littleEndian)
  return bytes
}

function outOfRange(value: bigint | number, sizeBytes: number): CodecError {
  return new CodecError('CODEC_BYTES_RANGE', undefined, { details: { actual: String(value), sizeBytes } })
}
