import { isCodedError } from '@veritee/codec/error'
import { importPublicKey } from '@veritee/codec/signature'
import { parseCertificate } from '@veritee/codec/x509'
import { EVIDENCE_ERRORS } from '@veritee/evidence'
import {
  beginEnrolment,
  parseTpmEvidence,
  parseTpmPublic,
  parseTpmQuote,
  parseTpmSignature,
  type TpmEvidence,
  verifyTpmEvidence,
} from '@veritee/evidence/tpm'
import { describe, expect, test } from 'vitest'
import type { TpmCase } from '../draft.ts'
import { createTpmWorld } from '../world.ts'
import { TPM_BREAKAGES, TPM_ENROLMENT_BREAKAGES, TPM_UNBREAKABLE } from './index.ts'

const NOW = 1_790_000_000
const HASHES = { SHA1: 'sha1', SHA256: 'sha256', SHA384: 'sha384', SM3: 'sm3' } as const
const worlds = (['rsa', 'p256', 'p384'] as const).map((attestation) =>
  createTpmWorld({ now: NOW, seed: `breakages ${attestation}`, attestation }),
)

function parseCase(made: TpmCase): TpmEvidence {
  if (made.evidence !== undefined) return parseTpmEvidence(made.evidence)
  const { attestationKey, attestationCertificate, quotes, eventLog } = made
  return {
    attestationKey: importPublicKey({ kind: 'spki', der: attestationKey }),
    ...(attestationCertificate === undefined
      ? {}
      : { attestationKeyCertificate: parseCertificate(attestationCertificate) }),
    banks: quotes.map(({ bank, attest, signature, pcrs }) => ({
      hash: HASHES[bank],
      quote: parseTpmQuote(attest),
      signature: parseTpmSignature(signature),
      pcrs,
    })),
    ...(eventLog === undefined ? {} : { eventLog }),
  }
}

const authoritiesOf = ({ authority }: TpmCase) => [{ certificate: parseCertificate(authority), simulated: true }]

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return 'verified'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

describe.each(worlds)('an attestation key of kind $attestation.kind', (world) => {
  test.each(TPM_BREAKAGES)('$code: $title', async ({ code, apply }) => {
    const made = apply(world)
    const verify = async () => verifyTpmEvidence(parseCase(made), { now: made.now, authorities: authoritiesOf(made) })
    expect(await codeOf(verify)).toBe(code)
  })

  test.each(TPM_ENROLMENT_BREAKAGES)('$code: $title', async ({ code, apply }) => {
    const made = apply(world)
    const request = {
      endorsement: parseTpmPublic(made.endorsementPublic),
      endorsementCertificate: parseCertificate(made.endorsementCertificate),
      attestation: parseTpmPublic(world.attestation.area),
    }
    const trust = { now: made.now, authorities: authoritiesOf(made) }
    expect(await codeOf(() => beginEnrolment(request, trust))).toBe(code)
  })
})

test('every code of the TPM room has one broken case, or a reason why no evidence raises it', () => {
  const room = Object.keys(EVIDENCE_ERRORS).filter((code) => code.startsWith('TPM_'))
  const broken = [...TPM_BREAKAGES, ...TPM_ENROLMENT_BREAKAGES].map(({ code }) => code)
  expect([...broken, ...Object.keys(TPM_UNBREAKABLE)].toSorted()).toEqual(room.toSorted())
})
