/** Reads report pages of versions 1 to 3 (Hygon CSV firmware, attestation report). */
import { equalBytes, isAllZero } from '@veritee/codec/bytes'
import { hmacSm3 } from '@veritee/codec/sm'
import { PLATFORM_BYTES, parsePlatformCertificate } from '../certificate/certificates.ts'
import { readSignature, refuse, u32 } from '../certificate/fields.ts'
import type { CsvPolicy, CsvReport } from '../types.ts'

const PAGE_BYTES = 4096
const RTMR_COUNT = 5
const RTMR_BYTES = 32

/** Where the parts of a page lie; the fields before them are the same in every version. */
const LAYOUTS = {
  1: { signed: 0x0b4, signature: 0x0c0, signer: 0x150, used: 0x9f4 },
  2: { signed: 0x400, signature: 0x400, signer: 0x490, used: 0xd34 },
  3: { signed: 0x400, signature: 0x400, signer: 0x490, used: 0xd34 },
} as const

/** Inside the signer part. */
const SIGNER = {
  serialNumber: PLATFORM_BYTES,
  sealingKey: PLATFORM_BYTES + 64,
  mac: PLATFORM_BYTES + 96,
  end: PLATFORM_BYTES + 128,
} as const

export interface ParseCsvOptions {
  /**
   * Whether key and serial number of a version 1 page are still XORed, as the firmware writes them. Default: told by the
   * certificate's version field.
   */
  readonly signerXored?: boolean
}

/**
 * @param page the used bytes, or the whole page of 4096 bytes with zeros behind them
 * @throws EvidenceError CSV_REPORT_*, CSV_SERIAL_NUMBER, CSV_CERTIFICATE_*
 */
export function parseCsvReport(page: Uint8Array, version: 1 | 2 | 3, options: ParseCsvOptions = {}): CsvReport {
  const layout = LAYOUTS[version]
  if (page.length !== PAGE_BYTES && page.length !== layout.used)
    throw refuse('CSV_REPORT_SIZE', 'report', [layout.used, PAGE_BYTES], page.length)
  if (!isAllZero(page.subarray(layout.used))) throw refuse('CSV_REPORT_RESERVED', 'report.padding', 'zero')
  const bytes = page.subarray(0, layout.used)
  const stored = bytes.subarray(layout.signer)
  const holdsSealingKey = !isAllZero(stored.subarray(SIGNER.sealingKey, SIGNER.mac))
  const anonce = version === 1 ? u32(bytes, 0xbc) : 0
  const fields = version === 1 ? untweak(bytes.subarray(0, 0xbc), anonce) : bytes
  const signer = stored.slice(0, SIGNER.end)
  const isXored = version === 1 && (options.signerXored ?? !looksClear(stored))
  if (isXored) {
    signer.set(untweak(stored.subarray(0, PLATFORM_BYTES), anonce))
    signer.set(untweak(stored.subarray(SIGNER.serialNumber, SIGNER.sealingKey), anonce), SIGNER.serialNumber)
  }
  const policyBits = u32(fields, 0xb0)
  const [signatureUsage, signatureAlgorithm] = [u32(fields, 0xb4), u32(fields, 0xb8)]
  return {
    bytes,
    signedBytes: bytes.subarray(0, layout.signed),
    version,
    userPublicKeyDigest: fields.subarray(0x00, 0x20),
    vmId: fields.subarray(0x20, 0x30),
    vmVersion: fields.subarray(0x30, 0x40),
    reportData: fields.subarray(0x40, 0x80),
    mnonce: fields.subarray(0x80, 0x90),
    measure: fields.subarray(0x90, 0xb0),
    policyBits,
    policy: parsePolicy(policyBits),
    signatureUsage,
    signatureAlgorithm,
    ...(version === 1 ? { anonce } : parseRegisters(bytes, version)),
    signature: readSignature(bytes.subarray(layout.signature, layout.signature + 144), 'report.signature'),
    pek: parsePlatformCertificate(signer.subarray(0, PLATFORM_BYTES), 'pek'),
    serialNumber: parseSerialNumber(signer.subarray(SIGNER.serialNumber, SIGNER.sealingKey)),
    mac: stored.subarray(SIGNER.mac, SIGNER.end),
    holdsSealingKey,
    ...(holdsSealingKey && (isXored || version > 1) ? { macCovered: stored.subarray(0, SIGNER.mac) } : {}),
  }
}

/**
 * Makes the page that a firmware just returned fit to leave the guest: checks the MAC that only the guest can check, with
 * the nonce it asked with, removes the sealing key, and in version 1 takes the XOR from key and serial number.
 *
 * @throws EvidenceError CSV_MAC_INVALID
 */
export function closeCsvReport(page: Uint8Array, version: 1 | 2 | 3, mnonce: Uint8Array): Uint8Array {
  const at = LAYOUTS[version].signer
  const covered = page.subarray(at, at + SIGNER.mac)
  if (!equalBytes(hmacSm3(mnonce, covered), page.subarray(at + SIGNER.mac, at + SIGNER.end)))
    throw refuse('CSV_MAC_INVALID', 'signer.mac')
  const closed = page.slice()
  closed.fill(0, at + SIGNER.sealingKey, at + SIGNER.mac)
  if (version === 1) {
    const anonce = u32(page, 0xbc)
    closed.set(untweak(page.subarray(at, at + PLATFORM_BYTES), anonce), at)
    closed.set(untweak(covered.subarray(SIGNER.serialNumber, SIGNER.sealingKey), anonce), at + SIGNER.serialNumber)
  }
  return closed
}

/** Serial numbers go into URLs and file names, so nothing but letters and digits passes. */
export function parseSerialNumber(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  const text = String.fromCharCode(...(end === -1 ? bytes : bytes.subarray(0, end)))
  const clean = end === -1 || isAllZero(bytes.subarray(end))
  if (!clean || !/^[A-Za-z0-9]{1,64}$/.test(text))
    throw refuse('CSV_SERIAL_NUMBER', 'signer.sn', 'letters and digits, then zeros')
  return text
}

/** Every 32-bit word of a region is stored XORed with the nonce. */
function untweak(bytes: Uint8Array, anonce: number): Uint8Array {
  return bytes.map((byte, index) => byte ^ ((anonce >>> (8 * (index % 4))) & 0xff))
}

/** A certificate in the clear begins with its version, a small number. */
function looksClear(signer: Uint8Array): boolean {
  return u32(signer, 0) <= 2 && u32(signer, 8) >>> 8 === 0x10
}

function parseRegisters(
  bytes: Uint8Array,
  version: 2 | 3,
): Pick<CsvReport, 'build' | 'rtmrVersion' | 'rtmrs' | 'reserved' | 'hostData'> {
  const rtmrs = Array.from({ length: RTMR_COUNT }, (_, index) =>
    bytes.subarray(0xd0 + index * RTMR_BYTES, 0xd0 + (index + 1) * RTMR_BYTES),
  )
  return {
    build: u32(bytes, 0xbc),
    rtmrVersion: u32(bytes, 0xc0) & 0xffff,
    rtmrs,
    reserved: [bytes.subarray(0xc2, 0xd0), bytes.subarray(0x170, version === 3 ? 0x3c0 : 0x400)],
    ...(version === 3 ? { hostData: bytes.subarray(0x3c0, 0x400) } : {}),
  }
}

function parsePolicy(bits: number): CsvPolicy {
  const bit = (index: number) => ((bits >>> index) & 1) === 1
  return {
    noDebug: bit(0),
    noKeySharing: bit(1),
    encryptedState: bit(2),
    noSend: bit(3),
    domain: bit(4),
    csv: bit(5),
    csv3: bit(6),
    asidReuse: bit(7),
    hskVersion: (bits >>> 8) & 0xf,
    cekVersion: (bits >>> 12) & 0xf,
    apiMajor: (bits >>> 16) & 0xff,
    apiMinor: (bits >>> 24) & 0xff,
  }
}
