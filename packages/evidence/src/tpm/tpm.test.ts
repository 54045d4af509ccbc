import { decodeBase64, encodeBase64 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { describe, expect, it } from 'vitest'
import { haveVectors, readVectorJson, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { EvidenceError } from '../errors.ts'
import { claimsOfTpm } from './claims.ts'
import { parseTpmEvidence } from './evidence-json.ts'
import { parseTpmQuote } from './structure/attest.ts'
import { parseTpmSignature } from './structure/signature.ts'
import { verifyTpmEvidence } from './verify/verify.ts'

interface Shape {
  ak_public: string
  tpm_quote: { message: string; signature: string; pcrs: string[] }
}

const NOW = Date.parse('2026-01-01T00:00:00Z') / 1000

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

describe.skipIf(!haveVectors)(`a TPM quote of a real machine${vectorsAbsent}`, () => {
  const genuine = () => readVectorJson<Shape>('tpm/tpm_evidence.json')
  const own = () => digest('sha256', decodeBase64(genuine().ak_public))
  const verify = (shape: Shape, allowed = [own()]) => verifyTpmEvidence(parseTpmEvidence(shape), { now: NOW, allowed })
  const edited = (at: number, value: number, member: 'message' | 'signature' = 'message') => {
    const shape = genuine()
    const bytes = decodeBase64(shape.tpm_quote[member])
    bytes[at] = value
    shape.tpm_quote[member] = encodeBase64(bytes)
    return shape
  }

  it('passes with its key allowed by name, and says by what it was trusted', async () => {
    const verified = await verify(genuine())
    expect(verified.boundBy).toBe('name')
    expect(verified.evidence.banks[0]!.quote.selections).toEqual([
      { hash: 'sha256', pcrs: Array.from({ length: 24 }, (_, i) => i) },
    ])
    const claims = claimsOfTpm(verified)
    expect(claims['pcr07']).toBe(genuine().tpm_quote.pcrs[7])
    expect(claims['report_data']).toMatch(/^a04182b5/)
  })

  it('TPM_AK_UNBOUND: nothing ties the key to a TPM by default', async () => {
    expect(await codeOf(() => verify(genuine(), []))).toBe('TPM_AK_UNBOUND')
  })

  it('TPM_PCR_DIGEST: one value was changed', async () => {
    const shape = genuine()
    shape.tpm_quote.pcrs[4] = 'ab'.repeat(32)
    expect(await codeOf(() => verify(shape))).toBe('TPM_PCR_DIGEST')
  })

  it.each<[string, string, (shape: Shape) => void]>([
    [
      'TPM_EVIDENCE_JSON',
      'odd lengths',
      (shape: Shape) => {
        shape.tpm_quote.pcrs[0] = 'ab'
      },
    ],
    ['TPM_EVIDENCE_JSON', 'a missing PCR', (shape: Shape) => void shape.tpm_quote.pcrs.pop()],
    [
      'TPM_EVIDENCE_JSON',
      'no key',
      (shape: Shape) => {
        shape.ak_public = ''
      },
    ],
    [
      'TPM_EVIDENCE_JSON',
      'no base64',
      (shape: Shape) => {
        shape.tpm_quote.message = '***'
      },
    ],
  ])('%s: %s', async (code, _what, change) => {
    const shape = genuine()
    change(shape)
    expect(await codeOf(() => verify(shape))).toBe(code)
  })

  it.each([
    ['TPM_ATTEST_MAGIC', 0, 0],
    ['TPM_ATTEST_TYPE', 5, 0x17],
    ['TPM_SIGNATURE_INVALID', 50, 0x55],
  ])('%s', async (code, at, value) => {
    expect(await codeOf(() => verify(edited(at, value)))).toBe(code)
  })

  it.each([
    ['TPM_STRUCTURE_MALFORMED', 1, 0x18],
    ['TPM_SIGNATURE_INVALID', 1, 0x16],
    ['TPM_SIGNATURE_ALGORITHM', 3, 0x04],
    ['TPM_ALGORITHM_UNSUPPORTED', 3, 0x99],
    ['TPM_STRUCTURE_MALFORMED', 4, 0x09],
    ['TPM_SIGNATURE_INVALID', 20, 0x00],
  ])('%s in the signature', async (code, at, value) => {
    expect(await codeOf(() => verify(edited(at, value, 'signature')))).toBe(code)
  })

  it('each truncation is refused as malformed', () => {
    const message = decodeBase64(genuine().tpm_quote.message)
    const signature = decodeBase64(genuine().tpm_quote.signature)
    for (let end = 0; end < message.length; end++)
      expect(() => parseTpmQuote(message.subarray(0, end))).toThrow(EvidenceError)
    for (let end = 0; end < signature.length; end++)
      expect(() => parseTpmSignature(signature.subarray(0, end))).toThrow(EvidenceError)
  })

  it('each flipped bit of the signed bytes is refused', async () => {
    const message = decodeBase64(genuine().tpm_quote.message)
    for (let bit = 0; bit < message.length * 8; bit++) {
      const shape = edited(bit >> 3, message[bit >> 3]! ^ (1 << (bit & 7)))
      expect(await codeOf(() => verify(shape)), `bit ${bit}`).toMatch(/^TPM_/)
    }
  })
})
