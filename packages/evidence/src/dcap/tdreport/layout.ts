/** Offsets and sizes of a TDREPORT (specification page, section 1.4), all from the start of the report. */

export const TD_REPORT_STRUCTURE_BYTES = 1024
export const REPORT_TYPE_TDX = 0x81

/** REPORTMACSTRUCT, 256 bytes. */
export const REPORT_MAC = {
  type: 0,
  reserved1: 4,
  cpuSvn: 16,
  teeTcbInfoHash: 32,
  tdInfoHash: 80,
  reportData: 128,
  reserved2: 192,
  mac: 224,
} as const

/** TEE_TCB_INFO, 239 bytes, and the 17 reserved bytes after it. */
export const TEE_TCB_INFO = {
  start: 256,
  valid: 256,
  teeTcbSvn: 264,
  mrSeam: 280,
  mrSignerSeam: 328,
  seamAttributes: 376,
  teeTcbSvn2: 384,
  afterSvn2: 400,
  end: 495,
  reservedEnd: 512,
} as const

/** TDINFO, 512 bytes. */
export const TD_INFO = {
  start: 512,
  tdAttributes: 512,
  xfam: 520,
  mrTd: 528,
  mrConfigId: 576,
  mrOwner: 624,
  mrOwnerConfig: 672,
  rtmr: 720,
  mrServiceTd: 912,
  tdId: 960,
  reservedExtended: 992,
  vmId: 1016,
  validExtended: 1020,
  end: 1024,
} as const

/** Bits 16 and 17 of `valid`: the two halves of `tee_tcb_svn2`. */
export const VALID_TEE_TCB_SVN2: bigint = 0x30000n
