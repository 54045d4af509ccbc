import { encodeBitString, encodeExplicit, encodeInteger, encodeSequence, encodeTime } from '@veritee/codec/der'
import type { CertificateSigner } from '../crypto/key.ts'
import { type ExtensionTemplate, encodeExtensions } from './extensions.ts'
import { encodeName, type NameTemplate } from './name.ts'

/** A revocation list before it is signed, and who signs it. */
export interface CrlTemplate {
  issuer: NameTemplate
  /** Epoch seconds. */
  thisUpdate: number
  /** Left out, the list has none. */
  nextUpdate?: number
  /** Serial numbers on the list, each revoked at `thisUpdate`. */
  revoked: readonly Uint8Array[]
  extensions: readonly ExtensionTemplate[]
  signer: CertificateSigner
}

/** The signed list, DER (RFC 5280 §5.1). */
export function encodeCrl(template: CrlTemplate): Uint8Array {
  const algorithm = template.signer.signatureAlgorithm
  const revokedAt = encodeTime(template.thisUpdate)
  const entries = template.revoked.map((serial) => encodeSequence(encodeInteger(serial), revokedAt))
  const tbs = encodeSequence(
    encodeInteger(1),
    algorithm,
    encodeName(template.issuer),
    encodeTime(template.thisUpdate),
    ...(template.nextUpdate === undefined ? [] : [encodeTime(template.nextUpdate)]),
    ...(entries.length === 0 ? [] : [encodeSequence(...entries)]),
    encodeExplicit(0, encodeExtensions(template.extensions)),
  )
  return encodeSequence(tbs, algorithm, encodeBitString(template.signer.signTbs(tbs)))
}
