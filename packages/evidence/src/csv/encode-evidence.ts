/** Writes evidence JSON as attestation agents send it: certificates as serialised structures. */
import { encodeBase64, encodeUtf8 } from '@veritee/codec/bytes'

type Json = { [name: string]: unknown }

/** What goes into the evidence of one machine. */
export interface CsvEvidenceParts {
  readonly version: 1 | 2 | 3
  /** 4096 bytes. */
  readonly page: Uint8Array
  readonly pek: Uint8Array
  readonly hsk?: Uint8Array
  readonly cek?: Uint8Array
  /** 64 bytes. */
  readonly serialNumber?: Uint8Array
  readonly eventLog?: Uint8Array
}

const FLAGS = { 1: 0, 2: 1, 3: 3 } as const

/**
 * Evidence JSON data in the shape that `parseCsvEvidence` reads. The page is passed on as it is: close it first (see
 * `closeCsvReport`).
 */
export function encodeCsvEvidence(parts: CsvEvidenceParts): Json {
  const { version, page, pek, hsk, cek, serialNumber, eventLog } = parts
  const magic = version === 1 ? new Uint8Array(16) : encodeUtf8('ATTESTATION_EXT\0')
  return {
    attestation_report: { magic: [...magic], flags: FLAGS[version], data: [...page] },
    cert_chain: {
      ...(hsk === undefined || cek === undefined
        ? {}
        : { hsk_cek: { hsk: authorityJson(hsk), cek: platformJson(cek) } }),
      pek: platformJson(pek),
    },
    ...(serialNumber === undefined ? {} : { serial_number: [...serialNumber] }),
    cc_eventlog: eventLog === undefined ? null : encodeBase64(eventLog),
  }
}

function platformJson(bytes: Uint8Array): Json {
  const read = reader(bytes)
  const signature = (at: number): Json => ({
    usage: read.u32(at),
    algo: read.u32(at + 4),
    signature: { r: read.bytes(at + 8, 72), s: read.bytes(at + 80, 72) },
    _reserved: read.bytes(at + 152, 368),
  })
  return {
    body: {
      ver: read.u32(0),
      data: {
        firmware: { major: bytes[4], minor: bytes[5] },
        reserved1: read.u16(6),
        pubkey: { usage: read.u32(8), algo: read.u32(12), key: read.key(16) },
        uid_size: read.u16(164),
        user_id: read.bytes(166, 254),
        sid: read.bytes(420, 16),
        reserved2: read.bytes(436, 608),
      },
    },
    sigs: [signature(1044), signature(1564)],
  }
}

function authorityJson(bytes: Uint8Array): Json {
  const read = reader(bytes)
  return {
    body: {
      preamble: {
        ver: read.u32(0),
        data: { kid: read.bytes(4, 16), sid: read.bytes(20, 16), usage: read.u32(36), reserved: read.bytes(40, 24) },
      },
      pubkey: read.key(64),
      uid_size: read.u16(212),
      user_id: read.bytes(214, 254),
      reserved: read.bytes(468, 108),
    },
    signature: { r: read.bytes(576, 72), s: read.bytes(648, 72) },
    _reserved: read.bytes(720, 112),
  }
}

interface Reader {
  u16(at: number): number
  u32(at: number): number
  bytes(at: number, size: number): number[]
  key(at: number): Json
}

function reader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const part = (at: number, size: number): number[] => [...bytes.subarray(at, at + size)]
  return {
    u16: (at) => view.getUint16(at, true),
    u32: (at) => view.getUint32(at, true),
    bytes: part,
    key: (at) => ({ g: view.getUint32(at, true), x: part(at + 4, 72), y: part(at + 76, 72) }),
  }
}
