/** Error rows of reference values: messages, provenance, records, revocations, sets. Sorted by code. */
import type { ErrorTable } from '@veritee/codec/error'

const SIGNER = 'Add the signer to the keys trusted for provenance, or take the material from a signer that is.'
const FORGED = 'Treat the material as forged and take it again from its publisher.'
const SPELL = 'Correct the named member; docs/en/reference-values.md shows every form.'

/** Every code of this room, sorted. */
export type ReferenceErrorCode =
  | 'REFERENCE_ARTIFACT_RULE_VIOLATED'
  | 'REFERENCE_CHANGE_INVALID'
  | 'REFERENCE_CORIM_INVALID'
  | 'REFERENCE_ENVELOPE_INVALID'
  | 'REFERENCE_LAYOUT_EXPIRED'
  | 'REFERENCE_LAYOUT_INVALID'
  | 'REFERENCE_LAYOUT_MISSING'
  | 'REFERENCE_LAYOUT_UNSUPPORTED'
  | 'REFERENCE_LIMIT_EXCEEDED'
  | 'REFERENCE_LINK_INVALID'
  | 'REFERENCE_LIST_INVALID'
  | 'REFERENCE_LOG_ENTRY_INVALID'
  | 'REFERENCE_LOG_ENTRY_MISMATCH'
  | 'REFERENCE_MANIFEST_INVALID'
  | 'REFERENCE_MATERIAL_AMBIGUOUS'
  | 'REFERENCE_MATERIAL_UNSUPPORTED'
  | 'REFERENCE_MEASUREMENT_ABSENT'
  | 'REFERENCE_MESSAGE_INVALID'
  | 'REFERENCE_NAME_INVALID'
  | 'REFERENCE_NAME_TAKEN'
  | 'REFERENCE_NAME_UNKNOWN'
  | 'REFERENCE_PAYLOAD_INVALID'
  | 'REFERENCE_RECORD_INVALID'
  | 'REFERENCE_SET_INVALID'
  | 'REFERENCE_SET_UNKNOWN'
  | 'REFERENCE_SIGNATURE_INVALID'
  | 'REFERENCE_SIGNATURE_REQUIRED'
  | 'REFERENCE_SIGNATURE_UNTRUSTED'
  | 'REFERENCE_SOURCE_REFUSED'
  | 'REFERENCE_SOURCE_UNREADABLE'
  | 'REFERENCE_STATEMENT_INVALID'
  | 'REFERENCE_SWID_INVALID'
  | 'REFERENCE_TYPE_UNKNOWN'
  | 'REFERENCE_VALUE_REVOKED'
  | 'REFERENCE_VERSION_CONFLICT'
  | 'REFERENCE_VERSION_UNKNOWN'
  | 'REFERENCE_VERSION_UNSUPPORTED'

/** Status, meaning and next step of every code of this room. */
export const REFERENCE_ERRORS: ErrorTable<ReferenceErrorCode> = {
  REFERENCE_ARTIFACT_RULE_VIOLATED: {
    status: 422,
    summary: 'A step of the supply chain took or delivered an artifact that its layout does not allow.',
    next: 'Find out what that step did; register the bundle of a run that followed the layout.',
  },
  REFERENCE_CHANGE_INVALID: {
    status: 400,
    summary: 'The change of reference values is malformed.',
    next: SPELL,
  },
  REFERENCE_CORIM_INVALID: {
    status: 400,
    summary: 'The manifest is not a well-formed CoRIM.',
    next: 'Send the CoRIM exactly as its publisher made it, as standard base64.',
  },
  REFERENCE_ENVELOPE_INVALID: {
    status: 400,
    summary: 'The signed envelope is malformed.',
    next: 'Send the DSSE envelope with payloadType, payload and signatures as its signer made it.',
  },
  REFERENCE_LAYOUT_EXPIRED: {
    status: 422,
    summary: 'The layout of the supply chain has expired.',
    next: 'Have the owner of the project sign a new layout.',
  },
  REFERENCE_LAYOUT_INVALID: { status: 400, summary: 'The layout of the supply chain is malformed.', next: SPELL },
  REFERENCE_LAYOUT_MISSING: {
    status: 400,
    summary: 'The bundle has no single layout, or no key of its owner.',
    next: 'Put exactly one file ending in .layout and the owner keys, ending in .pub, into the bundle.',
  },
  REFERENCE_LAYOUT_UNSUPPORTED: {
    status: 422,
    summary: 'The layout asks for something that is never done here, such as running a command.',
    next: 'Register the products of the last step of a layout without inspections and sublayouts.',
  },
  REFERENCE_LIMIT_EXCEEDED: {
    status: 413,
    summary: 'There are more bytes, names or values than are taken at once.',
    next: 'Split the material and register its parts.',
  },
  REFERENCE_LINK_INVALID: {
    status: 422,
    summary: 'The links of a step are missing, malformed or disagree.',
    next: 'Send as many links of each step as the layout asks for, all from the same run.',
  },
  REFERENCE_LIST_INVALID: { status: 400, summary: 'The list of reference values is malformed.', next: SPELL },
  REFERENCE_LOG_ENTRY_INVALID: {
    status: 422,
    summary: 'The transparency log entry is malformed or of another kind.',
    next: 'Take the log entry that belongs to the envelope, of kind dsse or hashedrekord.',
  },
  REFERENCE_LOG_ENTRY_MISMATCH: {
    status: 422,
    summary: 'The transparency log entry speaks of another payload.',
    next: FORGED,
  },
  REFERENCE_MANIFEST_INVALID: { status: 400, summary: 'The release manifest is malformed.', next: SPELL },
  REFERENCE_MATERIAL_AMBIGUOUS: {
    status: 422,
    summary: 'The provenance material holds several manifests that differ.',
    next: 'Name material with one manifest.',
  },
  REFERENCE_MATERIAL_UNSUPPORTED: {
    status: 422,
    summary: 'The provenance material is in none of the known formats.',
    next: 'Give a release manifest or an in-toto statement in a DSSE envelope or a Sigstore bundle.',
  },
  REFERENCE_MEASUREMENT_ABSENT: {
    status: 422,
    summary: 'The provenance material says nothing of this measurement.',
    next: 'Name a measurement or subject that the material has.',
  },
  REFERENCE_MESSAGE_INVALID: {
    status: 400,
    summary: 'The message is not a reference value message.',
    next: 'Send {"version":"0.1.0","type":"…","payload":"…"}.',
  },
  REFERENCE_NAME_INVALID: {
    status: 400,
    summary: 'The name of a reference value is empty, too long, or holds control characters.',
    next: 'Use 1 to 512 bytes of text without control characters.',
  },
  REFERENCE_NAME_TAKEN: {
    status: 409,
    summary: 'Another set holds a value under this name that cannot be joined with this one.',
    next: 'Use another name, or delete the value in the other set first.',
  },
  REFERENCE_NAME_UNKNOWN: {
    status: 404,
    summary: 'There is no reference value of this name.',
    next: 'List the names and correct the spelling.',
  },
  REFERENCE_PAYLOAD_INVALID: {
    status: 400,
    summary: 'The payload of the message is not what its type calls for.',
    next: SPELL,
  },
  REFERENCE_RECORD_INVALID: { status: 400, summary: 'A stored reference value is malformed.', next: SPELL },
  REFERENCE_SET_INVALID: {
    status: 400,
    summary: 'The name of a reference set is malformed.',
    next: 'Use 1 to 128 letters, digits, `-`, `_` and `.`, not starting with a dot.',
  },
  REFERENCE_SET_UNKNOWN: {
    status: 404,
    summary: 'There is no reference set of this name.',
    next: 'List the sets and correct the spelling.',
  },
  REFERENCE_SIGNATURE_INVALID: {
    status: 422,
    summary: 'A signature of the provenance does not hold.',
    next: FORGED,
  },
  REFERENCE_SIGNATURE_REQUIRED: {
    status: 422,
    summary: 'The provenance material is not signed.',
    next: 'Use signed material, or allow unsigned material by name where its source is protected.',
  },
  REFERENCE_SIGNATURE_UNTRUSTED: {
    status: 422,
    summary: 'The provenance is signed by nobody who is trusted for it here.',
    next: SIGNER,
  },
  REFERENCE_SOURCE_REFUSED: {
    status: 422,
    summary: 'Provenance material is not taken from this place.',
    next: 'Put the file into the provenance folder of the service and name it relative to that folder.',
  },
  REFERENCE_SOURCE_UNREADABLE: {
    status: 422,
    summary: 'The provenance material cannot be read.',
    next: 'Check the name of the file and its permissions.',
  },
  REFERENCE_STATEMENT_INVALID: {
    status: 400,
    summary: 'The provenance is not a well-formed statement of how something was built.',
    next: 'Send an in-toto statement (v0.1 or v1) with a SLSA predicate and digests for every subject.',
  },
  REFERENCE_SWID_INVALID: {
    status: 400,
    summary: 'The manifest is not a well-formed SWID reference integrity manifest.',
    next: 'Send the manifest exactly as its publisher made it, as standard base64.',
  },
  REFERENCE_TYPE_UNKNOWN: {
    status: 400,
    summary: 'There is no extractor of this type.',
    next: 'Use one of: sample, slsa, in-toto, swid, corim.',
  },
  REFERENCE_VALUE_REVOKED: {
    status: 409,
    summary: 'The value was revoked.',
    next: 'Leave the value out, or reinstate it by name if it was revoked in error.',
  },
  REFERENCE_VERSION_CONFLICT: {
    status: 412,
    summary: 'The set was changed since it was read.',
    next: 'Compare with the newer version and try again.',
  },
  REFERENCE_VERSION_UNKNOWN: {
    status: 404,
    summary: 'The set has no such version.',
    next: 'List the versions of the set.',
  },
  REFERENCE_VERSION_UNSUPPORTED: {
    status: 400,
    summary: 'The version is not one that is read here.',
    next: 'Send messages of version 0.1.0, bundles of version 0.9.',
  },
}
