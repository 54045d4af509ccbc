import { CodedError, type CodedErrorOptions, type ErrorTable } from '@veritee/codec/error'

const ROWS = {
  SERVICE_CONFIG_INVALID: {
    status: 500,
    summary: 'The configuration is not valid.',
    next: 'Correct the named key; docs/en/configuration.md lists every key.',
  },
  SERVICE_CONFIG_KEY_UNKNOWN: {
    status: 500,
    summary: 'The configuration names a key that does not exist.',
    next: 'Correct the spelling or remove the key.',
  },
  SERVICE_CONFIG_UNREADABLE: {
    status: 500,
    summary: 'The configuration file cannot be read.',
    next: 'Check the path, its permissions, and that it is TOML or JSON.',
  },
  SERVICE_LISTEN_PLAIN: {
    status: 500,
    summary: 'Listening beyond loopback without TLS is refused.',
    next: 'Set tls.cert and tls.key, listen on 127.0.0.1, or set allowPlainHttp = true when a proxy terminates TLS.',
  },
  SERVICE_LISTEN_FAILED: {
    status: 500,
    summary: 'The listening socket could not be opened.',
    next: 'Choose a free address with `listen`, or stop the program that holds it.',
  },
  SERVICE_TLS_INVALID: {
    status: 500,
    summary: 'The TLS certificate and key cannot be used.',
    next: 'Give a PEM certificate chain and its own private key in tls.cert and tls.key.',
  },
  SERVICE_FILE_UNREADABLE: {
    status: 500,
    summary: 'A file that the configuration names cannot be read.',
    next: 'Check the path and its permissions.',
  },
  SERVICE_FILE_INVALID: {
    status: 500,
    summary: 'A file that the configuration names does not hold what it should.',
    next: 'Correct or replace the named file.',
  },
  SERVICE_KEY_PERMISSIONS: {
    status: 500,
    summary: 'A private file can be read or replaced by other users.',
    next: 'Run the named chmod command, then replace the key if others may have read it.',
  },
  SERVICE_KEY_INVALID: {
    status: 500,
    summary: 'A key file does not hold the kind of key it should.',
    next: 'Restore the file from a backup, or move it away to let a new key be made.',
  },
  SERVICE_STORE_UNAVAILABLE: {
    status: 503,
    summary: 'The store did not answer.',
    next: 'Check the disk and the permissions of the store, then try again.',
  },
  SERVICE_STORE_BUSY: {
    status: 503,
    summary: 'The store is held by another writer.',
    next: 'Try again in a moment.',
  },
  SERVICE_STORE_SCHEMA_NEWER: {
    status: 500,
    summary: 'The store was written by a newer version.',
    next: 'Start the version that wrote it, or a newer one.',
  },
  SERVICE_STORE_KEY_INVALID: {
    status: 500,
    summary: 'A store key is empty, too long, or holds a control character.',
    next: 'Report this: store keys are made by the service itself.',
  },
  SERVICE_SECRET_NOT_FOUND: {
    status: 404,
    summary: 'There is no secret at this path.',
    next: 'Check the path, or have an administrator store the secret.',
  },
  SERVICE_SECRET_UNREADABLE: {
    status: 500,
    summary: 'The stored secret cannot be decrypted.',
    next: 'Restore the storage key that the record names, or store the secret again.',
  },
  SERVICE_SECRET_EMPTY: {
    status: 400,
    summary: 'A secret of no bytes is refused.',
    next: 'Send the bytes of the secret as the request body.',
  },
  SERVICE_SECRET_CONFLICT: {
    status: 409,
    summary: 'The secret was changed by someone else at the same moment.',
    next: 'Read the list of secrets and try again.',
  },
  SERVICE_STORAGE_KEY_SYMMETRIC: {
    status: 404,
    summary: 'Secrets are wrapped with symmetric keys here, so there is no public key to give.',
    next: 'Send secrets as they are over TLS; the service encrypts them before it stores them.',
  },
  SERVICE_ADMIN_TOKEN_MISSING: {
    status: 401,
    summary: 'This needs an administrator.',
    next: 'Send `Authorization: Bearer <JWT>` signed with the admin key.',
  },
  SERVICE_ADMIN_TOKEN_INVALID: {
    status: 401,
    summary: 'The administrator token is not valid.',
    next: 'Sign a fresh JWT (alg EdDSA, exp at most one hour ahead, or `adminTokenSeconds`) with the admin key of this service.',
  },
  SERVICE_ADMIN_TOKEN_EXPIRED: {
    status: 401,
    summary: 'The administrator token has expired.',
    next: 'Sign a fresh JWT with the admin key of this service.',
  },
  SERVICE_STORE_OWNER_OTHER: {
    status: 500,
    summary: 'The store belongs to a service with other keys.',
    next: 'Give every replica the same key directory (`keys`), or name the store that belongs to these keys.',
  },
  SERVICE_ACCESS_DENIED: {
    status: 403,
    summary: 'This role may not do that.',
    next: 'Use a key whose role has the named permission, or ask an administrator.',
  },
  SERVICE_ACCESS_SCOPE: {
    status: 403,
    summary: 'This key may not do that here.',
    next: 'Use a key whose scopes cover the named path, or ask an administrator.',
  },
  SERVICE_ACCESS_KEY_UNKNOWN: {
    status: 404,
    summary: 'There is no such key.',
    next: 'List the keys at /api/v1/access/keys.',
  },
  SERVICE_ACCESS_KEY_EXISTS: {
    status: 409,
    summary: 'This key is registered already.',
    next: 'Remove it first to give it another role.',
  },
  SERVICE_REQUEST_INVALID: {
    status: 400,
    summary: 'The request is not what this route takes.',
    next: 'Correct the named member; see /openapi.json.',
  },
  SERVICE_CURSOR_INVALID: {
    status: 400,
    summary: 'The cursor was not given out by this list.',
    next: 'Ask again without a cursor.',
  },
  SERVICE_CURSOR_FILTER_MISMATCH: {
    status: 400,
    summary: 'The cursor belongs to the same list with other filters.',
    next: 'Ask again without a cursor: the list begins at its top.',
  },
  SERVICE_ATTESTATION_UNKNOWN: {
    status: 404,
    summary: 'There is no record of this attestation.',
    next: 'List them at /api/v1/attestations; old ones are removed after their retention.',
  },
  SERVICE_MACHINE_UNKNOWN: {
    status: 404,
    summary: 'There is no record of this machine.',
    next: 'List them at /api/v1/machines; one is there once its evidence was found genuine.',
  },
  SERVICE_ATTESTATION_INPUT_GONE: {
    status: 410,
    summary: 'The policy input of this attestation is not kept any more.',
    next: 'Raise retention.inputDays or retention.inputBytes to keep inputs longer.',
  },
  SERVICE_AUDIT_BROKEN: {
    status: 500,
    summary: 'The audit log does not fit together.',
    next: 'Compare with an export or a signed head that was kept elsewhere, and restore a backup.',
  },
  SERVICE_EVIDENCE_ENCODING: {
    status: 400,
    summary: 'The evidence is not base64url.',
    next: 'Send the evidence JSON in base64url without padding.',
  },
  SERVICE_EVIDENCE_JSON: {
    status: 400,
    summary: 'The evidence is no JSON.',
    next: 'Send the JSON that the attester made, unchanged, in base64url without padding.',
  },
  SERVICE_EVIDENCE_UNBOUND: {
    status: 422,
    summary:
      'Pieces of evidence of one request are bound to different keys, so nothing says that they are of one machine.',
    next: 'Give every piece structured runtime data with the tee-pubkey of the first.',
  },
  SERVICE_CHALLENGE_REQUIRED: {
    status: 401,
    summary: 'This service takes only evidence that answers a challenge of its own.',
    next: 'Ask for a challenge, and put its token into the structured runtime data as challenge_token.',
  },
  SERVICE_CHALLENGE_INVALID: {
    status: 401,
    summary: 'The challenge token is not of this service, has expired, was used before, or is of another nonce.',
    next: 'Ask for a new challenge and collect evidence for it.',
  },
  SERVICE_AUDIT_HEAD_INVALID: {
    status: 400,
    summary: 'This is no head of an audit log that the named key signed.',
    next: 'Take the head as `veritee audit head --json` wrote it, and the public key that its service had then.',
  },
  SERVICE_POLICY_UNKNOWN: {
    status: 404,
    summary: 'There is no such policy.',
    next: 'List the policies at /api/v1/policies, or put one under this id.',
  },
  SERVICE_POLICY_VERSION_UNKNOWN: {
    status: 404,
    summary: 'The policy has no such version.',
    next: 'List its versions at /api/v1/policies/ID/versions.',
  },
  SERVICE_POLICY_CONFLICT: {
    status: 409,
    summary: 'The id belongs to a policy of the other kind.',
    next: 'Choose another id.',
  },
  SERVICE_POLICY_OUTDATED: {
    status: 412,
    summary: 'The policy was changed since the version that this text was written against.',
    next: 'Read the newest version, compare, and send the text again with its number in If-Match.',
  },
  SERVICE_POLICY_KEPT: {
    status: 409,
    summary: 'The default policy, and a policy that is a file, are not deleted here.',
    next: 'Put another text in its place; remove the file of a policy by hand.',
  },
  SERVICE_POLICY_FILE: {
    status: 503,
    summary: 'The file of a policy cannot be read or written, so nothing is accepted under it.',
    next: 'Check the file and its permissions.',
  },
  SERVICE_RATE_LIMITED: {
    status: 429,
    summary: 'This client sends requests faster than it may.',
    next: 'Wait for the seconds in Retry-After, or have the operator raise limits.perClient.',
  },
  SERVICE_EVENTS_FULL: {
    status: 503,
    summary: 'So many others follow the events that there is no place left.',
    next: 'Try again later, or follow the events at another replica.',
  },
  SERVICE_INSTANCE_INVALID: {
    status: 400,
    summary: 'The header AAInstanceInfo does not name an instance.',
    next: 'Send a JSON object of short texts with instance_id in it.',
  },
  SERVICE_INSTANCES_FULL: {
    status: 503,
    summary: 'So many instances run that there is no room for one more.',
    next: 'Try again when instances that stopped are forgotten, or have the operator look at who sends heartbeats.',
  },
  SERVICE_CREDENTIAL_ABSENT: {
    status: 404,
    summary: 'There is no credential file, or it cannot be read.',
    next: 'Have the operator name a file with gateway.credential.',
  },
  SERVICE_BACKUP_EXISTS: {
    status: 409,
    summary: 'The file or the data directory that would be written exists already.',
    next: 'Choose another path, or move away what is there.',
  },
  SERVICE_BACKUP_INTERRUPTED: {
    status: 503,
    summary: 'The work on the backup was broken off.',
    next: 'Begin again: nothing was left behind.',
  },
  SERVICE_BACKUP_INVALID: {
    status: 400,
    summary: 'The file is no backup, was cut short, or was changed.',
    next: 'Take another copy of the backup.',
  },
  SERVICE_BACKUP_PASSPHRASE: {
    status: 400,
    summary: 'The passphrase does not open this backup, or is too short.',
    next: 'Give the passphrase that the backup was made with; a new one needs at least 12 characters.',
  },
  SERVICE_HTTP_BODY_TOO_LARGE: {
    status: 413,
    summary: 'The request body is larger than the limit.',
    next: 'Send a smaller body, or raise limits.bodyBytes.',
  },
  SERVICE_HTTP_BODY_ABORTED: {
    status: 400,
    summary: 'The request body ended early.',
    next: 'Send the whole body.',
  },
  SERVICE_HTTP_BODY_ENCODED: {
    status: 415,
    summary: 'An encoded request body is not accepted.',
    next: 'Send the body without Content-Encoding.',
  },
  SERVICE_HTTP_PATH_INVALID: {
    status: 400,
    summary: 'The request path holds characters or segments that no route has.',
    next: 'Use the plain path: letters, digits, `-`, `_`, `.` and single slashes.',
  },
  SERVICE_HTTP_ROUTE_UNKNOWN: {
    status: 404,
    summary: 'There is no such route.',
    next: 'See /openapi.json for the routes.',
  },
  SERVICE_HTTP_METHOD_NOT_ALLOWED: {
    status: 405,
    summary: 'This route does not have this method.',
    next: 'Use one of the methods in the Allow header.',
  },
  SERVICE_INTERNAL: {
    status: 500,
    summary: 'The service failed to answer.',
    next: 'Look for the request id in the log of the service.',
  },
} as const

export type ServiceErrorCode = keyof typeof ROWS

/** Every error that the service itself raises. Errors of the rooms below it keep their own codes. */
export const SERVICE_ERRORS: ErrorTable<ServiceErrorCode> = ROWS

/** Raised by the service for its configuration, keys, store, and the requests it refuses. */
export class ServiceError extends CodedError<ServiceErrorCode> {
  constructor(code: ServiceErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(SERVICE_ERRORS, code, message, options)
  }
}
