/** The certificates that a host gives a guest beside a report (GHCB specification, section 4.1.8.1). */
import { encodeHex } from '@veritee/codec/bytes'
import { SnpError } from '../codes.ts'

/** A certificate of the table. */
export interface SnpTableCertificate {
  readonly kind: 'VCEK' | 'VLEK' | 'ASK' | 'ARK' | 'other'
  /** As it stands in the table: DER, or for authorities PEM on some hosts. */
  readonly bytes: Uint8Array
}

const KINDS: ReadonlyMap<string, SnpTableCertificate['kind']> = new Map([
  ['63da758de6644564adc5f4b93be8accd', 'VCEK'],
  ['a8074bc2a25a483eaae639c045a0b8a1', 'VLEK'],
  ['4ab7b379bbac4fe4a02f05aef327c782', 'ASK'],
  ['c0b406a4a803495297433fb6014cd0ae', 'ARK'],
])
const GUID_BYTES = 16
const ENTRY_BYTES = 24
const MOST_ENTRIES = 16
const MOST_BYTES = 64 << 10
/** Hosts write GUIDs in the order of their text or with the first three groups reversed. */
const MIXED = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]

/** Whether the bytes begin with an entry for a certificate that is known. */
export function isSnpCertificateTable(bytes: Uint8Array): boolean {
  return bytes.length >= ENTRY_BYTES && kindOf(bytes.subarray(0, GUID_BYTES)) !== 'other'
}

/**
 * Reads a table: entries of GUID, offset and length, an entry of zeros, then what the entries point to. Nothing in it is
 * verified.
 *
 * @throws EvidenceError SNP_CERTIFICATE_TABLE
 */
export function parseSnpCertificateTable(bytes: Uint8Array): SnpTableCertificate[] {
  if (bytes.length > MOST_BYTES) throw refuse('size', `at most ${MOST_BYTES} bytes`, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const entries: { readonly guid: Uint8Array; readonly offset: number; readonly size: number }[] = []
  for (let at = 0; ; at += ENTRY_BYTES) {
    if (at + ENTRY_BYTES > bytes.length) throw refuse('entries', 'an entry of zeros at the end', 'the end of the table')
    const entry = bytes.subarray(at, at + ENTRY_BYTES)
    if (entry.every((byte) => byte === 0)) break
    if (entries.length === MOST_ENTRIES) throw refuse('entries', `at most ${MOST_ENTRIES}`, 'more')
    const [offset, size] = [view.getUint32(at + 16, true), view.getUint32(at + 20, true)]
    entries.push({ guid: entry.subarray(0, GUID_BYTES), offset, size })
  }
  const start = (entries.length + 1) * ENTRY_BYTES
  return entries.map(({ guid, offset, size }, index) => {
    // Sums of two 32-bit numbers are exact here.
    if (offset < start || size === 0 || offset + size > bytes.length)
      throw refuse(`entries[${index}]`, `within ${start} to ${bytes.length}`, `${offset} to ${offset + size}`)
    return { kind: kindOf(guid), bytes: bytes.subarray(offset, offset + size) }
  })
}

function kindOf(guid: Uint8Array): SnpTableCertificate['kind'] {
  const mixed = Uint8Array.from(MIXED.map((from) => guid[from]!))
  return KINDS.get(encodeHex(guid)) ?? KINDS.get(encodeHex(mixed)) ?? 'other'
}

function refuse(path: string, expected: string, actual: unknown): SnpError {
  return new SnpError('SNP_CERTIFICATE_TABLE', undefined, { details: { path: `table.${path}`, expected, actual } })
}
