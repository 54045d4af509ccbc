import {
  encodeBitString,
  encodeExplicit,
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeTime,
} from '@veritee/codec/der'
import { encodeDerSignature, type SimulatedKey } from '../crypto/key.ts'
import { ECDSA_SHA256_OID } from './certificate.ts'
import { type ExtensionTemplate, encodeExtensions } from './extensions.ts'
import { encodeName, type NameTemplate } from './name.ts'

/** A revocation list before it is signed, and who signs it. */
export interface CrlTemplate {
  issuer: NameTemplate
  /** Epoch seconds. */
  thisUpdate: number
  nextUpdate: number
  /** Serial numbers on the list, each revoked at `thisUpdate`. */
  revoked: readonly Uint8Array[]
  extensions: readonly ExtensionTemplate[]
  signer: SimulatedKey
}

/** The signed list, DER (RFC 5280 §5.1). */
export function encodeCrl(template: CrlTemplate): Uint8Array {
  const algorithm = encodeSequence(encodeOid(ECDSA_SHA256_OID))
  const revokedAt = encodeTime(template.thisUpdate)
  const entries = template.revoked.map((serial) => encodeSequence(encodeInteger(serial), revokedAt))
  const tbs = encodeSequence(
    encodeInteger(1),
    algorithm,
    encodeName(template.issuer),
    encodeTime(template.thisUpdate),
    encodeTime(template.nextUpdate),
    ...(entries.length === 0 ? [] : [encodeSequence(...entries)]),
    encodeExplicit(0, encodeExtensions(template.extensions)),
  )
  return encodeSequence(tbs, algorithm, encodeBitString(encodeDerSignature(template.signer.sign(tbs))))
}
