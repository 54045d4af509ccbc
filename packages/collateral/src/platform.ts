import { decodeUtf8, encodeHex } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { PCK_EXTENSION_OID, parsePckExtension } from '@veritee/evidence/dcap/pck'
import { type DcapQuote, type DcapTee, parseQuote } from '@veritee/evidence/dcap/quote'
import { reading } from './dates.ts'
import { CollateralError } from './errors.ts'
import type { PlatformSelector } from './types.ts'

const UNNAMED = 'COLLATERAL_QUOTE_UNNAMED'

/**
 * Reads from a quote which collateral it needs: the FMSPC of its PCK certificate, and the CA that issued that.
 *
 * Throws COLLATERAL_QUOTE_UNNAMED for a quote without a readable PCK chain. Nothing of the quote is verified: a forged
 * one names whatever it likes, and then fails verification against the collateral of that platform.
 */
export function selectPlatform(quote: Uint8Array | DcapQuote): PlatformSelector {
  const parsed = quote instanceof Uint8Array ? reading(UNNAMED, 'quote', () => parseQuote(quote)) : quote
  const { type, bytes } = parsed.signatureData.certificationData
  if (type !== 5) {
    throw new CollateralError(UNNAMED, undefined, {
      details: { path: 'certificationData', expected: 'type 5, a PCK chain', actual: `type ${type}` },
    })
  }
  return selectFromChain(
    parsed.tee,
    reading(UNNAMED, 'certificationData', () => decodeUtf8(untilNul(bytes))),
  )
}

/** As {@link selectPlatform}, from a PCK chain (PEM) that came separately. */
export function selectFromChain(tee: DcapTee, chain: string): PlatformSelector {
  const name = `${tee} ${chain}`
  let selector = selected.get(name)
  if (selector === undefined) {
    selector = readChain(tee, chain)
    if (selected.size >= MAX_SELECTED) selected.clear()
    selected.set(name, selector)
  }
  return selector
}

/** Machines send the same chain with every quote. */
const selected = new Map<string, PlatformSelector>()
const MAX_SELECTED = 256

function readChain(tee: DcapTee, chain: string): PlatformSelector {
  return reading(UNNAMED, 'pckCertificateChain', () => {
    for (const { der } of parsePem(chain, { maxBytes: 64 << 10, maxBlocks: 4 })) {
      const certificate = parseCertificate(der)
      const extension = certificate.extensions.get(PCK_EXTENSION_OID)
      if (extension === undefined) continue
      const ca = certificate.issuer.commonName?.includes('Platform') === true ? 'platform' : 'processor'
      return { tee, ca, fmspc: encodeHex(parsePckExtension(extension.value).fmspc) }
    }
    throw new CollateralError(UNNAMED, undefined, {
      details: { path: 'pckCertificateChain', expected: 'a PCK certificate', actual: 'none' },
    })
  })
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}
