/**
 * Enrolling an attestation key by credential activation: a secret is wrapped so that only the TPM with the endorsement key
 * opens it, and only for this very attestation key. Two messages, and what has to be remembered between them.
 */
import { encodeHex, equalBytes, equalSecrets } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { X509Certificate } from '@veritee/codec/x509'
import { TpmError } from '../codes.ts'
import { nameOf, OBJECT, publicKeyOf, type TpmPublic } from '../structure/public.ts'
import { verifyKeyCertificate } from '../verify/key-certificate.ts'
import type { EnrolledKey, TpmAuthority } from '../verify/types.ts'
import { makeCredential, type TpmCredential } from './make-credential.ts'

/** What a machine sends to have its attestation key enrolled. */
export interface EnrolmentRequest {
  /** Public area of the endorsement key. */
  readonly endorsement: TpmPublic
  readonly endorsementCertificate: X509Certificate
  /** Public area of the attestation key. */
  readonly attestation: TpmPublic
}

/** Whose endorsement key certificates count, and when. */
export interface EnrolmentTrust {
  /** Epoch seconds. */
  readonly now: number
  /** Issuers of endorsement key certificates: TPM manufacturers, or whoever runs the virtual TPMs. */
  readonly authorities: readonly TpmAuthority[]
}

/** An enrolment that waits for its proof. Keep `secret` to yourself. */
export interface PendingEnrolment {
  /** For the machine. */
  readonly credential: TpmCredential
  /** 32 bytes that the machine must return. */
  readonly secret: Uint8Array
  /** SHA-256 of the attestation key's SPKI: what goes into `enrolled` once the proof is there. */
  readonly keyDigest: Uint8Array
  /** Name of the attestation key. */
  readonly name: Uint8Array
  /** Name of the endorsement key. */
  readonly endorsementName: Uint8Array
  readonly simulated: boolean
}

/** Attributes of an attestation key: it signs only what its TPM made, and never leaves it. */
const ATTESTATION = OBJECT.fixedTpm | OBJECT.fixedParent | OBJECT.sensitiveDataOrigin | OBJECT.restricted | OBJECT.sign
/** Attributes of an endorsement key: it decrypts only what its TPM understands, and never leaves it. */
const ENDORSEMENT =
  OBJECT.fixedTpm | OBJECT.fixedParent | OBJECT.sensitiveDataOrigin | OBJECT.restricted | OBJECT.decrypt

/**
 * Checks both keys and the endorsement key's certificate, and makes the challenge.
 *
 * @throws EvidenceError TPM_KEY_ATTRIBUTES, TPM_KEY_MISMATCH, TPM_EK_CERTIFICATE_*, TPM_ALGORITHM_UNSUPPORTED
 */
export async function beginEnrolment(request: EnrolmentRequest, trust: EnrolmentTrust): Promise<PendingEnrolment> {
  const { endorsement, endorsementCertificate, attestation } = request
  checkAttestationAttributes(attestation)
  expectAttributes('ek', endorsement, ENDORSEMENT, OBJECT.sign)
  expectEndorsementKey(endorsement, endorsementCertificate)
  const { simulated } = await verifyKeyCertificate('ek', endorsementCertificate, trust.authorities, trust.now)
  const secret = crypto.getRandomValues(new Uint8Array(32))
  const name = nameOf(attestation)
  return {
    credential: await makeCredential(endorsement, name, secret),
    secret,
    keyDigest: digest('sha256', publicKeyOf(attestation).spki),
    name,
    endorsementName: nameOf(endorsement),
    simulated,
  }
}

/**
 * Takes the proof: the secret as the TPM recovered it.
 *
 * @returns what makes the attestation key trusted from now on
 * @throws EvidenceError TPM_CREDENTIAL_INVALID
 */
export function finishEnrolment(
  { secret, keyDigest, endorsementName, simulated }: PendingEnrolment,
  proof: Uint8Array,
): EnrolledKey {
  if (!equalSecrets(secret, proof))
    throw new TpmError('TPM_CREDENTIAL_INVALID', undefined, { details: { path: 'proof' } })
  return { keyDigest, endorsementName, simulated }
}

/**
 * A key that would sign whatever it is given could sign a quote that no TPM made.
 *
 * @throws EvidenceError TPM_KEY_ATTRIBUTES
 */
export function checkAttestationAttributes(attestation: TpmPublic): void {
  expectAttributes('ak', attestation, ATTESTATION, OBJECT.decrypt)
}

/**
 * A certificate beside a public area must be of the same key.
 *
 * @throws EvidenceError TPM_KEY_MISMATCH
 */
export function expectEndorsementKey(endorsement: TpmPublic, certificate: X509Certificate): void {
  const [own, certified] = [publicKeyOf(endorsement).spki, certificate.publicKey.spki]
  if (equalBytes(own, certified)) return
  throw new TpmError('TPM_KEY_MISMATCH', undefined, {
    details: {
      path: 'ek_cert.publicKey',
      expected: encodeHex(digest('sha256', own)),
      actual: encodeHex(digest('sha256', certified)),
    },
  })
}

function expectAttributes(path: string, { attributes }: TpmPublic, wanted: number, forbidden: number): void {
  if ((attributes & wanted) === wanted && (attributes & forbidden) === 0) return
  throw new TpmError('TPM_KEY_ATTRIBUTES', undefined, {
    details: {
      path: `${path}.objectAttributes`,
      expected: `with 0x${wanted.toString(16)}, without 0x${forbidden.toString(16)}`,
      actual: `0x${attributes.toString(16)}`,
    },
  })
}
