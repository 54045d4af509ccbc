import { EvidenceError } from '../../errors.ts'
import { plainBytes, readU32, readU64 } from '../quote/fields.ts'
import { findElfSection } from './elf.ts'
import {
  METADATA_MAGIC,
  METADATA_NOTE_NAME,
  METADATA_SEARCH_BYTES,
  METADATA_SECTION,
  SIGSTRUCT,
  SIGSTRUCT_BYTES,
  SIGSTRUCT_HEADER,
  SIGSTRUCT_HEADER2,
} from './layout.ts'
import { holdsConstant, parseSigstruct } from './parse.ts'
import type { EnclaveFile } from './types.ts'

/** Note header: name size, descriptor size, type. */
const NOTE_HEADER_BYTES = 12
/** Up to the end of `enclave_size`. */
const METADATA_HEADER_BYTES = 48

/**
 * Reads the metadata and the signature structure out of a signed enclave library (specification page, section 1.8).
 *
 * The signature structure is found by its two constants, because its place in the metadata differs between SDK versions.
 * Not checked: the signature (see `verifySigstruct`), and that the code in the file measures to the signed MRENCLAVE.
 *
 * @throws EvidenceError `DCAP_ENCLAVE_FILE_INVALID`, `DCAP_ENCLAVE_METADATA_MISSING`, `DCAP_ENCLAVE_METADATA_INVALID`
 * or `DCAP_SIGSTRUCT_INVALID`.
 */
export function parseEnclaveFile(input: Uint8Array): EnclaveFile {
  const bytes = plainBytes(input)
  const section = findElfSection(bytes, METADATA_SECTION)
  if (section === undefined) throw new EvidenceError('DCAP_ENCLAVE_METADATA_MISSING')
  const minimum = NOTE_HEADER_BYTES + METADATA_NOTE_NAME.length + METADATA_HEADER_BYTES
  if (section.size < minimum) throw invalid('size', minimum, section.size)
  const nameSize = readU32(bytes, section.offset)
  const descriptorSize = readU32(bytes, section.offset + 4)
  if (nameSize !== METADATA_NOTE_NAME.length || !holdsName(bytes, section.offset + NOTE_HEADER_BYTES)) {
    throw invalid('name', METADATA_NOTE_NAME, nameSize)
  }
  const noteSize = roundUp(NOTE_HEADER_BYTES + nameSize + descriptorSize, section.alignment)
  if (noteSize !== section.size || descriptorSize < METADATA_HEADER_BYTES) {
    throw invalid('descriptorSize', section.size, noteSize)
  }
  // The name is not padded: the metadata starts right behind it.
  const start = section.offset + NOTE_HEADER_BYTES + nameSize
  const magic = readU64(bytes, start)
  if (magic !== METADATA_MAGIC) throw invalid('magic', METADATA_MAGIC.toString(16), magic.toString(16))
  const metadata = bytes.subarray(start, start + Math.min(descriptorSize, METADATA_SEARCH_BYTES))
  const at = findSigstruct(metadata)
  if (at === undefined) throw invalid('sigstruct', 'a signature structure', 'none')
  return {
    sigstruct: parseSigstruct(metadata.subarray(at, at + SIGSTRUCT_BYTES)),
    sigstructOffset: start + at,
    metadataVersion: readU64(metadata, 8),
    enclaveSizeBytes: readU64(metadata, 40),
  }
}

function findSigstruct(metadata: Uint8Array): number | undefined {
  for (let at = 0; at + SIGSTRUCT_BYTES <= metadata.length; at++) {
    if (
      holdsConstant(metadata, at, SIGSTRUCT_HEADER) &&
      holdsConstant(metadata, at + SIGSTRUCT.header2, SIGSTRUCT_HEADER2)
    ) {
      return at
    }
  }
  return undefined
}

function holdsName(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < METADATA_NOTE_NAME.length; i++) {
    if (bytes[at + i] !== METADATA_NOTE_NAME.charCodeAt(i)) return false
  }
  return true
}

function roundUp(value: number, alignment: number): number {
  return alignment <= 1 ? value : Math.ceil(value / alignment) * alignment
}

function invalid(path: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError('DCAP_ENCLAVE_METADATA_INVALID', undefined, {
    details: { path: `metadata.${path}`, expected, actual },
  })
}
