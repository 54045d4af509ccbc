/** Bounds of everything that is read here. */
export const MESSAGE_BYTES: number = 8 << 20
/** Records of one message, one list or one set. */
export const MAX_RECORDS = 10_000
/** Digests under one name. */
export const MAX_DIGESTS = 4096
export const NAME_BYTES = 512
/** Any text of a record beside its name: algorithm, digest, version, handle. */
export const TEXT_CHARACTERS = 4096
/** A payload of an audit proof, in base64. */
export const PROOF_CHARACTERS: number = 1 << 20
/** Documents, files or lines of one material. */
export const MAX_DOCUMENTS = 256
export const MAX_KEYS = 64
export const MAX_SIGNATURES = 16
