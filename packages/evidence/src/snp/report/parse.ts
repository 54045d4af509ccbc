import { concatBytes, isAllZero, reverseBytes } from '@veritee/codec/bytes'
import { SnpError } from '../codes.ts'
import type { SnpFirmware, SnpProduct, SnpReport } from '../types.ts'
import { parsePlatform, parsePolicy, parseSigner } from './flags.ts'
import { FIELDS, REPORT_BYTES, RESERVED, SIGNED_BYTES } from './layout.ts'
import { parseTcb, productOfChipId, productOfCpuid, reservedOfTcb } from './product.ts'

/** A report that the host asked for has no privilege level. */
export const VMPL_HOST = 0xffffffff

/**
 * Reads a raw attestation report of version 2 to 5.
 *
 * Everything that must be zero is checked; nothing cryptographic is.
 *
 * @param bytes exactly 1184 bytes
 * @param product generation to read a version 2 report as; told from the chip id otherwise
 * @throws EvidenceError SNP_REPORT_*, SNP_PRODUCT_UNKNOWN
 */
export function parseSnpReport(bytes: Uint8Array, product?: SnpProduct): SnpReport {
  if (bytes.length !== REPORT_BYTES) {
    throw new SnpError('SNP_REPORT_SIZE', undefined, {
      details: { path: 'report', expected: REPORT_BYTES, actual: bytes.length },
    })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const field = (name: keyof typeof FIELDS): Uint8Array => {
    const [at, size] = FIELDS[name]
    return bytes.subarray(at, at + size)
  }
  const u32 = (name: keyof typeof FIELDS): number => view.getUint32(FIELDS[name][0], true)
  const u64 = (name: keyof typeof FIELDS): bigint => view.getBigUint64(FIELDS[name][0], true)

  const version = parseVersion(u32('version'))
  if (u32('signatureAlgorithm') !== 1) {
    throw new SnpError('SNP_REPORT_ALGORITHM', undefined, {
      details: { path: 'signature_algo', expected: 1, actual: u32('signatureAlgorithm') },
    })
  }
  for (const [at, size, name] of RESERVED) requireZero(bytes.subarray(at, at + size), name)
  if (version < 3) requireZero(field('cpuid'), 'reserved before chip id')
  if (version < 5) {
    requireZero(field('launchMitigations'), 'launch mitigation vector')
    requireZero(field('currentMitigations'), 'current mitigation vector')
  }
  const vmpl = u32('vmpl')
  if (vmpl > 3 && vmpl !== VMPL_HOST) {
    throw new SnpError('SNP_REPORT_VMPL', undefined, {
      details: { path: 'vmpl', expected: '0 to 3', actual: vmpl },
    })
  }

  const [family, model, stepping] = field('cpuid') as unknown as [number, number, number]
  const generation = version < 3 ? (product ?? productOfChipId(field('chipId'))) : productOfCpuid(family, model)
  const tcb = (name: 'currentTcb' | 'reportedTcb' | 'committedTcb' | 'launchTcb') => {
    requireZero(reservedOfTcb(field(name), generation), name)
    return parseTcb(field(name), generation)
  }
  const policyBits = u64('policy')
  const platformBits = u64('platformInfo')
  return {
    bytes,
    signedBytes: bytes.subarray(0, SIGNED_BYTES),
    version,
    product: generation,
    guestSvn: u32('guestSvn'),
    policyBits,
    policy: parsePolicy(policyBits),
    familyId: field('familyId'),
    imageId: field('imageId'),
    vmpl,
    platformBits,
    platform: parsePlatform(platformBits),
    ...parseSigner(u32('signerInfo')),
    reportData: field('reportData'),
    measurement: field('measurement'),
    hostData: field('hostData'),
    idKeyDigest: field('idKeyDigest'),
    authorKeyDigest: field('authorKeyDigest'),
    reportId: field('reportId'),
    reportIdMa: field('reportIdMa'),
    currentTcb: tcb('currentTcb'),
    reportedTcb: tcb('reportedTcb'),
    committedTcb: tcb('committedTcb'),
    launchTcb: tcb('launchTcb'),
    ...(version < 3 ? {} : { cpuid: { family, model, stepping } }),
    chipId: field('chipId'),
    current: parseFirmware(field('currentBuild')),
    committed: parseFirmware(field('committedBuild')),
    ...(version < 5
      ? {}
      : { launchMitigations: u64('launchMitigations'), currentMitigations: u64('currentMitigations') }),
    signature: concatBytes(
      parseHalf(field('signatureR'), 'signature.r'),
      parseHalf(field('signatureS'), 'signature.s'),
    ),
  }
}

function parseVersion(version: number): SnpReport['version'] {
  if (version === 2 || version === 3 || version === 4 || version === 5) return version
  throw new SnpError('SNP_REPORT_VERSION', undefined, {
    details: { path: 'version', expected: '2 to 5', actual: version },
  })
}

function parseFirmware(bytes: Uint8Array): SnpFirmware {
  return { build: bytes[0]!, minor: bytes[1]!, major: bytes[2]! }
}

/** 48 bytes least significant first, then zeros, to 48 bytes most significant first. */
function parseHalf(bytes: Uint8Array, path: string): Uint8Array {
  requireZero(bytes.subarray(48), path)
  return reverseBytes(bytes.subarray(0, 48))
}

function requireZero(bytes: Uint8Array, path: string): void {
  if (!isAllZero(bytes)) throw new SnpError('SNP_REPORT_RESERVED', undefined, { details: { path, expected: 'zero' } })
}
