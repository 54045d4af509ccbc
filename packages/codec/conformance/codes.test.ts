/** Each code of the error table: sound input passes, and one change raises the code. */
import { describe } from 'vitest'
import { testTwins } from '../../../testkit/twins.ts'
import {
  ByteCursor,
  concatBytes,
  decodeBase64,
  decodeHex,
  decodeUtf8,
  encodeUtf8,
  u16be,
  u32le,
} from '../src/bytes/index.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../src/cbor/index.ts'
import { encodeCoseSign1, encodeProtectedHeader, parseCoseSign1, verifyCoseSign1 } from '../src/cose/index.ts'
import { DerReader, encodeInteger, encodeSequence, readDer } from '../src/der/index.ts'
import { CODEC_ERRORS } from '../src/errors.ts'
import { encodeEventLogHeader, encodeLogEvent, parseEventLog, replayEventLog } from '../src/eventlog/index.ts'
import { canonicalizeJson, findMemberText, parseJson } from '../src/json/index.ts'
import { encodePem, parsePem } from '../src/pem/index.ts'
import { importPublicKey, verifySignature } from '../src/signature/index.ts'
import { decryptSm4, encryptSm4 } from '../src/sm/index.ts'
import { parseCertificate, parseCrl } from '../src/x509/index.ts'
import {
  createKeyPair,
  encodeExtension,
  encodeRevocation,
  encodeRsaAlgorithm,
  mintCertificate,
  mintCrl,
  spkiOf,
  T0,
} from './mint.ts'

const key = createKeyPair()
const publicKey = importPublicKey({ kind: 'spki', der: spkiOf(key.publicKey) })
const certificate = mintCertificate({ key })
const list = mintCrl({ key, entries: [encodeRevocation(5, T0 + 1)] })
const log = concatBytes(
  encodeEventLogHeader(['SHA-384']),
  encodeLogEvent(1, 4, u32le(0), ['SHA-384']),
  encodeLogEvent(2, 4, u32le(0), ['SHA-384']),
)
const keyId = encodeExtension('2.5.29.14', false, Uint8Array.of(4, 2, 1, 2))
const constraints = (...value: number[]) => encodeExtension('2.5.29.19', true, Uint8Array.from(value))
const jwk = { kty: 'RSA', n: Buffer.alloc(256, 0xff).toString('base64url'), e: 'AQAB' }
const message = encodeCoseSign1(encodeProtectedHeader('ES256'), encodeUtf8('payload'), new Uint8Array(64).fill(1))
const sm4 = { mode: 'ecb', key: new Uint8Array(16) } as const
const secret = encryptSm4(sm4, encodeUtf8('a secret'))

describe('codes of this package', () => {
  testTwins(CODEC_ERRORS, {
    CODEC_BYTES_TRUNCATED: {
      change: 'a byte is missing',
      genuine: () => new ByteCursor(Uint8Array.of(1, 2, 3, 4)).u32le(),
      tampered: () => new ByteCursor(Uint8Array.of(1, 2, 3)).u32le(),
    },
    CODEC_BYTES_TRAILING: {
      change: 'a byte is left over',
      genuine: () => new ByteCursor(new Uint8Array(0)).expectEnd(),
      tampered: () => new ByteCursor(new Uint8Array(1)).expectEnd(),
    },
    CODEC_BYTES_RANGE: {
      change: 'one more than two bytes hold',
      genuine: () => u16be(0xffff),
      tampered: () => u16be(0x1_0000),
    },
    CODEC_HEX_INVALID: {
      change: 'a letter that is no digit',
      genuine: () => decodeHex('0f'),
      tampered: () => decodeHex('0g'),
    },
    CODEC_BASE64_INVALID: {
      change: 'spare bits that are set',
      genuine: () => decodeBase64('AA=='),
      tampered: () => decodeBase64('AB=='),
    },
    CODEC_UTF8_INVALID: {
      change: 'a letter cut in half',
      genuine: () => decodeUtf8(Uint8Array.of(0xc3, 0xbc)),
      tampered: () => decodeUtf8(Uint8Array.of(0xc3)),
    },
    CODEC_JSON_INVALID: {
      change: 'a comma at the end',
      genuine: () => parseJson('[1]'),
      tampered: () => parseJson('[1,]'),
    },
    CODEC_JSON_LIMIT: {
      change: 'one array deeper than is read',
      genuine: () => parseJson(`${'['.repeat(32)}${']'.repeat(32)}`),
      tampered: () => parseJson(`${'['.repeat(33)}${']'.repeat(33)}`),
    },
    CODEC_JSON_DUPLICATE_KEY: {
      change: 'the same name again, escaped',
      genuine: () => parseJson('{"a":1,"b":2}'),
      tampered: () => parseJson('{"a":1,"\\u0061":2}'),
    },
    CODEC_JSON_NUMBER: {
      change: 'one more than is exact',
      genuine: () => parseJson('9007199254740991'),
      tampered: () => parseJson('9007199254740992'),
    },
    CODEC_JSON_MEMBER_MISSING: {
      change: 'the name stands inside another value',
      genuine: () => findMemberText('{"quote":{"b":1}}', 'quote'),
      tampered: () => findMemberText('{"a":{"quote":1}}', 'quote'),
    },
    CODEC_JSON_UNREPRESENTABLE: {
      change: 'a number without a text',
      genuine: () => canonicalizeJson({ a: 1 }),
      tampered: () => canonicalizeJson({ a: Number.NaN }),
    },
    CODEC_PEM_INVALID: {
      change: 'the end names something else',
      genuine: () => parsePem(encodePem('CERTIFICATE', certificate)),
      tampered: () => parsePem(encodePem('CERTIFICATE', certificate).replace('END CERTIFICATE', 'END PUBLIC KEY')),
    },
    CODEC_PEM_LIMIT: {
      change: 'a block more than is asked for',
      genuine: () => parsePem(encodePem('A', certificate), { maxBlocks: 1 }),
      tampered: () => parsePem(encodePem('A', certificate).repeat(2), { maxBlocks: 1 }),
    },
    CODEC_DER_INVALID: {
      change: 'an integer that is not minimal',
      genuine: () => readDer(encodeSequence(Uint8Array.of(2, 2, 0, 0x80)), (inside) => inside.readUnsignedBytes()),
      tampered: () => readDer(encodeSequence(Uint8Array.of(2, 2, 0, 0x7f)), (inside) => inside.readUnsignedBytes()),
    },
    CODEC_DER_UNEXPECTED: {
      change: 'a set in the place of a sequence',
      genuine: () => new DerReader(Uint8Array.of(0x30, 0)).readSequence(),
      tampered: () => new DerReader(Uint8Array.of(0x31, 0)).readSequence(),
    },
    CODEC_DER_TRAILING: {
      change: 'a byte behind the certificate',
      genuine: () => parseCertificate(certificate),
      tampered: () => parseCertificate(concatBytes(certificate, new Uint8Array(1))),
    },
    CODEC_DER_LIMIT: {
      change: 'a sequence deeper than is read',
      genuine: () => descend(31),
      tampered: () => descend(40),
    },
    CODEC_X509_INVALID: {
      change: 'the signature is said to be of two kinds',
      genuine: () => parseCertificate(certificate),
      tampered: () =>
        parseCertificate(mintCertificate({ key, outerAlgorithm: encodeRsaAlgorithm('1.2.840.113549.1.1.11') })),
    },
    CODEC_X509_EXTENSION_DUPLICATE: {
      change: 'the same extension again',
      genuine: () => parseCertificate(mintCertificate({ key, extensions: [keyId] })),
      tampered: () => parseCertificate(mintCertificate({ key, extensions: [keyId, keyId] })),
    },
    CODEC_X509_EXTENSION_INVALID: {
      change: 'a byte behind the value',
      genuine: () => parseCertificate(mintCertificate({ key, extensions: [constraints(0x30, 0)] })),
      tampered: () => parseCertificate(mintCertificate({ key, extensions: [constraints(0x30, 0, 0)] })),
    },
    CODEC_CRL_INVALID: {
      change: 'a list of the first version',
      genuine: () => parseCrl(list),
      tampered: () => parseCrl(mintCrl({ key, version: encodeInteger(0) })),
    },
    CODEC_CRL_LIMIT: {
      change: 'an entry more than is asked for',
      genuine: () => parseCrl(list, { maxEntries: 1 }),
      tampered: () =>
        parseCrl(mintCrl({ key, entries: [encodeRevocation(5, T0), encodeRevocation(6, T0)] }), { maxEntries: 1 }),
    },
    CODEC_KEY_INVALID: {
      change: 'a point off its curve',
      genuine: () => importPublicKey({ kind: 'ec-point', curve: 'P-256', point: publicKey.point! }),
      tampered: () =>
        importPublicKey({
          kind: 'ec-point',
          curve: 'P-256',
          point: publicKey.point!.with(63, publicKey.point![63]! ^ 1),
        }),
    },
    CODEC_KEY_UNSUPPORTED: {
      change: 'a kind of key that nothing verifies with',
      genuine: () => importPublicKey({ kind: 'jwk', jwk }),
      tampered: () => importPublicKey({ kind: 'jwk', jwk: { ...jwk, kty: 'oct' } }),
    },
    CODEC_SIGNATURE_UNSUPPORTED: {
      change: 'a scheme of another kind of key',
      genuine: () => verifySignature(publicKey, { scheme: 'ecdsa', hash: 'sha256' }, secret, secret),
      tampered: () => verifySignature(publicKey, { scheme: 'rsa-pss', hash: 'sha256' }, secret, secret),
    },
    CODEC_CIPHER_INVALID: {
      change: 'half a block',
      genuine: () => decryptSm4(sm4, secret),
      tampered: () => decryptSm4(sm4, secret.subarray(0, 8)),
    },
    CODEC_EVENTLOG_INVALID: {
      change: 'a digest that the header does not name',
      genuine: () => parseEventLog(log),
      tampered: () => parseEventLog(concatBytes(log, encodeLogEvent(1, 4, u32le(0), ['SM3']))),
    },
    CODEC_EVENTLOG_LIMIT: {
      change: 'an event more than is asked for',
      genuine: () => parseEventLog(log, { maxEvents: 2 }),
      tampered: () => parseEventLog(log, { maxEvents: 1 }),
    },
    CODEC_EVENTLOG_ALGORITHM_UNKNOWN: {
      change: 'an algorithm that the log does not have',
      genuine: () => replayEventLog(parseEventLog(log), 'SHA-384'),
      tampered: () => replayEventLog(parseEventLog(log), 'SM3'),
    },
    CODEC_CBOR_INVALID: {
      change: 'the same key again',
      genuine: () => decodeCbor(decodeHex('a201020304')),
      tampered: () => decodeCbor(decodeHex('a201020104')),
    },
    CODEC_CBOR_LIMIT: {
      change: 'an item more than is asked for',
      genuine: () => decodeCbor(encodeCbor([1, 2]), { maxItems: 3 }),
      tampered: () => decodeCbor(encodeCbor([1, 2, 3]), { maxItems: 3 }),
    },
    CODEC_COSE_INVALID: {
      change: 'three parts instead of four',
      genuine: () => parseCoseSign1(message),
      tampered: () => parseCoseSign1(encodeCbor((decodeCbor(message) as readonly CborValue[]).slice(0, 3))),
    },
    CODEC_COSE_ALGORITHM: {
      change: 'an algorithm of another curve than the key',
      genuine: () => verifyCoseSign1(parseCoseSign1(message), publicKey),
      tampered: () =>
        verifyCoseSign1(
          parseCoseSign1(
            encodeCoseSign1(encodeProtectedHeader('ES384'), encodeUtf8('payload'), new Uint8Array(96).fill(1)),
          ),
          publicKey,
        ),
    },
  })
})

/** Reads sequences inside each other. */
function descend(depth: number): void {
  let der: Uint8Array = new Uint8Array(0)
  for (let level = 0; level < depth; level++) der = encodeSequence(der)
  let reader = new DerReader(der)
  for (let level = 0; level < depth; level++) reader = reader.readSequence()
}
