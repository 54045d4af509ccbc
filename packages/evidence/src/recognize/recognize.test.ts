import { concatBytes, encodeBase64, encodeBase64Url, encodeHex, encodeUtf8, u16le, u32le } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { encodeDcapEvidence } from '../dcap/evidence/index.ts'
import { EvidenceError, type EvidenceErrorCode } from '../errors.ts'
import { recognizeEvidence } from './recognize.ts'
import type { RecognizedKind } from './types.ts'

const VENDOR = Uint8Array.from(Buffer.from('939a7233f79c4ca9940a0db3957f0607', 'hex'))
const zeros = (count: number): Uint8Array => new Uint8Array(count)
const header = (version: number, teeType: number, vendor: Uint8Array = VENDOR): Uint8Array =>
  concatBytes(u16le(version), u16le(2), u32le(teeType), zeros(4), vendor, zeros(20))

const quote = concatBytes(header(4, 0x81), zeros(600))
const snpReport = zeros(1184)
snpReport.set([3], 0)
snpReport.set([1], 0x34)
/** With the bit of the guest policy that is always one. */
const policySet = snpReport.with(0x0a, 3)

function refusal(read: () => unknown): EvidenceErrorCode | 'accepted' {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError)
    return (error as EvidenceError).code
  }
  return 'accepted'
}

describe('binary input', () => {
  test.each<[RecognizedKind, string, Uint8Array]>([
    ['dcap-quote', 'a TDX quote', quote],
    ['dcap-quote', 'a quote of a version not known here', concatBytes(header(9, 0x81), zeros(8))],
    ['dcap-quote', 'a quote of another vendor', concatBytes(header(3, 0, zeros(16)), zeros(8))],
    ['tdreport', 'a TDREPORT', concatBytes(Uint8Array.of(0x81, 0, 1, 0), zeros(1020))],
    ['snp-report', 'an SNP report', snpReport],
    ['snp-report', 'an SNP report that names another algorithm', policySet.with(0x34, 2)],
    ['snp-report', 'an SNP report that is cut short', policySet.subarray(0, 1000)],
    ['snp-report', 'an SNP report with something behind it', concatBytes(policySet, zeros(1))],
    ['enclave-file', 'an ELF file', concatBytes(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1), zeros(60))],
    [
      'sigstruct',
      'a signature structure',
      concatBytes(
        Uint8Array.from(Buffer.from('06000000e100000000000100', 'hex')),
        zeros(12),
        Uint8Array.from(Buffer.from('01010000600000006000000001000000', 'hex')),
        zeros(1768),
      ),
    ],
    [
      'event-log',
      'an event log',
      concatBytes(u32le(0), u32le(3), zeros(20), u32le(33), encodeUtf8('Spec ID Event03\0'), zeros(17)),
    ],
  ])('%s: %s', (kind, _name, bytes) => {
    const found = recognizeEvidence(bytes)
    expect(found).toEqual({ kind, bytes, wrappings: [] })
  })

  test('a Node buffer gives plain bytes', () => {
    const found = recognizeEvidence(Buffer.from(quote))
    expect(found.kind === 'dcap-quote' && found.bytes.constructor).toBe(Uint8Array)
  })
})

describe('wrapped input', () => {
  test.each([
    ['hex', encodeHex(quote), ['hex']],
    [
      'hex in capitals with a prefix, spaces and a newline',
      `0x${encodeHex(quote)
        .toUpperCase()
        .replace(/(.{64})/g, '$1 \n')}`,
      ['hex'],
    ],
    ['base64 in lines', encodeBase64(quote).replace(/(.{64})/g, '$1\n'), ['base64']],
    ['base64url without padding', encodeBase64Url(quote), ['base64']],
    ['base64 of hex', encodeBase64(encodeUtf8(encodeHex(quote))), ['base64', 'hex']],
  ])('%s', (_name, text, wrappings) => {
    const expected = { kind: 'dcap-quote', bytes: quote, wrappings }
    expect(recognizeEvidence(text)).toEqual(expected)
    expect(recognizeEvidence(encodeUtf8(`\ufeff ${text}\n`))).toEqual(expected)
  })

  test('evidence JSON in base64, as services pass it on', () => {
    const text = JSON.stringify(encodeDcapEvidence({ quote }))
    expect(recognizeEvidence(encodeBase64Url(encodeUtf8(text)))).toMatchObject({
      kind: 'evidence-json',
      tee: 'tdx',
      wrappings: ['base64'],
    })
  })

  test('three wrappings are undone, four are not', () => {
    const wrap = (bytes: Uint8Array): Uint8Array => encodeUtf8(encodeBase64(bytes))
    const thrice = wrap(wrap(wrap(quote)))
    expect(recognizeEvidence(thrice).wrappings).toHaveLength(3)
    expect(refusal(() => recognizeEvidence(wrap(thrice)))).toBe('EVIDENCE_KIND_UNKNOWN')
  })
})

describe('text input', () => {
  test.each<[string, string]>([
    ['tdx', JSON.stringify(encodeDcapEvidence({ quote }))],
    ['sgx', JSON.stringify({ quote: encodeBase64(header(3, 0)) })],
    ['snp', '{"attestation_report":{"version":3},"cert_chain":null}'],
    ['csv', '{"attestation_report":{"data":[1],"magic":[2],"flags":3},"cert_chain":{},"serial_number":[1]}'],
    ['az-tdx-vtpm', '{"tpm_quote":{},"hcl_report":[1],"td_quote":[2]}'],
    ['az-snp-vtpm', '{"version":2,"tpm_quote":{},"hcl_report":"","vcek":""}'],
    ['az-snp-vtpm', '{"quote":{"message":[]},"report":[1],"vcek":"-----BEGIN CERTIFICATE-----"}'],
    ['tpm', '{"ak_public":"","tpm_quote":{}}'],
    ['tpm', '{"ak_pubkey":"","quote":{"SHA256":{}}}'],
    ['hygondcu', '{"attestation_reports":[]}'],
    ['nvidia', '{"device_evidence_list":[]}'],
    ['system', '{"system_report":"{}"}'],
    ['sample', '{"svn":"1","report_data":""}'],
  ])('evidence JSON of %s', (tee, text) => {
    expect(recognizeEvidence(text)).toEqual({
      kind: 'evidence-json',
      tee,
      evidence: JSON.parse(text) as object,
      wrappings: [],
    })
  })

  test.each<[RecognizedKind, string]>([
    ['composite-evidence', '{"primary_evidence":{},"additional_evidence":"{}"}'],
    ['dcap-collateral', '{"tcb_info":"-----BEGIN ","pck_crl":""}'],
    ['dcap-document', '{"tcbInfo":{},"signature":"00"}'],
    ['dcap-document', '{"enclaveIdentity":{},"signature":"00"}'],
    ['jwks', '{"keys":[{"kty":"EC"}]}'],
    ['jwks', '{"kty":"EC"}'],
    ['token', 'eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjF9.c2ln'],
    ['x509', '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----'],
    ['x509', 'subject: x\r\n-----BEGIN CERTIFICATE-----\r\nMAA=\r\n-----END CERTIFICATE-----\r\n'],
  ])('%s', (kind, text) => {
    expect(recognizeEvidence(text).kind).toBe(kind)
  })
})

describe('refusals', () => {
  test.each<[EvidenceErrorCode, string, Uint8Array | string]>([
    ['EVIDENCE_BYTES_EMPTY', 'no bytes', zeros(0)],
    ['EVIDENCE_BYTES_EMPTY', 'white space', ' \n'],
    ['EVIDENCE_SIZE_EXCESSIVE', 'text beyond any evidence', 'A'.repeat((16 << 20) + 1)],
    ['EVIDENCE_KIND_UNKNOWN', 'prose', 'hello there'],
    ['EVIDENCE_KIND_UNKNOWN', 'zeros', zeros(5000)],
    ['EVIDENCE_KIND_UNKNOWN', 'other JSON', '{"a":1}'],
    ['EVIDENCE_KIND_UNKNOWN', 'a JSON list', '[]'],
    ['EVIDENCE_KIND_UNKNOWN', 'a private key', '-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----'],
    ['EVIDENCE_JSON_INVALID', 'broken JSON', '{"quote":'],
    ['EVIDENCE_JSON_INVALID', 'an empty quote', '{"quote":""}'],
    ['EVIDENCE_ENCODING_INVALID', 'a quote that is not base64', '{"quote":"%%"}'],
    ['EVIDENCE_ENCODING_INVALID', 'PEM without an end', '-----BEGIN CERTIFICATE-----\nMAA='],
  ])('%s: %s', (code, _name, input) => {
    expect(refusal(() => recognizeEvidence(input))).toBe(code)
  })

  test('EVIDENCE_SIZE_EXCESSIVE: beyond the limit given', () => {
    expect(refusal(() => recognizeEvidence(quote, { maxBytes: quote.length }))).toBe('accepted')
    expect(refusal(() => recognizeEvidence(quote, { maxBytes: quote.length - 1 }))).toBe('EVIDENCE_SIZE_EXCESSIVE')
  })

  test('JSON deeper than any evidence', () => {
    expect(refusal(() => recognizeEvidence('['.repeat(5000)))).toBe('EVIDENCE_JSON_INVALID')
  })

  test('arbitrary bytes and texts raise no foreign error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ maxLength: 100 }), (bytes, text) => {
        refusal(() => recognizeEvidence(bytes))
        refusal(() => recognizeEvidence(text))
        refusal(() => recognizeEvidence(concatBytes(Uint8Array.of(0x30, 0x82), bytes)))
      }),
      { numRuns: 200 },
    )
  })
})

describe.skipIf(!haveVectors)(`genuine input${vectorsAbsent}`, () => {
  test.each<[RecognizedKind, string]>([
    ['dcap-quote', 'dcap/sgx_quote'],
    ['dcap-quote', 'dcap/tdx_quote'],
    ['dcap-collateral', 'dcap/tdx_quote_collateral.json'],
    ['evidence-json', 'dcap/az-tdx-vtpm-evidence-v0.json'],
    ['evidence-json', 'csv/csv_evidence.json'],
    ['evidence-json', 'snp/az-snp-vtpm-evidence-v0.json'],
    ['evidence-json', 'snp/evidence-sev7-shape.json'],
    ['evidence-json', 'tpm/tpm_evidence.json'],
    ['event-log', 'eventlog/CCEL_data'],
    ['event-log', 'eventlog/tpm-rhel8-uefi.bin'],
    ['jwks', 'jwk/scenario01-jwk.json'],
    ['snp-report', 'snp/turin-report.bin'],
    ['token', 'tokens/ear_token.txt'],
    ['token', 'tokens/oaas-token.txt'],
    ['x509', 'gpu/hopper_cert_chain_case1.txt'],
    ['x509', 'ratls/real-gramine-cert.der'],
    ['x509', 'snp/test-vcek.der'],
    ['x509', 'snp/milan_ask_ark_asvk.pem'],
  ])('%s: %s', (kind, file) => {
    expect(recognizeEvidence(readVector(file)).kind).toBe(kind)
  })

  test('a revocation list in DER', () => {
    const { root_ca_crl } = JSON.parse(new TextDecoder().decode(readVector('dcap/tdx_quote_collateral.json'))) as {
      root_ca_crl: string
    }
    expect(recognizeEvidence(root_ca_crl)).toEqual({
      kind: 'x509',
      certificates: [],
      crls: [Uint8Array.from(Buffer.from(root_ca_crl, 'hex'))],
      wrappings: ['hex'],
    })
  })
})
