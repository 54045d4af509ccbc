/** The error table of this package: malformed messages, failed handshakes, secrets that do not open. */
import { CodedError, type CodedErrorOptions, type ErrorTable } from '@veritee/codec/error'

const START_AGAIN = 'Start a new handshake: ask for a challenge, then answer it once.'
const PROTOCOL = 'Send the body as the key broker protocol 0.4.0 describes it.'

/** Every code of this package, sorted. */
export type BrokerErrorCode =
  | 'BROKER_ATTESTATION_INVALID'
  | 'BROKER_CHALLENGE_INVALID'
  | 'BROKER_EVIDENCE_REFUSED'
  | 'BROKER_HASH_UNSUPPORTED'
  | 'BROKER_INIT_DATA_INVALID'
  | 'BROKER_JWE_ALGORITHM_REFUSED'
  | 'BROKER_JWE_INVALID'
  | 'BROKER_JWE_UNOPENED'
  | 'BROKER_NONCE_MISMATCH'
  | 'BROKER_PLUGIN_UNKNOWN'
  | 'BROKER_POLICY_UNKNOWN'
  | 'BROKER_REQUEST_INVALID'
  | 'BROKER_RESOURCE_DENIED'
  | 'BROKER_RESOURCE_PATH_INVALID'
  | 'BROKER_RESOURCE_URI_INVALID'
  | 'BROKER_RESPONSE_INVALID'
  | 'BROKER_SESSION_EXPIRED'
  | 'BROKER_SESSION_INVALID'
  | 'BROKER_SESSION_MISSING'
  | 'BROKER_SESSION_REPLAYED'
  | 'BROKER_SESSION_UNATTESTED'
  | 'BROKER_SETUP_INVALID'
  | 'BROKER_TEE_KEY_INVALID'
  | 'BROKER_TEE_UNKNOWN'
  | 'BROKER_VERSION_UNSUPPORTED'

/** Status, meaning and next step of every code that {@link BrokerError} can carry. */
export const BROKER_ERRORS: ErrorTable<BrokerErrorCode> = {
  BROKER_ATTESTATION_INVALID: { status: 400, summary: 'The attestation body is malformed.', next: PROTOCOL },
  BROKER_CHALLENGE_INVALID: {
    status: 502,
    summary: 'The challenge of the key broker is malformed.',
    next: 'Check that the URL is that of a key broker service.',
  },
  BROKER_EVIDENCE_REFUSED: {
    status: 401,
    summary: 'The evidence was judged and refused.',
    next: 'Read the findings: each names what was checked, what was expected and what came.',
  },
  BROKER_HASH_UNSUPPORTED: {
    status: 400,
    summary: 'No hash algorithm fits both ends.',
    next: 'Offer sha384 in supported-hash-algorithms (sm3 for hygontpm, sha512 for se).',
  },
  BROKER_INIT_DATA_INVALID: {
    status: 400,
    summary: 'The init data is malformed.',
    next: 'Send init data as {"format":"toml","body":"<text>"} with version, algorithm and [data].',
  },
  BROKER_JWE_ALGORITHM_REFUSED: {
    status: 502,
    summary: 'The secret is wrapped with another algorithm than the key is for.',
    next: 'Have the key broker encrypt with the `alg` of the key that was attested.',
  },
  BROKER_JWE_INVALID: {
    status: 502,
    summary: 'The secret response is malformed.',
    next: 'Check that the URL is that of a key broker service of protocol 0.2.0 or later.',
  },
  BROKER_JWE_UNOPENED: {
    status: 502,
    summary: 'The secret does not open with this key: it was altered, or is meant for another key.',
    next: 'Attest again with the key at hand and ask for the secret anew.',
  },
  BROKER_NONCE_MISMATCH: {
    status: 401,
    summary: 'The attestation answers another nonce than the challenge gave.',
    next: START_AGAIN,
  },
  BROKER_PLUGIN_UNKNOWN: {
    status: 404,
    summary: 'There is no such plugin.',
    next: 'Use one of the plugins that are served; secrets are at resource/REPOSITORY/TYPE/TAG.',
  },
  BROKER_POLICY_UNKNOWN: {
    status: 400,
    summary: 'Machines may not choose this attestation policy.',
    next: 'Leave `extra-params.id` out, or have the operator add the policy to `release.policies`.',
  },
  BROKER_REQUEST_INVALID: { status: 400, summary: 'The request body is malformed.', next: PROTOCOL },
  BROKER_RESOURCE_DENIED: {
    status: 403,
    summary: 'The resource policy does not release this secret to this machine.',
    next: 'Compare the claims of the token with the resource policy; the findings name the difference.',
  },
  BROKER_RESOURCE_PATH_INVALID: {
    status: 404,
    summary: 'This is not the path of a resource.',
    next: 'Use repository/type/tag; each of letters, digits, `-`, `_` and, after the first, `.`.',
  },
  BROKER_RESOURCE_URI_INVALID: {
    status: 400,
    summary: 'This is not the URI of a resource.',
    next: 'Write kbs:///repository/type/tag with three slashes.',
  },
  BROKER_RESPONSE_INVALID: {
    status: 502,
    summary: 'The answer of the key broker is malformed.',
    next: 'Check that the URL is that of a key broker service.',
  },
  BROKER_SESSION_EXPIRED: { status: 401, summary: 'The session has expired.', next: START_AGAIN },
  BROKER_SESSION_INVALID: { status: 401, summary: 'The session cookie is not one of this service.', next: START_AGAIN },
  BROKER_SESSION_MISSING: { status: 401, summary: 'There is no session.', next: START_AGAIN },
  BROKER_SESSION_REPLAYED: { status: 401, summary: 'This challenge was already answered.', next: START_AGAIN },
  BROKER_SESSION_UNATTESTED: {
    status: 401,
    summary: 'The session has not been attested.',
    next: 'Answer the challenge with evidence before asking for a resource.',
  },
  BROKER_SETUP_INVALID: {
    status: 500,
    summary: 'The broker was set up with values that cannot be used.',
    next: 'Correct the named value in the program that creates the broker.',
  },
  BROKER_TEE_KEY_INVALID: {
    status: 400,
    summary: 'The public key of the TEE is malformed or not supported.',
    next: 'Send an EC P-256 key with alg ECDH-ES+A256KW, or an RSA key with alg RSA-OAEP-256.',
  },
  BROKER_TEE_UNKNOWN: {
    status: 400,
    summary: 'The kind of TEE is not known.',
    next: 'Use one of the TEE names of the protocol, such as tdx, sgx or snp.',
  },
  BROKER_VERSION_UNSUPPORTED: {
    status: 400,
    summary: 'The protocol version is not served here.',
    next: 'Use protocol version 0.4.0, or have the operator allow the older version by name.',
  },
}

/** Thrown by both ends of the protocol for what is malformed, stale, forged or not supported. */
export class BrokerError extends CodedError<BrokerErrorCode> {
  constructor(code: BrokerErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(BROKER_ERRORS, code, message, options)
  }
}
