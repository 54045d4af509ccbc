/** Outcomes of Intel's own quote verification library on generated quotes hold this parser to account. */
import { gunzipSync } from 'node:zlib'
import { decodeBase64 } from '@veritee/codec/bytes'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, vectorsAbsent } from '../../../../../testkit/vectors.ts'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import { parseQuote } from './parse.ts'
import type { ParseQuoteOptions } from './types.ts'

interface OracleCase {
  readonly name: string
  readonly kind: string
  readonly quote: string
  readonly meta: { readonly tee: string; readonly version: number; readonly body: number }
  readonly expect: {
    readonly quote: string
    readonly strict?: { readonly code: string; readonly verdict: string }
  }
}

/** Codes of the corpus for what Intel's library tolerates, and ours. */
const STRICT: Readonly<Record<string, EvidenceErrorCode>> = {
  'unread-signature-data': 'DCAP_SIGNATURE_DATA_UNREAD',
  'certification-data-size': 'DCAP_CERTIFICATION_DATA_SIZE_MISMATCH',
  'certification-data-empty': 'DCAP_CERTIFICATION_DATA_EMPTY',
  'trailing-bytes': 'DCAP_QUOTE_PADDING_NOT_ZERO',
}

function loadCases(): OracleCase[] {
  const lines = gunzipSync(readVector('oracle/dcap-open.jsonl.gz')).toString('utf8').split('\n')
  return lines.slice(1).flatMap((line) => (line === '' ? [] : [JSON.parse(line) as OracleCase]))
}

function read(oracleCase: OracleCase, options: ParseQuoteOptions): EvidenceErrorCode | 'accepted' {
  try {
    parseQuote(oracleCase.quote === '' ? new Uint8Array() : decodeBase64(oracleCase.quote), options)
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError)
    return (error as EvidenceError).code
  }
  return 'accepted'
}

describe.skipIf(!haveVectors)(`the generated corpus${vectorsAbsent}`, () => {
  const cases = haveVectors ? loadCases() : []
  const parseCases = cases.filter((one) => one.kind === 'parse')

  test('holds the 149 parse cases', () => {
    expect(parseCases).toHaveLength(149)
  })

  test.each(parseCases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const unreadable = one.expect.quote === 'UNSUPPORTED_QUOTE_FORMAT'
    expect(read(one, { lenientSignatureData: true }) === 'accepted').toBe(!unreadable)
    expect(read(one, {}) === 'accepted').toBe(!unreadable && one.expect.strict === undefined)
  })

  test('every quote that the library reads is read, and every strict code is ours', () => {
    let strict = 0
    for (const one of cases) {
      if (one.kind === 'parse' && one.expect.quote === 'UNSUPPORTED_QUOTE_FORMAT') continue
      expect(read(one, { lenientSignatureData: true }), one.name).toBe('accepted')
      const code = STRICT[one.expect.strict?.code ?? '']
      if (code === undefined) {
        expect(read(one, {}), one.name).toBe('accepted')
      } else {
        strict++
        expect(read(one, { strictPadding: true }), one.name).toBe(code)
      }
    }
    expect(strict).toBeGreaterThan(5)
  })

  test('the body kind is read as it was built', () => {
    const kinds = ['', 'sgx', 'td10', 'td15', 'td15ex']
    for (const { name, kind, quote, meta } of cases) {
      if (kind === 'parse') continue
      const parsed = parseQuote(decodeBase64(quote), { lenientSignatureData: true })
      expect([parsed.version, parsed.tee, parsed.body.kind], name).toEqual([meta.version, meta.tee, kinds[meta.body]])
    }
  })
})
