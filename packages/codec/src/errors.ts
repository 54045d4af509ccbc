import { CodedError, type CodedErrorOptions, type ErrorEntry, type ErrorTable } from './error/index.ts'

const SOURCE = 'Check where these bytes come from: they are damaged, cut short, or of another kind.'
const LIMIT = 'Pass higher limits if an input of this size is expected; otherwise refuse its sender.'

const malformed = (summary: string, next: string = SOURCE): ErrorEntry => ({ status: 400, summary, next })
const tooLarge = (summary: string): ErrorEntry => ({ status: 413, summary, next: LIMIT })

/** What can be wrong; stable for ever. */
export type CodecErrorCode =
  | 'CODEC_BYTES_TRUNCATED'
  | 'CODEC_BYTES_TRAILING'
  | 'CODEC_BYTES_RANGE'
  | 'CODEC_HEX_INVALID'
  | 'CODEC_BASE64_INVALID'
  | 'CODEC_UTF8_INVALID'
  | 'CODEC_JSON_INVALID'
  | 'CODEC_JSON_LIMIT'
  | 'CODEC_JSON_DUPLICATE_KEY'
  | 'CODEC_JSON_NUMBER'
  | 'CODEC_JSON_MEMBER_MISSING'
  | 'CODEC_JSON_UNREPRESENTABLE'
  | 'CODEC_PEM_INVALID'
  | 'CODEC_PEM_LIMIT'
  | 'CODEC_DER_INVALID'
  | 'CODEC_DER_UNEXPECTED'
  | 'CODEC_DER_TRAILING'
  | 'CODEC_DER_LIMIT'
  | 'CODEC_X509_INVALID'
  | 'CODEC_X509_EXTENSION_DUPLICATE'
  | 'CODEC_X509_EXTENSION_INVALID'
  | 'CODEC_CRL_INVALID'
  | 'CODEC_CRL_LIMIT'
  | 'CODEC_KEY_INVALID'
  | 'CODEC_KEY_UNSUPPORTED'
  | 'CODEC_SIGNATURE_UNSUPPORTED'
  | 'CODEC_CIPHER_INVALID'
  | 'CODEC_EVENTLOG_INVALID'
  | 'CODEC_EVENTLOG_LIMIT'
  | 'CODEC_EVENTLOG_ALGORITHM_UNKNOWN'
  | 'CODEC_CBOR_INVALID'
  | 'CODEC_CBOR_LIMIT'
  | 'CODEC_COSE_INVALID'
  | 'CODEC_COSE_ALGORITHM'

/** Every error of this package: HTTP status, what is wrong, what to do next. */
export const CODEC_ERRORS: ErrorTable<CodecErrorCode> = {
  CODEC_BYTES_TRUNCATED: malformed('The bytes end before the structure does.'),
  CODEC_BYTES_TRAILING: malformed('Bytes are left over after the end of the structure.'),
  CODEC_BYTES_RANGE: malformed(
    'The number does not fit its encoding.',
    'Pass an integer within the range of the field.',
  ),
  CODEC_HEX_INVALID: malformed('The text is not hexadecimal.', 'Pass pairs of hexadecimal digits and nothing else.'),
  CODEC_BASE64_INVALID: malformed(
    'The text is not strict base64.',
    'Pass canonical base64 in the alphabet of the field, without white space.',
  ),
  CODEC_UTF8_INVALID: malformed('The bytes are not UTF-8.'),
  CODEC_JSON_INVALID: malformed('The text is not JSON.'),
  CODEC_JSON_LIMIT: tooLarge('The JSON text exceeds a limit on size, depth or count.'),
  CODEC_JSON_DUPLICATE_KEY: malformed(
    'A JSON object names the same member twice.',
    'Send every member once: readers disagree on which of the two counts.',
  ),
  CODEC_JSON_NUMBER: malformed(
    'A JSON number has no exact value here.',
    'Send the number as a string, or read it with integers: "bigint".',
  ),
  CODEC_JSON_MEMBER_MISSING: malformed('The JSON object does not have the member.'),
  CODEC_JSON_UNREPRESENTABLE: malformed(
    'The value has no canonical JSON form.',
    'Use only null, booleans, finite numbers, well-formed strings, arrays and plain objects.',
  ),
  CODEC_PEM_INVALID: malformed('The text is not well-formed PEM.'),
  CODEC_PEM_LIMIT: tooLarge('The PEM text exceeds a limit on size or number of blocks.'),
  CODEC_DER_INVALID: malformed('The bytes are not strict DER.'),
  CODEC_DER_UNEXPECTED: malformed('Another DER element was expected here.'),
  CODEC_DER_TRAILING: malformed('Bytes are left over after the DER element.'),
  CODEC_DER_LIMIT: tooLarge('The DER structure exceeds a limit on size, depth or count.'),
  CODEC_X509_INVALID: malformed('The bytes are not an X.509 certificate as RFC 5280 describes it.'),
  CODEC_X509_EXTENSION_DUPLICATE: malformed('The same extension appears twice.'),
  CODEC_X509_EXTENSION_INVALID: malformed('The content of an extension is malformed.'),
  CODEC_CRL_INVALID: malformed('The bytes are not a version 2 certificate revocation list.'),
  CODEC_CRL_LIMIT: tooLarge('The revocation list exceeds a limit on size or number of entries.'),
  CODEC_KEY_INVALID: malformed('The public key is malformed or not a point of its curve.'),
  CODEC_KEY_UNSUPPORTED: malformed(
    'Keys of this algorithm are not supported.',
    'Use P-256, P-384, P-521, RSA of 1024 to 8192 bits, or Ed25519.',
  ),
  CODEC_SIGNATURE_UNSUPPORTED: malformed(
    'The signature algorithm is not supported or does not fit the key.',
    'Use ECDSA, RSA PKCS#1 v1.5, RSA-PSS or Ed25519 with SHA-256, SHA-384 or SHA-512.',
  ),
  CODEC_CIPHER_INVALID: malformed(
    'The key, the initial vector, the length or the padding does not fit the cipher.',
    'Pass a 16-byte key and vector, and whole blocks where the mode has no padding.',
  ),
  CODEC_EVENTLOG_INVALID: malformed('The bytes are not a TCG crypto-agile event log.'),
  CODEC_EVENTLOG_LIMIT: tooLarge('The event log exceeds a limit on size or number of events.'),
  CODEC_EVENTLOG_ALGORITHM_UNKNOWN: malformed(
    'The event log has no digests of this algorithm.',
    'Replay an algorithm that its header names.',
  ),
  CODEC_CBOR_INVALID: malformed('The bytes are not strict CBOR.'),
  CODEC_CBOR_LIMIT: tooLarge('The CBOR document exceeds a limit on size, depth or count.'),
  CODEC_COSE_INVALID: malformed('The bytes are not a COSE message with one signature.'),
  CODEC_COSE_ALGORITHM: malformed(
    'The signature algorithm of the COSE message is not supported or does not fit the key.',
    'Sign with ES256, ES384 or ES512 and a key of the curve of each.',
  ),
}

/** The only error that leaves this package. */
export class CodecError extends CodedError<CodecErrorCode> {
  constructor(code: CodecErrorCode, message?: string, options?: CodedErrorOptions) {
    super(CODEC_ERRORS, code, message, options)
  }
}
