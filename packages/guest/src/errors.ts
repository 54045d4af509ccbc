import { CodedError, type CodedErrorOptions, type ErrorTable } from '@veritee/codec/error'

const ROWS = {
  GUEST_ATTESTER_UNAVAILABLE: {
    status: 503,
    summary: 'This machine offers no evidence.',
    next: 'Run inside a confidential VM whose kernel has configfs-tsm, or for Hygon CSV /dev/csv-guest and python3 or perl beside it; `veritee doctor` lists what was looked at.',
  },
  GUEST_ATTESTER_PERMISSION: {
    status: 503,
    summary: 'The evidence interface of the kernel may not be used by this user.',
    next: 'Run as root, or give this user write access to the configfs-tsm report directory.',
  },
  GUEST_ATTESTER_PROVIDER_MISMATCH: {
    status: 503,
    summary: 'The kernel makes evidence of another kind than was asked for.',
    next: 'Choose the attester of the environment that this machine runs in.',
  },
  GUEST_ATTESTER_REPORT_DATA_INVALID: {
    status: 400,
    summary: 'Report data must have 1 to 64 bytes.',
    next: 'Pass a digest of at most 64 bytes.',
  },
  GUEST_ATTESTER_RACED: {
    status: 503,
    summary: 'Someone else wrote to the report entry while the evidence was made.',
    next: 'Try again; if it persists, find the other program that writes into the same entry.',
  },
  GUEST_ATTESTER_QUOTE_FAILED: {
    status: 503,
    summary: 'The kernel did not produce a quote.',
    next: 'Check that the host runs its quote generation service; the kernel log of the guest says more.',
  },
  GUEST_TPM_UNAVAILABLE: {
    status: 503,
    summary: 'The TPM cannot be reached.',
    next: 'Check that the machine has a TPM 2.0, and give this user access to /dev/tpmrm0.',
  },
  GUEST_TPM_REFUSED: {
    status: 503,
    summary: 'The TPM refuses a command.',
    next: 'Look the code of the TPM up; a hierarchy or a key may want a password that is not the empty one.',
  },
  GUEST_TPM_RESPONSE_INVALID: {
    status: 503,
    summary: 'The answer of the TPM is malformed.',
    next: 'Check that what answers is a TPM 2.0.',
  },
  GUEST_URL_INVALID: {
    status: 400,
    summary: 'The address of the key broker is not an http or https URL.',
    next: 'Give a URL such as https://keys.example.org:8081.',
  },
  GUEST_URI_INVALID: {
    status: 400,
    summary: 'The resource URI is not valid.',
    next: 'Write it as kbs:///REPOSITORY/TYPE/TAG.',
  },
  GUEST_CA_UNREADABLE: {
    status: 400,
    summary: 'The certificate file for the key broker cannot be used.',
    next: 'Give a PEM file with the certificates to trust.',
  },
  GUEST_BROKER_UNREACHABLE: {
    status: 503,
    summary: 'The key broker cannot be reached.',
    next: 'Check the address, the network, and that the service runs.',
  },
  GUEST_BROKER_TLS_INVALID: {
    status: 503,
    summary: 'The certificate of the key broker is not trusted.',
    next: 'Give the certificate authority of the broker (caFile, --ca-file), and use the name that is in its certificate.',
  },
  GUEST_BROKER_TIMEOUT: {
    status: 504,
    summary: 'The key broker did not answer in time.',
    next: 'Try again, or raise the timeout.',
  },
  GUEST_RESPONSE_TOO_LARGE: {
    status: 502,
    summary: 'The answer of the key broker is larger than the limit.',
    next: 'Check that the address is that of a key broker.',
  },
  GUEST_RESPONSE_INVALID: {
    status: 502,
    summary: 'The answer of the key broker is not what the protocol says.',
    next: 'Check that the address is that of a key broker that speaks protocol 0.4.0.',
  },
  GUEST_HANDSHAKE_REFUSED: {
    status: 401,
    summary: 'The key broker refused the handshake.',
    next: 'Read what the broker says in the details.',
  },
  GUEST_EVIDENCE_REFUSED: {
    status: 401,
    summary: 'The key broker refused the evidence of this machine.',
    next: 'Compare the findings: each names what was expected and what this machine has.',
  },
  GUEST_RESOURCE_UNAUTHORIZED: {
    status: 401,
    summary: 'The key broker does not accept the session or the token.',
    next: 'Attest again.',
  },
  GUEST_RESOURCE_DENIED: {
    status: 403,
    summary: 'The key broker does not release this resource to this machine.',
    next: 'Ask the administrator of the broker to compare the resource policy with the claims.',
  },
  GUEST_RESOURCE_NOT_FOUND: {
    status: 404,
    summary: 'The key broker has no such resource.',
    next: 'Check the path, or have the resource stored.',
  },
  GUEST_RESOURCE_UNREADABLE: {
    status: 502,
    summary: 'The encrypted resource cannot be opened with the key of this session.',
    next: 'Try again; if it persists, the answer was altered on its way.',
  },
  GUEST_BROKER_FAILED: {
    status: 502,
    summary: 'The key broker failed to answer.',
    next: 'Look into the log of the broker for the request id in the details.',
  },
} as const

export type GuestErrorCode = keyof typeof ROWS

/** Every error that attesters and the key client raise. */
export const GUEST_ERRORS: ErrorTable<GuestErrorCode> = ROWS

/** Raised in the guest: by its evidence interface and by the key client. What the broker said is in `details.broker`. */
export class GuestError extends CodedError<GuestErrorCode> {
  constructor(code: GuestErrorCode, message?: string, options: CodedErrorOptions = {}) {
    super(GUEST_ERRORS, code, message, options)
  }
}
