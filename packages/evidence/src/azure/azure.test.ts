import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { describe, expect, it } from 'vitest'
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { parseQuote } from '../dcap/quote/index.ts'
import { EvidenceError } from '../errors.ts'
import { parseSnpCollateral } from '../snp/chain/collateral.ts'
import { claimsOfAzure } from './claims.ts'
import { parseAzureEvidence } from './evidence-json.ts'
import { verifyAzureSnp, verifyVtpm } from './verify.ts'

// biome-ignore lint/suspicious/noExplicitAny: evidence JSON is edited at will here
type Shape = Record<string, any>

const AT = Date.parse('2026-11-01T00:00:00Z') / 1000

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

describe.skipIf(!haveVectors)(`Azure confidential VMs${vectorsAbsent}`, () => {
  const shape = (version: number) => readVectorJson<Shape>(`snp/az-snp-vtpm-evidence-v${version}.json`)
  const trust = () => ({ collateral: parseSnpCollateral([readVector('snp/milan_ask_ark_asvk.pem')]), now: AT })
  const challenge = encodeHex(encodeUtf8('challenge'))

  it.each([
    [0, challenge, /^e15c4479/],
    [1, challenge, /^e15c4479/],
    [2, undefined, /^84275b2f/],
  ])('SNP evidence of version %i binds hardware, key, nonce and PCRs', async (version, nonce, pcr00) => {
    const verified = await verifyAzureSnp(parseAzureEvidence(shape(version)), trust())
    const claims = claimsOfAzure(verified.evidence)
    expect((claims['tpm'] as Shape)['pcr00']).toMatch(pcr00)
    if (nonce !== undefined) expect(claims['report_data']).toBe(nonce)
    else expect(claims['user_data']).toMatch(/^982f5c6e45df0ed3.*19ef/)
    expect(verified.snp.signedBy).toBe('vcek')
    expect(verified.checks.map((check) => check.id)).toContain('hcl.binding')
  })

  it('TDX evidence binds the quote, the key and the PCRs', async () => {
    const evidence = parseAzureEvidence(readVectorJson('dcap/az-tdx-vtpm-evidence-v0.json'))
    const quote = parseQuote(evidence.tdQuote!)
    if (quote.tee !== 'tdx') throw new Error('not a TD quote')
    const { checks } = await verifyVtpm(evidence, quote.body.reportData, [])
    expect(checks.every((check) => check.result === 'pass')).toBe(true)
  })

  it.each<[string, (shape: Shape) => void]>([
    [
      'AZURE_EVIDENCE_VERSION',
      (json) => {
        json['version'] = 3
      },
    ],
    [
      'AZURE_EVIDENCE_JSON',
      (json) => {
        delete json['tpm_quote']
      },
    ],
    [
      'AZURE_EVIDENCE_JSON',
      (json) => {
        json['tpm_quote'].pcrs.pop()
      },
    ],
    [
      'AZURE_EVIDENCE_JSON',
      (json) => {
        json['hcl_report'] = '***'
      },
    ],
    [
      'AZURE_EVIDENCE_JSON',
      (json) => {
        json['vcek'] = [1, 2, 3]
      },
    ],
    [
      'AZURE_HCL_MALFORMED',
      (json) => {
        json['hcl_report'] = 'AAAA'
      },
    ],
    [
      'TPM_PCR_DIGEST',
      (json) => {
        json['tpm_quote'].pcrs[0] = '11'.repeat(32)
      },
    ],
    [
      'TPM_SIGNATURE_INVALID',
      (json) => {
        json['tpm_quote'].signature = `00${json['tpm_quote'].signature.slice(2)}`
      },
    ],
  ])('%s', async (code, change) => {
    const json = shape(1)
    change(json)
    expect(await codeOf(() => verifyAzureSnp(parseAzureEvidence(json), trust()))).toBe(code)
  })

  const withByte = (at: number, value: number) => {
    const json = shape(0)
    json['report'][at] = value
    return verifyAzureSnp(parseAzureEvidence(json), trust())
  }
  it.each([
    ['AZURE_HCL_MALFORMED', 0, 0],
    ['AZURE_HCL_MALFORMED', 0x4c8, 9],
    ['AZURE_HCL_MALFORMED', 0x4cc, 2],
    ['AZURE_HCL_MALFORMED', 0x4d2, 0xff],
    ['AZURE_HCL_UNBOUND', 0x4d4 + 1100, 0x31],
    ['SNP_SIGNATURE_INVALID', 0x20 + 0x50, 0],
  ])('%s at byte %i', async (code, at, value) => {
    expect(await codeOf(() => withByte(at, value))).toBe(code)
  })

  it('AZURE_HCL_KEY_MISSING: another name for the key', async () => {
    const json = shape(0)
    const text = '"kid":"HCLAkPub"'
    const at = Buffer.from(json['report']).indexOf(text)
    json['report'][at + 8] = 0x58
    expect(await codeOf(() => verifyAzureSnp(parseAzureEvidence(json), trust()))).toBe('AZURE_HCL_KEY_MISSING')
  })

  it('TPM_SIGNATURE_INVALID: the quote of another machine', async () => {
    const json = { ...shape(1), tpm_quote: shape(2)['tpm_quote'] }
    expect(await codeOf(() => verifyAzureSnp(parseAzureEvidence(json), trust()))).toBe('TPM_SIGNATURE_INVALID')
  })
})
