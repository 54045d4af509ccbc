import { encodePem } from '@veritee/codec/pem'
import type { SnpRoot } from '@veritee/evidence/snp'
import type { SimulatedKey } from '../crypto/key.ts'
import { encodeCertificate } from '../x509/certificate.ts'
import { type CrlTemplate, encodeCrl } from '../x509/crl.ts'
import type { SnpCertificates, SnpKeys } from './authorities.ts'
import { signReport } from './report.ts'

/** A report and its collateral before anything is signed. Every member may be changed to break precisely one thing. */
export interface SnpDraft {
  readonly keys: SnpKeys
  certificates: SnpCertificates
  crl: CrlTemplate
  /** The signed part of the report, 672 bytes. */
  body: Uint8Array
  signer: SimulatedKey
  /** Epoch seconds to verify at. */
  now: number
  root: SnpRoot
}

/** What a verifier is given. */
export interface SnpCase {
  /** The raw report. */
  report: Uint8Array
  /** Evidence JSON, which then stands in for the raw report. */
  evidence?: unknown
  /** Certificates and lists, one file each: DER or PEM. */
  collateral: Uint8Array[]
  /** Epoch seconds. */
  now: number
  root: SnpRoot
}

/** Signs everything in a draft. The files are leaf, chain, revocation list. */
export function assembleDraft({ certificates, crl, body, signer, now, root }: SnpDraft): SnpCase {
  const chain = [certificates.intermediate, certificates.ark].map((certificate) => encodeCertificate(certificate))
  return {
    report: signReport(body, signer),
    collateral: [encodeCertificate(certificates.vek), new TextEncoder().encode(encodeChain(chain)), encodeCrl(crl)],
    now,
    root,
  }
}

/** Certificates as PEM, in the order given. */
export function encodeChain(certificates: readonly Uint8Array[]): string {
  return certificates.map((der) => encodePem('CERTIFICATE', der)).join('')
}
