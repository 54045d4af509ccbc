import { encodeCertificate } from '../x509/certificate.ts'
import type { TpmAuthorityKeys, TpmCertificates } from './authorities.ts'
import type { AttestationKey, EndorsementKey } from './keys.ts'
import { type QuoteTemplate, signQuote, type TpmQuoteParts } from './quote.ts'

/** Evidence before anything is signed. Every member may be changed to break precisely one thing. */
export interface TpmDraft {
  readonly keys: TpmAuthorityKeys
  readonly endorsement: EndorsementKey
  attestation: AttestationKey
  certificates: TpmCertificates
  quotes: QuoteTemplate[]
  eventLog?: Uint8Array
  /** Epoch seconds to verify at. */
  now: number
}

/** What a verifier is given. */
export interface TpmCase {
  attestationKey: Uint8Array
  attestationCertificate?: Uint8Array
  endorsementPublic: Uint8Array
  endorsementCertificate: Uint8Array
  quotes: TpmQuoteParts[]
  eventLog?: Uint8Array
  /** Evidence JSON, which then stands in for the members above. */
  evidence?: unknown
  /** DER of the authority to trust. */
  authority: Uint8Array
  now: number
}

/** Signs everything in a draft. */
export function assembleDraft({ attestation, endorsement, certificates, quotes, eventLog, now }: TpmDraft): TpmCase {
  return {
    attestationKey: attestation.spki,
    attestationCertificate: encodeCertificate(certificates.ak),
    endorsementPublic: endorsement.area,
    endorsementCertificate: encodeCertificate(certificates.ek),
    quotes: quotes.map(signQuote),
    ...(eventLog === undefined ? {} : { eventLog }),
    authority: encodeCertificate(certificates.authority),
    now,
  }
}
