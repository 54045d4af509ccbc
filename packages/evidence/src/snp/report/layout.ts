/** Offsets and sizes of the report (AMD SEV-SNP Firmware ABI, table ATTESTATION_REPORT). */

export const REPORT_BYTES = 0x4a0
export const SIGNED_BYTES = 0x2a0
/** One half of the signature as stored: 48 significant bytes, least significant first, then zeros. */
export const SIGNATURE_HALF_BYTES = 72

/** [offset, size] of each field. */
export const FIELDS = {
  version: [0x000, 4],
  guestSvn: [0x004, 4],
  policy: [0x008, 8],
  familyId: [0x010, 16],
  imageId: [0x020, 16],
  vmpl: [0x030, 4],
  signatureAlgorithm: [0x034, 4],
  currentTcb: [0x038, 8],
  platformInfo: [0x040, 8],
  signerInfo: [0x048, 4],
  reportData: [0x050, 64],
  measurement: [0x090, 48],
  hostData: [0x0c0, 32],
  idKeyDigest: [0x0e0, 48],
  authorKeyDigest: [0x110, 48],
  reportId: [0x140, 32],
  reportIdMa: [0x160, 32],
  reportedTcb: [0x180, 8],
  cpuid: [0x188, 3],
  chipId: [0x1a0, 64],
  committedTcb: [0x1e0, 8],
  currentBuild: [0x1e8, 4],
  committedBuild: [0x1ec, 4],
  launchTcb: [0x1f0, 8],
  launchMitigations: [0x1f8, 8],
  currentMitigations: [0x200, 8],
  signatureR: [0x2a0, 72],
  signatureS: [0x2e8, 72],
} as const

/** Ranges that must be zero in every version: [offset, size, name]. */
export const RESERVED: readonly (readonly [number, number, string])[] = [
  [0x04c, 4, 'reserved after signer info'],
  [0x18b, 21, 'reserved after cpuid'],
  [0x1eb, 1, 'reserved after current version'],
  [0x1ef, 1, 'reserved after committed version'],
  [0x208, 152, 'reserved before signature'],
  [0x330, 368, 'reserved after signature'],
]
