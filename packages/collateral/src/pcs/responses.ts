/** Reading what PCS and PCCS answer. */
import { decodeUtf8, encodeHex } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { encodeCrlText, type SignedText, splitSignedDocument } from '@veritee/evidence/dcap/collateral'
import { reading } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import type { CollateralResponse } from '../http/transport.ts'

const INVALID = 'COLLATERAL_RESPONSE_INVALID'
const MAX_CHAIN_LENGTH = 64 << 10
const DER_SEQUENCE = 0x30

/** The exact text of a signed document and its signature. */
export function readDocument(response: CollateralResponse, name: 'tcbInfo' | 'enclaveIdentity'): SignedText {
  return reading(INVALID, name, () => splitSignedDocument(response.body, name))
}

/** The issuer chain of an answer, PEM: URL-encoded in the first of these headers that is there. */
export function readIssuerChain(response: CollateralResponse, ...names: readonly string[]): string {
  const value = names.map((name) => response.header(name)).find((header) => header !== undefined)
  const path = names[0]!
  if (value === undefined) throw invalid(path, 'an issuer chain', 'absent')
  const chain = decodePercent(path, value)
  const blocks = reading(INVALID, path, () => parsePem(chain, { maxBytes: MAX_CHAIN_LENGTH, maxBlocks: 8 }))
  if (blocks.length < 2 || blocks.some(({ label }) => label !== 'CERTIFICATE')) {
    throw invalid(path, 'at least two CERTIFICATE blocks', blocks.map(({ label }) => label).join(', '))
  }
  return chain
}

/** A revocation list as bundles hold it, from any of the forms that services use: DER, hexadecimal DER, PEM. */
export function readCrlBody(response: CollateralResponse, path: string): string {
  const { body } = response
  if (body[0] === DER_SEQUENCE && !isText(body)) return encodeHex(body)
  return reading(INVALID, path, () => encodeCrlText(decodeUtf8(body))).trim()
}

/** `max-age` of Cache-Control, seconds; 0 where keeping the answer is forbidden. */
export function readMaxAge(response: CollateralResponse): number | undefined {
  const value = response.header('cache-control')
  if (value === undefined) return undefined
  if (/\bno-(?:store|cache)\b/i.test(value)) return 0
  const match = /\bmax-age=(\d{1,10})\b/i.exec(value)
  return match === null ? undefined : Number(match[1])
}

/** Hexadecimal text begins with 0x30 too, the digit 0 of the tag. */
function isText(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 64).every((byte) => byte >= 0x09 && byte < 0x7f && (byte >= 0x20 || byte <= 0x0d))
}

function decodePercent(path: string, value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    throw invalid(path, 'a URL-encoded PEM chain', value.slice(0, 64))
  }
}

function invalid(path: string, expected: unknown, actual: unknown): CollateralError {
  return new CollateralError(INVALID, undefined, { details: { path, expected, actual } })
}
