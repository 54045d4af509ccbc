import {
  encodeBitString,
  encodeExplicit,
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeTime,
} from '@veritee/codec/der'
import type { CertificateSigner } from '../crypto/key.ts'
import { type ExtensionTemplate, encodeExtensions } from './extensions.ts'
import { encodeName, type NameTemplate } from './name.ts'

/** A certificate before it is signed, and who signs it. Every member may be changed to break precisely one thing. */
export interface CertificateTemplate {
  serial: Uint8Array
  issuer: NameTemplate
  subject: NameTemplate
  /** Epoch seconds. */
  notBefore: number
  notAfter: number
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Uint8Array
  extensions: readonly ExtensionTemplate[]
  signer: CertificateSigner
  /** Default the signer's; another one is only written, the signature stays. */
  signatureOid?: string
}

/** The signed certificate, DER (RFC 5280 §4.1). */
export function encodeCertificate(template: CertificateTemplate): Uint8Array {
  const { signer, signatureOid } = template
  const algorithm = signatureOid === undefined ? signer.signatureAlgorithm : encodeSequence(encodeOid(signatureOid))
  const tbs = encodeSequence(
    encodeExplicit(0, encodeInteger(2)),
    encodeInteger(template.serial),
    algorithm,
    encodeName(template.issuer),
    encodeSequence(encodeTime(template.notBefore), encodeTime(template.notAfter)),
    encodeName(template.subject),
    template.publicKey,
    encodeExplicit(3, encodeExtensions(template.extensions)),
  )
  return encodeSequence(tbs, algorithm, encodeBitString(signer.signTbs(tbs)))
}
