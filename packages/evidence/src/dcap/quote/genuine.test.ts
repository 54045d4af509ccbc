import { encodeHex } from '@veritee/codec/bytes'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, vectorsAbsent } from '../../../../../testkit/vectors.ts'
import { EvidenceError } from '../../errors.ts'
import { parseQuote } from './parse.ts'
import type { DcapQuote } from './types.ts'

const FILES = {
  'dcap/sgx_quote': { version: 3, tee: 'sgx', kind: 'sgx', signed: 432, extra: 0 },
  'dcap/trustee_occlum_quote.dat': { version: 3, tee: 'sgx', kind: 'sgx', signed: 432, extra: 0 },
  'dcap/tdx_quote': { version: 4, tee: 'tdx', kind: 'td10', signed: 632, extra: 70 },
  'dcap/trustee_tdx_quote_4.dat': { version: 4, tee: 'tdx', kind: 'td10', signed: 632, extra: 0 },
  'dcap/tdx_quote_outdated': { version: 5, tee: 'tdx', kind: 'td15', signed: 702, extra: 0 },
  'dcap/trustee_tdx_quote_5.dat': { version: 5, tee: 'tdx', kind: 'td15', signed: 702, extra: 0 },
} as const
const files = Object.keys(FILES) as (keyof typeof FILES)[]

/** Everything a quote says, as text: two quotes with the same text were read alike. */
function describeQuote(quote: DcapQuote): string {
  const { signatureData: s } = quote
  const parts = [
    quote.header.bytes,
    quote.body.bytes,
    quote.signedBytes,
    s.signature,
    s.attestationKey,
    s.qeReportBytes,
    s.qeReportSignature,
    s.authData,
    s.certificationData.bytes,
    s.unreadBytes,
    quote.extraBytes,
  ]
  return [quote.version, quote.tee, quote.body.kind, s.certificationData.type, ...parts.map(encodeHex)].join('|')
}

describe.skipIf(!haveVectors)(`genuine quotes${vectorsAbsent}`, () => {
  test.each(files)('%s', (file) => {
    const { version, tee, kind, signed, extra } = FILES[file]
    const quote = parseQuote(readVector(file), { strictPadding: true })
    expect({ version: quote.version, tee: quote.tee, kind: quote.body.kind }).toEqual({ version, tee, kind })
    expect(quote.signedBytes).toHaveLength(signed)
    expect(quote.extraBytes).toHaveLength(extra)
    expect(quote.signatureData.authData).toHaveLength(32)
    const { certificationData } = quote.signatureData
    expect(certificationData.type).toBe(5)
    expect(new TextDecoder().decode(certificationData.bytes)).toMatch(/^-----BEGIN CERTIFICATE-----/)
  })

  test.each(files)('%s: truncated at every offset of its structure', (file) => {
    const bytes = readVector(file)
    const end = bytes.length - FILES[file].extra
    for (let length = 0; length < end; length++) {
      expect(() => parseQuote(bytes.subarray(0, length))).toThrow(EvidenceError)
    }
    expect(parseQuote(bytes.subarray(0, end)).extraBytes).toHaveLength(0)
  })

  test.each(files)('%s: every flipped bit of header, descriptor and lengths is seen', (file) => {
    const bytes = readVector(file)
    const before = describeQuote(parseQuote(bytes))
    const { version, signed } = FILES[file]
    const auth = signed + 4 + 128 + (version === 3 ? 0 : 6) + 448
    const outer = version === 3 ? [] : range(signed + 132, 6)
    const descriptor = version === 5 ? range(48, 6) : []
    const offsets = [
      ...range(0, 48),
      ...descriptor,
      ...range(signed, 4),
      ...outer,
      ...range(auth, 2),
      ...range(auth + 34, 6),
    ]
    for (const offset of offsets) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = bytes.slice()
        flipped[offset]! ^= 1 << bit
        expect(outcome(flipped), `offset ${offset} bit ${bit}`).not.toBe(before)
      }
    }
  })
})

const range = (start: number, count: number): number[] => Array.from({ length: count }, (_, i) => start + i)

function outcome(bytes: Uint8Array): string {
  try {
    return describeQuote(parseQuote(bytes))
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError)
    return (error as EvidenceError).code
  }
}
