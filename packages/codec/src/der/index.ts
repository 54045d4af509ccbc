/** Strict DER: a bounded reader and the encoders. */
export {
  encodeBitString,
  encodeBoolean,
  encodeElement,
  encodeEnumerated,
  encodeExplicit,
  encodeGeneralizedTime,
  encodeIa5String,
  encodeImplicit,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodePrintableString,
  encodeSequence,
  encodeSet,
  encodeTime,
  encodeUtcTime,
  encodeUtf8String,
} from './encode.ts'
export { type DerElement, type DerLimits, DerReader, readDer } from './reader.ts'
export { contextTag, TAG } from './tags.ts'
export type { Oid } from './values.ts'
