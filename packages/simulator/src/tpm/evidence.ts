/** Evidence JSON in both shapes that attestation agents send. */
import { encodeBase64, encodeHex } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import type { TpmQuoteParts } from './quote.ts'

type Json = { [name: string]: unknown }

/** What goes into the evidence of one machine. */
export interface TpmEvidenceParts {
  /** SubjectPublicKeyInfo of the attestation key. */
  readonly attestationKey: Uint8Array
  /** Public point of an SM2 attestation key, for the shape that names coordinates. */
  readonly attestationPoint?: Uint8Array
  /** DER. */
  readonly attestationCertificate?: Uint8Array
  /** TPMT_PUBLIC. */
  readonly endorsementPublic?: Uint8Array
  /** DER. */
  readonly endorsementCertificate?: Uint8Array
  readonly quotes: readonly TpmQuoteParts[]
  readonly eventLog?: Uint8Array
}

/** One SHA-256 quote, the key as SPKI, the signature whole: the first quote of the parts. */
export function encodeSingleEvidence(parts: TpmEvidenceParts): Json {
  const [quote] = parts.quotes as readonly [TpmQuoteParts]
  return {
    ak_public: encodeBase64(parts.attestationKey),
    tpm_quote: {
      signature: encodeBase64(quote.signature),
      message: encodeBase64(quote.attest),
      pcrs: quote.pcrs.map(encodeHex),
    },
    ...extrasOf(parts),
  }
}

/** A quote a bank, the key as PEM, the signature bare; an SM2 key as coordinates and its signature whole. */
export function encodeBankedEvidence(parts: TpmEvidenceParts): Json {
  const { attestationKey, attestationPoint: point, endorsementPublic, endorsementCertificate } = parts
  const quotes = parts.quotes.map(({ bank, attest, signature, pcrs }) => [
    bank,
    {
      attest_body: encodeBase64(attest),
      attest_sig: encodeBase64(bank === 'SM3' ? signature : signature.subarray(6)),
      pcrs: pcrs.map(encodeHex),
    },
  ])
  return {
    ak_pubkey:
      point === undefined
        ? encodePem('PUBLIC KEY', attestationKey)
        : { x: encodeHex(point.subarray(0, 32)), y: encodeHex(point.subarray(32)) },
    ...(endorsementPublic === undefined ? {} : { ek_pubkey: encodeBase64(endorsementPublic) }),
    ...(endorsementCertificate === undefined ? {} : { ek_cert: encodePem('CERTIFICATE', endorsementCertificate) }),
    quote: Object.fromEntries(quotes),
    ...extrasOf(parts),
  }
}

function extrasOf({ attestationCertificate, eventLog }: TpmEvidenceParts): Json {
  return {
    ...(attestationCertificate === undefined ? {} : { ak_cert: encodePem('CERTIFICATE', attestationCertificate) }),
    ...(eventLog === undefined ? {} : { eventlog: encodeBase64(eventLog) }),
  }
}
