/** TPMS_ATTEST of a quote (TPM 2.0 Library, Part 2, section 10.12). */
import type { ByteCursor } from '@veritee/codec/bytes'
import { TpmError } from '../codes.ts'
import { hashOf, type TpmHash } from './algorithms.ts'
import { malformed, readSized, readStructure } from './reader.ts'

const MAGIC = 0xff544347
const TYPE_QUOTE = 0x8018
const MOST_BANKS = 8
const PCRS = 24

/** PCRs of one bank. */
export interface PcrSelection {
  readonly hash: TpmHash
  /** Ascending, 0 to 23. */
  readonly pcrs: readonly number[]
}

/** A signed statement about PCRs. */
export interface TpmQuote {
  /** The signed bytes as received. */
  readonly bytes: Uint8Array
  /** Name of the signing key: algorithm identifier and digest. */
  readonly qualifiedSigner: Uint8Array
  /** The nonce, at most 64 bytes. */
  readonly extraData: Uint8Array
  readonly clock: {
    readonly milliseconds: bigint
    readonly resetCount: number
    readonly restartCount: number
    readonly safe: boolean
  }
  readonly firmwareVersion: bigint
  readonly selections: readonly PcrSelection[]
  readonly pcrDigest: Uint8Array
}

/** @throws EvidenceError TPM_STRUCTURE_MALFORMED, TPM_ATTEST_MAGIC, TPM_ATTEST_TYPE, TPM_ALGORITHM_UNSUPPORTED */
export function parseTpmQuote(bytes: Uint8Array): TpmQuote {
  return readStructure('quote', bytes, (cursor) => {
    expectConstant('TPM_ATTEST_MAGIC', 'quote.magic', MAGIC, cursor.u32be())
    expectConstant('TPM_ATTEST_TYPE', 'quote.type', TYPE_QUOTE, cursor.u16be())
    const qualifiedSigner = readSized(cursor)
    const extraData = readSized(cursor)
    if (extraData.length > 64) throw malformed('quote.extraData', 'at most 64 bytes', extraData.length)
    const clock = {
      milliseconds: cursor.u64be(),
      resetCount: cursor.u32be(),
      restartCount: cursor.u32be(),
      safe: readBoolean(cursor),
    }
    const firmwareVersion = cursor.u64be()
    const selections = readSelections(cursor)
    const pcrDigest = readSized(cursor)
    return { bytes, qualifiedSigner, extraData, clock, firmwareVersion, selections, pcrDigest }
  })
}

function expectConstant(
  code: 'TPM_ATTEST_MAGIC' | 'TPM_ATTEST_TYPE',
  path: string,
  expected: number,
  actual: number,
): void {
  if (actual === expected) return
  throw new TpmError(code, undefined, {
    details: { path, expected: `0x${expected.toString(16)}`, actual: `0x${actual.toString(16)}` },
  })
}

/** TPMI_YES_NO holds 0 or 1. */
function readBoolean(cursor: ByteCursor): boolean {
  const value = cursor.u8()
  if (value > 1) throw malformed('quote.clockInfo.safe', '0 or 1', value)
  return value === 1
}

function readSelections(cursor: ByteCursor): PcrSelection[] {
  const count = cursor.u32be()
  if (count > MOST_BANKS) throw malformed('quote.pcrSelect', `at most ${MOST_BANKS} banks`, count)
  const selections: PcrSelection[] = []
  for (let bank = 0; bank < count; bank++) {
    const hash = hashOf(cursor.u16be(), 'quote.pcrSelect.hash')
    if (selections.some((entry) => entry.hash === hash)) throw malformed('quote.pcrSelect.hash', 'each bank once', hash)
    const size = cursor.u8()
    if (size > 4) throw malformed('quote.pcrSelect.size', 'at most 4', size)
    const bitmap = cursor.take(size)
    const pcrs = Array.from({ length: size * 8 }, (_, pcr) => pcr).filter((pcr) => (bitmap[pcr >> 3]! >> (pcr & 7)) & 1)
    if (pcrs.some((pcr) => pcr >= PCRS)) throw malformed('quote.pcrSelect.pcrs', '0 to 23', pcrs)
    selections.push({ hash, pcrs })
  }
  return selections
}
