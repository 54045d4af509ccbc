import { concatBytes, decodeHex, u32le } from '@veritee/codec/bytes'

/** What a host gives beside a report, by its kind. */
export interface TableEntry {
  guid: string
  bytes: Uint8Array
  /** Where it is said to begin; its own place by default. */
  offset?: number
}

export const TABLE_GUIDS = {
  vcek: '63da758de6644564adc5f4b93be8accd',
  vlek: 'a8074bc2a25a483eaae639c045a0b8a1',
  ask: '4ab7b379bbac4fe4a02f05aef327c782',
  ark: 'c0b406a4a803495297433fb6014cd0ae',
} as const

/** Entries of GUID, offset and length, an entry of zeros, then the certificates. */
export function encodeCertificateTable(entries: readonly TableEntry[]): Uint8Array {
  let at = (entries.length + 1) * 24
  const heads = entries.map(({ guid, bytes, offset = at }) => {
    at += bytes.length
    return concatBytes(decodeHex(guid), u32le(offset), u32le(bytes.length))
  })
  return concatBytes(...heads, new Uint8Array(24), ...entries.map(({ bytes }) => bytes))
}
