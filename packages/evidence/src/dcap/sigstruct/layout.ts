/** Offsets and sizes of SIGSTRUCT (specification page, section 1.8; Intel SDM volume 3D, table "SIGSTRUCT"). */

export const SIGSTRUCT_BYTES = 1808
export const RSA_BYTES = 384

export const SIGSTRUCT = {
  header: 0,
  type: 12,
  vendor: 16,
  date: 20,
  header2: 24,
  hwVersion: 40,
  reserved1: 44,
  modulus: 128,
  exponent: 512,
  signature: 516,
  miscSelect: 900,
  miscMask: 904,
  isvFamilyId: 912,
  attributes: 928,
  attributeMask: 944,
  enclaveHash: 960,
  reserved2: 992,
  isvExtProdId: 1008,
  isvProdId: 1024,
  isvSvn: 1026,
  reserved3: 1028,
  q1: 1040,
  q2: 1424,
} as const

export const SIGSTRUCT_HEADER: readonly number[] = [6, 0, 0, 0, 0xe1, 0, 0, 0, 0, 0, 1, 0]
export const SIGSTRUCT_HEADER2: readonly number[] = [1, 1, 0, 0, 0x60, 0, 0, 0, 0x60, 0, 0, 0, 1, 0, 0, 0]

/** The section of a signed enclave that holds its metadata, and the name of the note in it. */
export const METADATA_SECTION = '.note.sgxmeta'
export const METADATA_NOTE_NAME = 'sgx_metadata\0'
export const METADATA_MAGIC: bigint = 0x86a80294635d0e4cn
/** The most of the metadata that is searched for the signature structure. */
export const METADATA_SEARCH_BYTES: number = 0x5000
