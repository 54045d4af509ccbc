import { EvidenceError } from '../../errors.ts'
import { readU16, readU32, readU64 } from '../quote/fields.ts'

/** A section of an ELF file; its content lies within the file. */
export interface ElfSection {
  readonly offset: number
  readonly size: number
  readonly alignment: number
}

const HEADER_BYTES = 64
const SECTION_HEADER_BYTES = 64
const NO_BITS = 8

/** Tells whether the bytes start like an ELF file. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
}

/**
 * Finds a section of a 64-bit little-endian ELF file by name. Only the section headers, the name table and the found
 * section are looked at, and each must lie within the file.
 *
 * @throws EvidenceError `DCAP_ENCLAVE_FILE_INVALID`.
 */
export function findElfSection(bytes: Uint8Array, name: string): ElfSection | undefined {
  if (bytes.length < HEADER_BYTES || !isElf(bytes) || bytes[4] !== 2 || bytes[5] !== 1) {
    throw invalid('header', 'a 64-bit little-endian ELF header', bytes.length)
  }
  const entrySize = readU16(bytes, 0x3a)
  const count = readU16(bytes, 0x3c)
  const namesIndex = readU16(bytes, 0x3e)
  if (entrySize !== SECTION_HEADER_BYTES) throw invalid('sectionHeaderSize', SECTION_HEADER_BYTES, entrySize)
  const table = readBounded(bytes, 0x28, count * entrySize, 'sectionHeaders')
  if (namesIndex >= count) throw invalid('sectionNames', `below ${count}`, namesIndex)
  const names = readSection(bytes, table + namesIndex * entrySize)
  for (let i = 0; i < count; i++) {
    const at = table + i * entrySize
    if (isName(bytes, names, readU32(bytes, at), name)) return readSection(bytes, at)
  }
  return undefined
}

function readSection(bytes: Uint8Array, at: number): ElfSection {
  const size = readLength(bytes, at + 0x20)
  if (readU32(bytes, at + 4) === NO_BITS) throw invalid('section', 'a section with content', 'one without')
  return { offset: readBounded(bytes, at + 0x18, size, 'section'), size, alignment: readLength(bytes, at + 0x30) }
}

/** The name at an offset of the name table equals `name`, to its NUL. */
function isName(bytes: Uint8Array, names: ElfSection, offset: number, name: string): boolean {
  if (offset + name.length + 1 > names.size) return false
  const start = names.offset + offset
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name.charCodeAt(i)) return false
  return bytes[start + name.length] === 0
}

/** A file offset stored at `at`, from which `size` bytes lie within the file. */
function readBounded(bytes: Uint8Array, at: number, size: number, path: string): number {
  const offset = readLength(bytes, at)
  if (offset > bytes.length || size > bytes.length - offset)
    throw invalid(path, `within ${bytes.length}`, offset + size)
  return offset
}

function readLength(bytes: Uint8Array, at: number): number {
  const value = readU64(bytes, at)
  // Whatever does not fit a safe integer is beyond any file, and is refused where it is used.
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}

function invalid(path: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError('DCAP_ENCLAVE_FILE_INVALID', undefined, {
    details: { path: `elf.${path}`, expected, actual },
  })
}
