import { encodeBase64 } from '@veritee/codec/bytes'
import { DerReader, readDer } from '@veritee/codec/der'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import { DistinguishedName, type GeneralName, type NameAttribute } from '@veritee/codec/x509'
import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import type { Value } from '../../../value/index.ts'
import { recordOf } from '../../documents/record.ts'
import { failure } from '../../operand.ts'
import { publicKeyAlgorithm, publicKeyValue } from '../keys/public-key.ts'
import { signatureAlgorithmNumber } from './algorithms.ts'
import { alternativeNames } from './alternative-names.ts'
import { chargeBytes, readOrFail, readPemOrBytes } from './input.ts'
import { listOrNull, nameValue, oidValue } from './name-value.ts'

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const SUBJECT_ALT_NAME = '2.5.29.17'
const LABEL = 'CERTIFICATE REQUEST'

interface Extension {
  readonly oid: string
  readonly critical: boolean
  readonly value: Uint8Array
}

/** What a request says, with the members of Go's x509.CertificateRequest. Its signature is not verified. */
export function requestValue(text: string, context: BuiltinContext): Value {
  chargeBytes(context, text.length)
  const input = readPemOrBytes(text)
  if (input instanceof Uint8Array) return readOrFail('asn1: structure error', () => parseRequest(input))
  const [block] = input
  if (block?.label !== LABEL) throw failure('invalid PEM-encoded certificate signing request')
  return readOrFail('asn1: structure error', () => parseRequest(block.der))
}

function parseRequest(der: Uint8Array): Value {
  return readDer(der, (request) => {
    const information = request.peek(0x30).bytes
    const fields = request.readSequence()
    const algorithm = request.readSequence().readOid()
    const signature = request.readBitStringBytes()
    const version = fields.readSmallInteger(0, 2)
    const subject = readName(fields)
    const spki = fields.read(0x30).bytes
    const extensions: Extension[] = []
    if (fields.peekTag() === 0xa0) readAttributes(fields.enter(0xa0), extensions)
    fields.expectEnd()
    const key = readKey(spki)
    const names = extensions.find(({ oid }) => oid === SUBJECT_ALT_NAME)
    return recordOf({
      Raw: encodeBase64(der),
      RawTBSCertificateRequest: encodeBase64(information),
      RawSubjectPublicKeyInfo: encodeBase64(spki),
      RawSubject: encodeBase64(subject.der),
      Version: version,
      Signature: encodeBase64(signature),
      SignatureAlgorithm: signatureAlgorithmNumber({ oid: algorithm, scheme: undefined }),
      PublicKeyAlgorithm: key === undefined ? 0 : publicKeyAlgorithm(key),
      PublicKey: key === undefined ? null : publicKeyValue(key),
      Subject: nameValue(subject),
      Attributes: null,
      Extensions: listOrNull(
        extensions.map(({ oid, critical, value }) =>
          recordOf({ Id: oidValue(oid), Critical: critical, Value: encodeBase64(value) }),
        ),
      ),
      ExtraExtensions: null,
      ...alternativeNames(names === undefined ? [] : readDer(names.value, readGeneralNames)),
    })
  })
}

/** Extensions asked for; attributes of other kinds are passed over. */
function readAttributes(attributes: DerReader, extensions: Extension[]): void {
  while (!attributes.atEnd) {
    const attribute = attributes.readSequence()
    if (attribute.readOid() !== EXTENSION_REQUEST) continue
    const list = attribute.readSet().readSequence()
    while (!list.atEnd) {
      const extension = list.readSequence()
      const oid = extension.readOid()
      const critical = extension.peekTag() === 1 && extension.readBoolean()
      extensions.push({ oid, critical, value: extension.readOctetString() })
    }
  }
}

function readName(fields: DerReader): DistinguishedName {
  const der = fields.peek(0x30).bytes
  const sequence = fields.readSequence()
  const relativeNames: NameAttribute[][] = []
  while (!sequence.atEnd) {
    const set = sequence.readSet()
    const attributes: NameAttribute[] = []
    while (!set.atEnd) {
      const attribute = set.readSequence()
      const oid = attribute.readOid()
      const { bytes } = attribute.peek()
      attributes.push({ oid, value: readAttributeText(bytes), der: bytes })
    }
    relativeNames.push(attributes)
  }
  return new DistinguishedName(der, relativeNames)
}

/** Tags of the string types. */
const TEXT_TAGS: ReadonlySet<number> = new Set([12, 19, 20, 22, 26, 28, 30])

function readAttributeText(bytes: Uint8Array): string | undefined {
  return TEXT_TAGS.has(bytes[0] ?? 0) ? new DerReader(bytes).readText() : undefined
}

const KINDS: Readonly<Record<number, 'email' | 'dns' | 'uri'>> = { 129: 'email', 130: 'dns', 134: 'uri' }

function readGeneralNames(list: DerReader): GeneralName[] {
  const names: GeneralName[] = []
  while (!list.atEnd) {
    const { tag, content } = list.read()
    const kind = KINDS[tag]
    if (kind !== undefined) names.push({ kind, value: String.fromCharCode(...content) })
    else if (tag === 135) names.push({ kind: 'ip', value: content })
  }
  return names
}

/** The key, or undefined for an algorithm that is not known. */
function readKey(spki: Uint8Array): PublicKey | undefined {
  try {
    return importPublicKey({ kind: 'spki', der: spki })
  } catch {
    return undefined
  }
}
