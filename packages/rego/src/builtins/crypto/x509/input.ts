import { CodecError } from '@veritee/codec'
import { DerReader } from '@veritee/codec/der'
import { type PemBlock, parsePem } from '@veritee/codec/pem'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import { decodeBase64, textOf } from '../../encoding/bytes.ts'
import { failure } from '../../operand.ts'

const BEGIN = '-----BEGIN'

/** Runs a reader of untrusted bytes; what it refuses fails under the wording that policies know. */
export function readOrFail<T>(wording: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof CodecError) throw failure(`${wording}: ${error.message}`)
    throw error
  }
}

/** Charges reading bytes of that size. */
export function chargeBytes(context: BuiltinContext, size: number): void {
  context.step(16 + (size >>> 2))
  context.memory(1024 + 8 * size)
}

/** The blocks of a PEM text, or the bytes of a base64 text; base64 of a PEM text gives its blocks. */
export function readPemOrBytes(text: string): readonly PemBlock[] | Uint8Array {
  if (text.startsWith(BEGIN)) return readOrFail('invalid PEM', () => parsePem(text))
  const bytes = decodeBase64(text)
  const inner = textOf(bytes)
  return inner.startsWith(BEGIN) ? readOrFail('invalid PEM', () => parsePem(inner)) : bytes
}

/** Certificates of a PEM text, of base64 of one, or of base64 of DER; several stand one behind the other. */
export function readCertificates(text: string): X509Certificate[] {
  const input = readPemOrBytes(text)
  if (input instanceof Uint8Array) return splitCertificates(input)
  return input.flatMap(({ label, der }) => {
    if (label !== 'CERTIFICATE') throw failure(`PEM block type is '${label}', expected CERTIFICATE`)
    return splitCertificates(der)
  })
}

function splitCertificates(bytes: Uint8Array): X509Certificate[] {
  return readOrFail('x509: malformed certificate', () => {
    const reader = new DerReader(bytes)
    const certificates: X509Certificate[] = []
    while (!reader.atEnd) certificates.push(parseCertificate(reader.read(0x30).bytes))
    return certificates
  })
}
