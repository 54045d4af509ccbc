import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import type { SimulatedKey } from '../../crypto/key.ts'

/** A JSON document before it is signed, and who signs it. */
export interface DocumentTemplate<T extends object> {
  value: T
  signer: SimulatedKey
  /** Written in place of `value`, to break what a value cannot express. */
  text?: string
}

/** The exact text that is signed, and the signature in hexadecimal. */
export interface SignedDocument {
  readonly text: string
  readonly signature: string
}

/** Signs the minified text of a document. */
export function signDocument<T extends object>(template: DocumentTemplate<T>): SignedDocument {
  const text = template.text ?? JSON.stringify(template.value)
  return { text, signature: encodeHex(template.signer.sign(encodeUtf8(text))) }
}
