import { decodeHex } from '@veritee/codec/bytes'
import { type FieldValue, padField } from '../state/field.ts'
import { encodeCertificate } from '../x509/certificate.ts'
import { createCertificates, deriveAuthorityKeys } from './authorities.ts'
import { createEventLog, replayBank } from './banks.ts'
import { activateCredential } from './credential.ts'
import { assembleDraft, type TpmDraft } from './draft.ts'
import { encodeBankedEvidence, encodeSingleEvidence, type TpmEvidenceParts } from './evidence.ts'
import { deriveAttestationKey, deriveEndorsementKey } from './keys.ts'
import { createQuote, signQuote } from './quote.ts'
import { createRecipe, type TpmRecipe, type TpmWorldOptions } from './recipe.ts'
import { nameOfPublic } from './structures.ts'
import type { TpmEvidenceOptions, TpmIssueOptions, TpmWorld } from './types.ts'

const COMMAND_LINE = 'root=/dev/vda1 ro'

/**
 * Makes a simulated TPM: endorsement key, attestation key, and a manufacturer who certifies both. Everything is derived
 * from a seed, so a named TPM is the same each time; without a seed it is fresh.
 *
 * Nothing trusts its manufacturer unless told to. Throws SIMULATOR_VALUE_INVALID.
 */
export function createTpmWorld(options: TpmWorldOptions): TpmWorld {
  return openWorld(createRecipe(options), options.now)
}

/** The TPM of a recipe, at `now` (epoch seconds). */
export function openWorld(recipe: TpmRecipe, now: number): TpmWorld {
  const seed = decodeHex(recipe.seed)
  const keys = deriveAuthorityKeys(seed)
  const attestation = deriveAttestationKey(seed, 'attestation', recipe.attestation)
  const endorsement = deriveEndorsementKey(seed, recipe.endorsement)
  const certificatesOf = () =>
    createCertificates(seed, keys, { ak: attestation.spki, ek: endorsement.spki }, recipe.createdAt)
  const certificates = certificatesOf()
  const draft = (options: TpmIssueOptions = {}): TpmDraft => {
    const {
      nonce,
      banks = [recipe.attestation === 'sm2' ? 'SM3' : 'SHA256'],
      pcrs,
      commandLine = COMMAND_LINE,
    } = options
    const eventLog = createEventLog(commandLine)
    const quotes = banks.map((bank) => createQuote(attestation, bank, replayBank(eventLog, bank), nonceOf(nonce), pcrs))
    return { keys, endorsement, attestation, certificates: certificatesOf(), quotes, eventLog, now }
  }
  return {
    recipe,
    now,
    attestation,
    endorsement,
    attestationCertificate: encodeCertificate(certificates.ak),
    endorsementCertificate: encodeCertificate(certificates.ek),
    authority: encodeCertificate(certificates.authority),
    eventLog: (commandLine = COMMAND_LINE) => createEventLog(commandLine),
    issueQuotes: (options) => draft(options).quotes.map(signQuote),
    issueEvidence: (options = {}) => encodeEvidence(draft(options), options),
    certifyKey: (kind, spki) => encodeCertificate({ ...certificates[kind], publicKey: spki }),
    activateCredential: (credential) => activateCredential(endorsement, nameOfPublic(attestation.area), credential),
    draft,
  }
}

function encodeEvidence(draft: TpmDraft, options: TpmEvidenceOptions): { [name: string]: unknown } {
  const { attestationCertificate, eventLog, ...made } = assembleDraft(draft)
  const { withCertificate = true, withEventLog = true } = options
  const isSingle = made.quotes.length === 1 && made.quotes[0]!.bank === 'SHA256'
  const parts: TpmEvidenceParts = {
    ...made,
    ...(draft.attestation.kind === 'sm2' ? { attestationPoint: made.attestationKey.slice(-64) } : {}),
    ...(withCertificate && attestationCertificate !== undefined ? { attestationCertificate } : {}),
    ...(withEventLog && eventLog !== undefined ? { eventLog } : {}),
  }
  const shape = options.shape ?? (isSingle ? 'single' : 'banked')
  return shape === 'single' ? encodeSingleEvidence(parts) : encodeBankedEvidence(parts)
}

/** At most 64 bytes, in their own length. */
function nonceOf(value: FieldValue = new Uint8Array()): Uint8Array {
  const sizeBytes = typeof value === 'string' ? value.length >> 1 : value.length
  return padField('nonce', value, 64).subarray(0, sizeBytes)
}
