/** Parity rules only: reads certificates that Intel's library takes and strict DER refuses. */
import { DerReader, encodeElement, encodeSequence, TAG } from '@veritee/codec/der'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'

const EXTENSIONS_TAG = 0xa3

/**
 * Reads a certificate after leaving out what Intel's library never looks at: bytes after its end, a second extension of
 * one kind, an inner algorithm that differs from the outer, the sign of the serial number. What is signed stays the
 * bytes as they came.
 */
export function mendCertificate(der: Uint8Array): X509Certificate {
  const { bytes } = new DerReader(der).read(TAG.sequence)
  const outer = new DerReader(bytes).readSequence()
  const { bytes: tbs } = outer.read(TAG.sequence)
  const { bytes: algorithm } = outer.read(TAG.sequence)
  const { bytes: signature } = outer.read()
  const mended = encodeSequence(mendFields(tbs, algorithm), algorithm, signature)
  return { ...parseCertificate(mended), der, tbs }
}

function mendFields(tbs: Uint8Array, algorithm: Uint8Array): Uint8Array {
  const fields = new DerReader(tbs).readSequence()
  const parts: Uint8Array[] = []
  let sawSerial = false
  let sawAlgorithm = false
  while (!fields.atEnd) {
    const { tag, content, bytes } = fields.read()
    if (tag === TAG.integer && !sawSerial) {
      sawSerial = true
      parts.push(content[0]! >= 0x80 ? encodeElement(TAG.integer, Uint8Array.of(0, ...content)) : bytes)
    } else if (tag === TAG.sequence && !sawAlgorithm) {
      sawAlgorithm = true
      parts.push(algorithm)
    } else {
      parts.push(tag === EXTENSIONS_TAG ? mendExtensions(bytes) : bytes)
    }
  }
  return encodeSequence(...parts)
}

function mendExtensions(bytes: Uint8Array): Uint8Array {
  const list = new DerReader(bytes).enter(EXTENSIONS_TAG).readSequence()
  const kept = new Map<string, Uint8Array>()
  while (!list.atEnd) {
    const extension = list.read(TAG.sequence)
    const oid = new DerReader(extension.content).readOid()
    if (!kept.has(oid)) kept.set(oid, extension.bytes)
  }
  return encodeElement(EXTENSIONS_TAG, encodeSequence(...kept.values()))
}
