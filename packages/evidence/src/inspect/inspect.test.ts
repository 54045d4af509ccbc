import { concatBytes, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { createSvsmWorld } from '@veritee/simulator/svsm'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { EvidenceError } from '../errors.ts'
import { inspectEvidence } from './inspect.ts'

describe('without vectors', () => {
  test('a token is shown with its claims, and nothing is said of its signature but that it is there', () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const token = `${part({ alg: 'ES256' })}.${part({ submods: {}, iat: 1 })}.c2ln`
    expect(inspectEvidence(token)).toEqual({
      kind: 'token',
      wrappings: [],
      header: { alg: 'ES256' },
      format: 'EAR',
      claims: { submods: {}, iat: 1 },
      signed: true,
    })
    expect(inspectEvidence(`${part({ alg: 'none' })}.${part({ sub: 'x' })}.`)).toMatchObject({
      format: 'JWT',
      signed: false,
    })
  })

  test('EVIDENCE_ENCODING_INVALID: a token whose claims are no JSON', () => {
    expect(() => inspectEvidence('eyJhbGciOiJFUzI1NiJ9.e30x.c2ln')).toThrow(
      expect.objectContaining({ code: 'EVIDENCE_ENCODING_INVALID' }),
    )
  })

  test('a private key is never shown', () => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'AA', d: 'c2VjcmV0', kid: 'one' }
    const described = inspectEvidence(JSON.stringify({ keys: [jwk, { kty: 'EC', x: 'AA' }, 7] }))
    expect(JSON.stringify(described)).not.toContain('c2VjcmV0')
    expect(described['keys']).toEqual([
      { kty: 'OKP', crv: 'Ed25519', kid: 'one', x: 'AA', private: true },
      { kty: 'EC', x: 'AA', private: false },
      { unreadable: 'The key is no JSON object.' },
    ])
  })

  test('a certificate that cannot be read says why in its place', () => {
    const text = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----'
    expect(inspectEvidence(text)['certificates']).toEqual([
      { unreadable: expect.any(String), code: expect.stringMatching(/^CODEC_/) },
    ])
  })

  test('a malformed quote raises the error of its parser', () => {
    const header = Buffer.from(
      `0900020081000000${'00'.repeat(4)}939a7233f79c4ca9940a0db3957f0607${'00'.repeat(20)}`,
      'hex',
    )
    expect(() => inspectEvidence(new Uint8Array(header))).toThrow(
      expect.objectContaining({ code: 'DCAP_QUOTE_VERSION_UNSUPPORTED' }),
    )
  })
})

describe.skipIf(!haveVectors)(`genuine evidence${vectorsAbsent}`, () => {
  test('a TDX quote', () => {
    expect(inspectEvidence(readVector('dcap/trustee_tdx_quote_4.dat'))).toMatchObject({
      kind: 'dcap-quote',
      tee: 'tdx',
      version: 4,
      bodyKind: 'td10',
      debug: true,
      tdAttributes: ['DEBUG', 'SEPT_VE_DISABLE'],
      padding: { sizeBytes: 0, zero: true },
      signatureData: {
        certificationData: {
          type: 5,
          name: 'PCK certificate chain',
          certificates: [
            { subject: expect.stringContaining('Intel SGX PCK Certificate'), ca: false, sgx: { pceId: '0000' } },
            { subject: expect.stringContaining('Intel SGX PCK Platform CA'), ca: true },
            { subject: expect.stringContaining('Intel SGX Root CA'), ca: true },
          ],
        },
      },
    })
  })

  test('the same quote as evidence JSON in base64', () => {
    const evidence = { quote: encodeBase64(readVector('dcap/tdx_quote')), cc_eventlog: 'AAAA' }
    const wrapped = encodeBase64(encodeUtf8(JSON.stringify(evidence)))
    expect(inspectEvidence(wrapped)).toMatchObject({
      kind: 'evidence-json',
      wrappings: ['base64'],
      tee: 'tdx',
      quote: { version: 4, padding: { sizeBytes: 70, zero: true }, debug: false },
      ccEventLog: { sizeBytes: 3 },
    })
  })

  test('an SGX quote of a debug enclave', () => {
    expect(inspectEvidence(readVector('dcap/trustee_occlum_quote.dat'))).toMatchObject({
      tee: 'sgx',
      debug: true,
      flags: ['INIT', 'DEBUG', 'MODE64BIT'],
    })
  })

  test('a TDREPORT, and the same with a flipped bit', () => {
    const { hcl_report } = readVectorJson<{ hcl_report: number[] }>('dcap/az-tdx-vtpm-evidence-v0.json')
    const report = Uint8Array.from(hcl_report).subarray(0x20, 0x420)
    expect(inspectEvidence(report)).toMatchObject({ kind: 'tdreport', tdxModule: '1.5', hashesMatch: true })
    expect(inspectEvidence(report.with(528, report[528]! ^ 1))).toMatchObject({ hashesMatch: false })
  })

  test('an Azure TD: its TDREPORT and the quote made from it', () => {
    expect(inspectEvidence(readVector('dcap/az-tdx-vtpm-evidence-v0.json'))).toMatchObject({
      tee: 'az-tdx-vtpm',
      version: 0,
      hardwareReport: { tdxModule: '1.5', hashesMatch: true },
      quote: { tee: 'tdx', version: 4 },
    })
  })

  test('collateral', () => {
    expect(inspectEvidence(readVectorText('dcap/tdx_quote_collateral.json'))).toMatchObject({
      kind: 'dcap-collateral',
      tcbInfo: { id: 'TDX', fmspc: 'b0c06f000000', tcbEvaluationDataNumber: 17 },
      qeIdentity: { id: 'TD_QE' },
    })
  })

  test('one document of it in its envelope', () => {
    const { tcb_info, tcb_info_signature } = readVectorJson<Record<string, string>>('dcap/sgx_quote_collateral.json')
    const envelope = `{"tcbInfo":${tcb_info},"signature":"${tcb_info_signature}"}`
    expect(inspectEvidence(envelope)).toMatchObject({ name: 'tcbInfo', id: 'SGX', fmspc: '00a067110000' })
  })

  test('a revocation list', () => {
    const { pck_crl } = readVectorJson<Record<string, string>>('dcap/tdx_quote_collateral.json')
    expect(inspectEvidence(pck_crl!)).toMatchObject({
      kind: 'x509',
      wrappings: ['hex'],
      crls: [{ issuer: expect.stringContaining('Platform CA'), entries: expect.any(Number), number: '1' }],
    })
  })

  test('SNP evidence, raw and as JSON', () => {
    const report = readVector('snp/test-report.bin')
    const measurement = encodeHex(report.slice(0x90, 0x90 + 48))
    expect(inspectEvidence(report)).toMatchObject({ kind: 'snp-report', claims: { measurement } })
    expect(inspectEvidence(readVector('snp/evidence-sev4-shape.json'))).toMatchObject({
      tee: 'snp',
      claims: { measurement },
    })
  })

  test('every recognised vector gives data that JSON holds unchanged', () => {
    for (const file of ['dcap/tdx_quote_outdated', 'dcap/sgx_quote', 'tokens/ear_token.txt', 'tpm/tpm_evidence.json']) {
      const described = inspectEvidence(readVector(file))
      expect(JSON.parse(JSON.stringify(described)), file).toEqual(described)
    }
  })

  test('a quote whose tail was changed raises only errors of this package or describes it', () => {
    const bytes = readVector('dcap/tdx_quote')
    for (let at = 4200; at < bytes.length; at += 13) {
      const changed = concatBytes(bytes.subarray(0, at), Uint8Array.of(0xff), bytes.subarray(at + 1))
      try {
        expect(inspectEvidence(changed)['kind']).toBe('dcap-quote')
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError)
      }
    }
  })
})

test('composite evidence: the machine and each device beside it', () => {
  const evidence = createSvsmWorld({ now: 1_790_000_000, seed: 'inspect' }).issueEvidence()
  expect(inspectEvidence(JSON.stringify(evidence))).toMatchObject({
    kind: 'composite-evidence',
    primary: { kind: 'evidence-json', tee: 'snp', certificates: ['VCEK'] },
    devices: { tpm: { kind: 'evidence-json', tee: 'tpm' } },
  })
  const other = { primary_evidence: { primary_evidence: {} }, additional_evidence: '{"toaster":{"slots":2}}' }
  expect(inspectEvidence(JSON.stringify(other))).toMatchObject({
    primary: { kind: 'composite-evidence' },
    devices: { toaster: { kind: 'unknown', members: ['slots'] } },
  })
})
