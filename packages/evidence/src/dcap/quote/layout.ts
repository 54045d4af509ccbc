/** Offsets and sizes of quotes (specification page, sections 1.1 to 1.5). Multi-byte integers are little-endian. */

/** Larger than any quote with the largest authentication data and a long chain. */
export const QUOTE_MAX_BYTES: number = 256 * 1024

export const HEADER_BYTES = 48
/** Body type and body size, between header and body of version 5. */
export const BODY_DESCRIPTOR_BYTES = 6

export const ATTESTATION_KEY_ECDSA_P256 = 2
export const TEE_TYPE_SGX = 0x00
export const TEE_TYPE_TDX = 0x81

export const SGX_REPORT_BYTES = 384
export const TD_REPORT_10_BYTES = 584
export const TD_REPORT_15_BYTES = 648
export const TD_REPORT_15_EXTENDED_BYTES = 885

export type BodyType = 1 | 2 | 3 | 4

/** Body size by the body type of version 5. */
export const BODY_BYTES: Readonly<Record<BodyType, number>> = {
  1: SGX_REPORT_BYTES,
  2: TD_REPORT_10_BYTES,
  3: TD_REPORT_15_BYTES,
  4: TD_REPORT_15_EXTENDED_BYTES,
}

/** Where each field of a header stands. */
export const HEADER = {
  version: 0,
  attestationKeyType: 2,
  teeType: 4,
  qeSvn: 8,
  pceSvn: 10,
  qeVendorId: 12,
  userData: 28,
} as const

/** Where each field of an SGX report body stands. */
export const SGX_REPORT = {
  cpuSvn: 0,
  miscSelect: 16,
  reserved1: 20,
  isvExtProdId: 32,
  flags: 48,
  xfrm: 56,
  mrEnclave: 64,
  reserved2: 96,
  mrSigner: 128,
  reserved3: 160,
  configId: 192,
  isvProdId: 256,
  isvSvn: 258,
  configSvn: 260,
  reserved4: 262,
  isvFamilyId: 304,
  reportData: 320,
} as const

/** Where each field of a TD report body stands. */
export const TD_REPORT = {
  teeTcbSvn: 0,
  mrSeam: 16,
  mrSignerSeam: 64,
  seamAttributes: 112,
  tdAttributes: 120,
  xfam: 128,
  mrTd: 136,
  mrConfigId: 184,
  mrOwner: 232,
  mrOwnerConfig: 280,
  rtmr: 328,
  reportData: 520,
  // 1.5
  teeTcbSvn2: 584,
  mrServiceTd: 600,
  // 1.5 extended
  vmId: 648,
  tdId: 649,
  deviceInfo: 681,
  initServiceTdHash: 729,
  initServiceTdAttributes: 777,
  initCpuSvn: 785,
  initTeeTcbSvn: 801,
  initTeeFmspc: 817,
  currentServiceTdHash: 829,
  currentServiceTdAttributes: 877,
} as const

/** Signature and attestation key, in front of everything else in the signature data. */
export const SIGNATURE_BYTES = 64
export const ATTESTATION_KEY_BYTES = 64
/** A certification data type (2 bytes) and size (4 bytes). */
export const CERTIFICATION_HEADER_BYTES = 6
/** The outer certification data of versions 4 and 5: the quoting enclave's report and what certifies it. */
export const CERTIFICATION_TYPE_QE_REPORT = 6

/** Size by type, where the type has one; types 4 and 5 have any size but zero. */
export const CERTIFICATION_DATA_BYTES: Readonly<Partial<Record<number, number>>> = { 1: 36, 2: 276, 3: 404 }

/** Intel's quoting enclave, 939a7233-f79c-4ca9-940a-0db3957f0607. */
export const INTEL_QE_VENDOR_ID: readonly number[] = [
  0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07,
]
