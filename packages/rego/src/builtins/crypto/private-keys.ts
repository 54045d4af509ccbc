import { encodeBase64 } from '@veritee/codec/bytes'
import { type PemBlock, parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { type BuiltinContext, BuiltinError } from '../../evaluate/builtin.ts'
import type { Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { recordOf } from '../documents/record.ts'
import { decodeBase64, textOf } from '../encoding/bytes.ts'
import { failure, type Operands, readString } from '../operand.ts'
import { jwkOfPrivateKey, privateKeyValue } from './keys/key-text.ts'
import { type PrivateKey, parsePkcs1, parsePkcs8, parseSec1 } from './keys/private-key.ts'
import { belongTogether } from './keys/public-key.ts'
import { certificateValue } from './x509/certificate-value.ts'
import { chargeBytes, readOrFail } from './x509/input.ts'

/** Curve points and long numbers are worked out as keys are read. */
const KEY_STEPS = 20_000

function parseKey({ label, der }: PemBlock, context: BuiltinContext): PrivateKey | undefined {
  if (!label.endsWith('PRIVATE KEY')) return undefined
  context.step(KEY_STEPS)
  switch (label) {
    case 'RSA PRIVATE KEY':
      return readOrFail('x509: failed to parse private key', () => parsePkcs1(der))
    case 'EC PRIVATE KEY':
      return readOrFail('x509: failed to parse EC private key', () => parseSec1(der))
    case 'PRIVATE KEY':
      return readOrFail('x509: failed to parse private key', () => parsePkcs8(der))
    default:
      return undefined
  }
}

/** Private keys among the blocks of a PEM text; a text without blocks has none. */
function readKeys(text: string, context: BuiltinContext): PrivateKey[] {
  chargeBytes(context, text.length)
  const blocks = text.includes('-----BEGIN') ? readOrFail('invalid PEM', () => parsePem(text)) : []
  return blocks.flatMap((block) => parseKey(block, context) ?? [])
}

/** The text itself, or what it is base64 of. */
function decodeIfBase64(text: string): string {
  try {
    return textOf(decodeBase64(text))
  } catch (error) {
    if (error instanceof BuiltinError) return text
    throw error
  }
}

function parseFirstKey(operands: Operands, context: BuiltinContext): Value {
  const text = readString(operands, 1)
  if (text === '') throw failure('input PEM data was empty')
  const [key] = readKeys(text.startsWith('-----BEGIN') ? text : textOf(decodeBase64(text)), context)
  return key === undefined ? null : jwkOfPrivateKey(key)
}

function parseAllKeys(operands: Operands, context: BuiltinContext): Value {
  const text = readString(operands, 1)
  return text === '' ? null : readKeys(decodeIfBase64(text), context).map(privateKeyValue)
}

/** Blocks of a PEM text, of base64 of one, or of base64 of the bytes of one block. */
function readBlocks(text: string, label: string): readonly PemBlock[] {
  if (text.startsWith('-----BEGIN ')) return readOrFail('invalid PEM', () => parsePem(text))
  const bytes = decodeBase64(text)
  const inner = textOf(bytes)
  if (!inner.startsWith('-----BEGIN ')) return [{ label, der: bytes }]
  return readOrFail('invalid PEM', () => parsePem(inner))
}

function parseKeyPair(operands: Operands, context: BuiltinContext): Value {
  const certificateText = readString(operands, 1)
  const keyText = readString(operands, 2)
  chargeBytes(context, certificateText.length + keyText.length)
  const blocks = readBlocks(certificateText, 'CERTIFICATE').filter(({ label }) => label === 'CERTIFICATE')
  const [first] = blocks
  if (first === undefined) throw failure('tls: failed to find any PEM data in certificate input')
  const keys = readBlocks(keyText, 'PRIVATE KEY').flatMap((block) => parseKey(block, context) ?? [])
  const [key] = keys
  if (key === undefined) throw failure('tls: failed to find any PEM data in key input')
  const leaf = readOrFail('x509: malformed certificate', () => parseCertificate(first.der))
  if (!belongTogether(key, leaf.publicKey)) throw failure('tls: private key does not match public key')
  return recordOf({
    Certificate: blocks.map(({ der }) => encodeBase64(der)),
    PrivateKey: privateKeyValue(key),
    SupportedSignatureAlgorithms: null,
    OCSPStaple: null,
    SignedCertificateTimestamps: null,
    Leaf: certificateValue(leaf),
  })
}

/** Private keys that policies hold. */
export const PRIVATE_KEY_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('crypto.x509.parse_rsa_private_key', 'string -> any', parseFirstKey),
  defineBuiltin('crypto.parse_private_keys', 'string -> any', parseAllKeys),
  defineBuiltin('crypto.x509.parse_keypair', 'string, string -> object<string: any>', parseKeyPair),
]
