/** Guest policy, platform information and signer information by name (AMD SEV-SNP Firmware ABI, section 4.3). */
import { SnpError } from '../codes.ts'
import type { SnpPlatform, SnpPolicy, SnpSigningKey } from '../types.ts'

const bit = (value: bigint, index: number): boolean => ((value >> BigInt(index)) & 1n) === 1n

/** Bit 17 must be one, bits 26 to 63 must be zero. */
const POLICY_ONE_BIT = 17
const POLICY_DEFINED_BITS = 26

/** @throws EvidenceError SNP_REPORT_POLICY_RESERVED */
export function parsePolicy(bits: bigint): SnpPolicy {
  if (!bit(bits, POLICY_ONE_BIT) || bits >> BigInt(POLICY_DEFINED_BITS) !== 0n) {
    throw new SnpError('SNP_REPORT_POLICY_RESERVED', undefined, {
      details: { path: 'policy', expected: 'bit 17 one, bits 26 to 63 zero', actual: `0x${bits.toString(16)}` },
    })
  }
  return {
    abiMinor: Number(bits & 0xffn),
    abiMajor: Number((bits >> 8n) & 0xffn),
    smtAllowed: bit(bits, 16),
    migrateMaAllowed: bit(bits, 18),
    debugAllowed: bit(bits, 19),
    singleSocketRequired: bit(bits, 20),
    cxlAllowed: bit(bits, 21),
    memAes256XtsRequired: bit(bits, 22),
    raplDisabled: bit(bits, 23),
    ciphertextHidingRequired: bit(bits, 24),
    pageSwapDisabled: bit(bits, 25),
  }
}

export function parsePlatform(bits: bigint): SnpPlatform {
  return {
    smtEnabled: bit(bits, 0),
    tsmeEnabled: bit(bits, 1),
    eccEnabled: bit(bits, 2),
    raplDisabled: bit(bits, 3),
    ciphertextHidingEnabled: bit(bits, 4),
    aliasCheckComplete: bit(bits, 5),
    tioEnabled: bit(bits, 7),
  }
}

const SIGNING_KEYS: Readonly<Record<number, SnpSigningKey>> = { 0: 'vcek', 1: 'vlek', 7: 'none' }

/** @throws EvidenceError SNP_REPORT_SIGNER_UNKNOWN, SNP_REPORT_RESERVED */
export function parseSigner(bits: number): {
  authorKeyEnabled: boolean
  maskChipKey: boolean
  signingKey: SnpSigningKey
} {
  if (bits >>> 5 !== 0) {
    throw new SnpError('SNP_REPORT_RESERVED', undefined, {
      details: { path: 'signer_info', expected: 0, actual: bits >>> 5 },
    })
  }
  const selector = (bits >>> 2) & 7
  const signingKey = SIGNING_KEYS[selector]
  if (signingKey === undefined) {
    throw new SnpError('SNP_REPORT_SIGNER_UNKNOWN', undefined, {
      details: { path: 'signer_info.signing_key', expected: '0 VCEK, 1 VLEK or 7 none', actual: selector },
    })
  }
  return { authorKeyEnabled: (bits & 1) === 1, maskChipKey: (bits & 2) === 2, signingKey }
}
