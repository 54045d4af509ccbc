/** Parity rules only: reads certificates and lists that strict DER refuses. */
import { DerReader, encodeElement, encodeSequence, TAG } from '@veritee/codec/der'
import { parseCertificate, parseCrl, type X509Certificate, type X509Crl } from '@veritee/codec/x509'

const EXTENSIONS_TAG = 0xa3
const CRL_EXTENSIONS_TAG = 0xa0

/**
 * Reads a certificate after leaving out what parity rules do not look at: bytes after its end, a second extension of
 * one kind, an inner algorithm that differs from the outer, the sign of the serial number. What is signed stays the
 * bytes as they came.
 */
export function mendCertificate(der: Uint8Array): X509Certificate {
  const { tbs, algorithm, signature } = splitSigned(der)
  const mended = encodeSequence(mendFields(tbs, algorithm), algorithm, signature)
  return { ...parseCertificate(mended), der, tbs }
}

/** Reads a revocation list in the same way; an empty list of entries counts as none. */
export function mendCrl(der: Uint8Array): X509Crl {
  const { tbs, algorithm, signature } = splitSigned(der)
  const fields = new DerReader(tbs).readSequence()
  const parts: Uint8Array[] = []
  let sawAlgorithm = false
  while (!fields.atEnd) {
    const { tag, content, bytes } = fields.read()
    if (tag === TAG.sequence && !sawAlgorithm) {
      sawAlgorithm = true
      parts.push(algorithm)
    } else if (tag === CRL_EXTENSIONS_TAG) {
      parts.push(mendExtensions(bytes, tag))
    } else if (tag !== TAG.sequence || content.length > 0) {
      parts.push(bytes)
    }
  }
  return { ...parseCrl(encodeSequence(encodeSequence(...parts), algorithm, signature)), der, tbs }
}

/** The three parts of something signed, without what follows it. */
function splitSigned(der: Uint8Array): { tbs: Uint8Array; algorithm: Uint8Array; signature: Uint8Array } {
  const outer = new DerReader(der).readSequence()
  return {
    tbs: outer.read(TAG.sequence).bytes,
    algorithm: outer.read(TAG.sequence).bytes,
    signature: outer.read(TAG.bitString).bytes,
  }
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
      parts.push(tag === EXTENSIONS_TAG ? mendExtensions(bytes, tag) : bytes)
    }
  }
  return encodeSequence(...parts)
}

function mendExtensions(bytes: Uint8Array, tag: number): Uint8Array {
  const list = new DerReader(bytes).enter(tag).readSequence()
  const kept = new Map<string, Uint8Array>()
  while (!list.atEnd) {
    const extension = list.read(TAG.sequence)
    const oid = new DerReader(extension.content).readOid()
    if (!kept.has(oid)) kept.set(oid, extension.bytes)
  }
  return encodeElement(tag, encodeSequence(...kept.values()))
}
