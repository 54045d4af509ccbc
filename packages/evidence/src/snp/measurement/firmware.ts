/** What a firmware image for encrypted guests (OVMF) says about its launch: the GUIDed table near its end, and SEV metadata. */
import { SnpError } from '../codes.ts'
import { decodeGuid } from './guid.ts'

/** Kinds of metadata sections. */
export type LaunchSectionKind = 'sec-mem' | 'secrets' | 'cpuid' | 'svsm-caa' | 'kernel-hashes'

/** A range of guest memory that the hypervisor prepares. */
export interface LaunchSection {
  readonly kind: LaunchSectionKind
  /** Guest physical address. */
  readonly address: number
  readonly sizeBytes: number
}

/** The launch-relevant part of a firmware image. */
export interface LaunchFirmware {
  readonly bytes: Uint8Array
  /** Guest physical address of the first byte. */
  readonly address: number
  /** Where processors other than the first begin; absent in images for plain SEV. */
  readonly resetEip?: number
  /** Where every processor begins in an SVSM; absent in other images. */
  readonly servicesEip?: number
  /** Where the hypervisor puts the hashes of kernel, initrd and command line; absent where the image takes none. */
  readonly hashesTableAddress?: number
  readonly sections: readonly LaunchSection[]
}

export const PAGE_BYTES = 4096
/** Where firmware ends. */
export const FOUR_GIB = 0x1_0000_0000
const MOST_BYTES = 64 << 20
const MOST_SECTIONS = 64
const MOST_PAGES = 1 << 18
const MOST_ENTRIES = 64
/** The table ends that far before the end of the image. */
const TABLE_END = 32
/** Size (16 bits) and GUID of an entry, behind its data. */
const ENTRY_BYTES = 18

const FOOTER = '96b582de-1fb2-45f7-baea-a366c55a082d'
const HASHES_TABLE = '7255371f-3a3b-4b04-927b-1da6efa8d454'
const RESET_BLOCK = '00f771de-1a7e-4fcb-890e-68c77e2fb44e'
const SERVICES = 'a789a612-0597-4c4b-a49f-cbb1fe9d1ddd'
const METADATA = 'dc886566-984a-4798-a75e-5585a7bf67cc'
/** "ASEV" */
const METADATA_MAGIC = 0x5645_5341

const KINDS: Readonly<Record<number, LaunchSectionKind>> = {
  1: 'sec-mem',
  2: 'secrets',
  3: 'cpuid',
  4: 'svsm-caa',
  16: 'kernel-hashes',
}

/**
 * Reads a whole image, such as `OVMF.fd` or that of an SVSM. Its code is not looked at.
 *
 * @param end guest physical address behind its last byte
 * @throws EvidenceError SNP_FIRMWARE_INVALID
 */
export function parseLaunchFirmware(bytes: Uint8Array, end: number = FOUR_GIB): LaunchFirmware {
  if (bytes.length === 0 || bytes.length % PAGE_BYTES !== 0 || bytes.length > MOST_BYTES)
    throw invalid('firmware', `pages of ${PAGE_BYTES} bytes, at most ${MOST_BYTES >> 20} MiB`, bytes.length)
  const address = end - bytes.length
  if (address < 0) throw invalid('firmware.address', 'an image that ends within 4 GiB', end)
  const table = readTable(bytes)
  const [reset, services, hashes, metadata] = [RESET_BLOCK, SERVICES, HASHES_TABLE, METADATA].map((guid) =>
    table.get(guid),
  )
  const hashesAddress = hashes === undefined ? 0 : u32(hashes, 0, 'firmware.hashesTable')
  return {
    bytes,
    address,
    ...(reset === undefined ? {} : { resetEip: u32(reset, 0, 'firmware.resetBlock') }),
    ...(services === undefined ? {} : { servicesEip: address + u32(services, 0, 'firmware.services') }),
    ...(hashesAddress === 0 ? {} : { hashesTableAddress: hashesAddress }),
    sections: metadata === undefined ? [] : readSections(bytes, u32(metadata, 0, 'firmware.metadata')),
  }
}

/** Entries by GUID, read from the footer backwards. */
function readTable(bytes: Uint8Array): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>()
  const end = bytes.length - TABLE_END
  const footer = readEntry(bytes, end)
  if (footer.guid !== FOOTER) throw invalid('firmware.table', FOOTER, footer.guid)
  const start = end - footer.sizeBytes
  if (start < 0) throw invalid('firmware.table', 'a table within the image', footer.sizeBytes)
  for (let at = end - ENTRY_BYTES; at > start; ) {
    const entry = readEntry(bytes, at)
    const from = at - entry.sizeBytes
    if (from < start || entries.size === MOST_ENTRIES)
      throw invalid('firmware.table', `at most ${MOST_ENTRIES} entries within the table`, entry.sizeBytes)
    if (entries.has(entry.guid)) throw invalid('firmware.table', 'each entry once', entry.guid)
    entries.set(entry.guid, bytes.subarray(from, at - ENTRY_BYTES))
    at = from
  }
  return entries
}

/** The entry that ends at `end`; its size counts its data, size and GUID. */
function readEntry(bytes: Uint8Array, end: number): { sizeBytes: number; guid: string } {
  const at = end - ENTRY_BYTES
  if (at < 0) throw invalid('firmware.table', 'an entry', 'the beginning of the image')
  const sizeBytes = bytes[at]! | (bytes[at + 1]! << 8)
  if (sizeBytes < ENTRY_BYTES) throw invalid('firmware.table', `at least ${ENTRY_BYTES} bytes an entry`, sizeBytes)
  return { sizeBytes, guid: decodeGuid(bytes.subarray(at + 2, end)) }
}

function readSections(bytes: Uint8Array, offsetFromEnd: number): LaunchSection[] {
  const path = 'firmware.metadata'
  const start = bytes.length - offsetFromEnd
  if (start < 0) throw invalid(path, 'within the image', offsetFromEnd)
  const header = bytes.subarray(start)
  const magic = u32(header, 0, path)
  if (magic !== METADATA_MAGIC) throw invalid(`${path}.signature`, 'ASEV', `0x${magic.toString(16)}`)
  const [size, version, count] = [4, 8, 12].map((at) => u32(header, at, path)) as [number, number, number]
  if (version !== 1) throw invalid(`${path}.version`, 1, version)
  if (count > MOST_SECTIONS) throw invalid(`${path}.count`, `at most ${MOST_SECTIONS}`, count)
  if (size < 16 + count * 12) throw invalid(`${path}.size`, `at least ${16 + count * 12}`, size)
  const sections = Array.from({ length: count }, (_, index) =>
    readSection(header, 16 + index * 12, `${path}[${index}]`),
  )
  const pages = sections.reduce((sum, section) => sum + section.sizeBytes / PAGE_BYTES, 0)
  if (pages > MOST_PAGES) throw invalid(path, `at most ${MOST_PAGES} pages`, pages)
  return sections
}

function readSection(bytes: Uint8Array, at: number, path: string): LaunchSection {
  const [address, sizeBytes, type] = [0, 4, 8].map((offset) => u32(bytes, at + offset, path)) as [
    number,
    number,
    number,
  ]
  const kind = KINDS[type]
  if (kind === undefined) throw invalid(`${path}.type`, Object.keys(KINDS).join(', '), type)
  if (address % PAGE_BYTES !== 0 || sizeBytes % PAGE_BYTES !== 0)
    throw invalid(path, `whole pages of ${PAGE_BYTES} bytes`, { address, sizeBytes })
  return { kind, address, sizeBytes }
}

function u32(bytes: Uint8Array, at: number, path: string): number {
  if (at + 4 > bytes.length) throw invalid(path, 'four bytes', bytes.length - at)
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(at, true)
}

function invalid(path: string, expected: unknown, actual: unknown): SnpError {
  return new SnpError('SNP_FIRMWARE_INVALID', undefined, { details: { path, expected, actual } })
}
