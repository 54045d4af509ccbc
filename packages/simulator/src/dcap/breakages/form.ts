/** Quotes that are no quotes. */
import { concatBytes, u16le, u32le } from '@veritee/codec/bytes'
import { breakCase, breakDraft, type DcapBreakage, sgxCase } from './types.ts'

/** Where the signature data's length stands in a version 4 TDX quote, and where its nested size does. */
const LENGTH_AT = 632
const NESTED_SIZE_AT = 636 + 130
const AUTH_SIZE_AT = 636 + 134 + 384 + 64

export const FORM_BREAKAGES: readonly DcapBreakage[] = [
  breakCase('DCAP_QUOTE_TRUNCATED', 'The quote ends within its body.', (made) => {
    made.quote = made.quote.slice(0, 100)
  }),
  breakCase('DCAP_QUOTE_SIZE_EXCESSIVE', 'A megabyte of zeros follows the quote.', (made) => {
    made.quote = concatBytes(made.quote, new Uint8Array(1 << 20))
  }),
  breakDraft('DCAP_QUOTE_VERSION_UNSUPPORTED', 'The header says version 6.', (draft) => {
    draft.quote.version = 6
  }),
  breakDraft('DCAP_QUOTE_KEY_TYPE_UNSUPPORTED', 'The header says ECDSA P-384.', (draft) => {
    draft.quote.attestationKeyType = 3
  }),
  breakDraft('DCAP_QUOTE_TEE_UNKNOWN', 'The header names a TEE that does not exist.', (draft) => {
    draft.quote.teeType = 0x82
  }),
  breakDraft('DCAP_QUOTE_VENDOR_UNKNOWN', 'The quoting enclave says it is from another vendor.', (draft) => {
    draft.quote.qeVendorId = new Uint8Array(16).fill(0x5a)
  }),
  breakDraft(
    'DCAP_QUOTE_BODY_TYPE_UNSUPPORTED',
    'The body is of a type that does not exist.',
    (draft) => {
      draft.quote.bodyType = 9
    },
    { version: 5 },
  ),
  breakDraft(
    'DCAP_QUOTE_BODY_TEE_MISMATCH',
    'A TDX header stands before a body that is called SGX.',
    (draft) => {
      draft.quote.bodyType = 1
    },
    { version: 5 },
  ),
  breakCase(
    'DCAP_QUOTE_BODY_SIZE_MISMATCH',
    'The stated body size is one byte off.',
    (made) => {
      made.quote = overwrite(made.quote, 50, u32le(649))
    },
    { version: 5 },
  ),
  {
    code: 'DCAP_QUOTE_TEE_MISMATCH',
    title: 'A genuine SGX quote comes where a TDX quote is asked for.',
    verification: { tee: 'tdx' },
    apply: (world) => sgxCase(world),
  },
  breakCase(
    'DCAP_QUOTE_PADDING_NOT_ZERO',
    'A byte follows the quote that is not zero.',
    (made) => {
      made.quote = concatBytes(made.quote, Uint8Array.of(1))
    },
    {},
    { strictPadding: true },
  ),
  breakCase(
    'DCAP_SIGNATURE_DATA_TRUNCATED',
    'The authentication data is said to be longer than all that follows.',
    (made) => {
      made.quote = overwrite(made.quote, AUTH_SIZE_AT, u16le(0xffff))
    },
  ),
  breakCase('DCAP_SIGNATURE_DATA_UNREAD', 'The signature data has a byte that no field covers.', (made) => {
    made.quote = lengthen(made.quote, LENGTH_AT)
  }),
  breakCase(
    'DCAP_CERTIFICATION_DATA_UNREAD',
    'The nested certification data has a byte that no field covers.',
    (made) => {
      made.quote = lengthen(lengthen(made.quote, LENGTH_AT).subarray(0, -1), NESTED_SIZE_AT)
    },
  ),
  breakDraft('DCAP_CERTIFICATION_DATA_EMPTY', 'The certification data is empty.', (draft) => {
    draft.quote.certification = { type: 5, bytes: new Uint8Array(0) }
  }),
  breakDraft(
    'DCAP_CERTIFICATION_DATA_SIZE_MISMATCH',
    'An encrypted PPID is one byte short.',
    (draft) => {
      draft.quote.certification = { type: 3, bytes: draft.quote.certification!.bytes.subarray(1) }
    },
    { certification: 'ppid' },
  ),
  breakDraft('DCAP_CERTIFICATION_DATA_TYPE_UNSUPPORTED', 'The certification data is a platform manifest.', (draft) => {
    draft.quote.certification = { type: 7, bytes: new Uint8Array(64) }
  }),
]

function overwrite(bytes: Uint8Array, offset: number, value: Uint8Array): Uint8Array {
  const changed = bytes.slice()
  changed.set(value, offset)
  return changed
}

/** Appends a byte and counts it in the 32-bit length at `offset`. */
function lengthen(bytes: Uint8Array, offset: number): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true)
  return overwrite(concatBytes(bytes, Uint8Array.of(0)), offset, u32le(length + 1))
}
