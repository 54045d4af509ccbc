import { encodeHex } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import type { DcapTee } from '@veritee/evidence/dcap/quote'
import { type CertificateTemplate, encodeCertificate } from '../x509/certificate.ts'
import { type CrlTemplate, encodeCrl } from '../x509/crl.ts'
import type { WorldCertificates, WorldKeys } from './authorities.ts'
import type { PckValues } from './documents/pck-extension.ts'
import type { QeIdentityJson } from './documents/qe-identity.ts'
import { type DocumentTemplate, signDocument } from './documents/signed-document.ts'
import type { TcbInfoJson } from './documents/tcb-info.ts'
import { encodeChainData, encodeQuote, type QuoteTemplate } from './quote/quote.ts'
import type { CollateralBundle } from './types.ts'

/** A quote and its collateral before anything is signed. Every member may be changed to break precisely one thing. */
export interface DcapDraft {
  readonly tee: DcapTee
  readonly keys: WorldKeys
  /** Epoch seconds to verify at. */
  now: number
  /** What the PCK certificate's extension was made from. */
  readonly pck: PckValues
  certificates: WorldCertificates
  rootCrl: CrlTemplate
  pckCrl: CrlTemplate
  tcbInfo: DocumentTemplate<TcbInfoJson>
  qeIdentity: DocumentTemplate<QeIdentityJson>
  /** Without `certification`, the PCK chain goes in. */
  quote: Omit<QuoteTemplate, 'certification'> & { certification?: QuoteTemplate['certification'] }
}

/** What a verifier is given: a quote, a bundle, a root and a time. */
export interface DcapCase {
  quote: Uint8Array
  collateral: CollateralBundle
  /** DER of the root certificate. */
  root: Uint8Array
  /** Epoch seconds. */
  now: number
}

/** Signs everything in a draft. */
export function assembleDraft(draft: DcapDraft): DcapCase {
  const root = encodeCertificate(draft.certificates.root)
  const pckChain = encodeChain(draft.certificates.pck, draft.certificates.intermediate, draft.certificates.root)
  const signingChain = encodeChain(draft.certificates.tcbSigner, draft.certificates.root)
  const tcbInfo = signDocument(draft.tcbInfo)
  const qeIdentity = signDocument(draft.qeIdentity)
  const certification = draft.quote.certification ?? { type: 5, bytes: encodeChainData(pckChain) }
  return {
    quote: encodeQuote({ ...draft.quote, certification }),
    collateral: {
      pck_crl_issuer_chain: encodeChain(draft.certificates.intermediate, draft.certificates.root),
      root_ca_crl: encodeHex(encodeCrl(draft.rootCrl)),
      pck_crl: encodeHex(encodeCrl(draft.pckCrl)),
      tcb_info_issuer_chain: signingChain,
      tcb_info: tcbInfo.text,
      tcb_info_signature: tcbInfo.signature,
      qe_identity_issuer_chain: signingChain,
      qe_identity: qeIdentity.text,
      qe_identity_signature: qeIdentity.signature,
    },
    root,
    now: draft.now,
  }
}

/** Certificates as PEM, in the order given. */
export function encodeChain(...certificates: readonly CertificateTemplate[]): string {
  return certificates.map((certificate) => encodePem('CERTIFICATE', encodeCertificate(certificate))).join('')
}
