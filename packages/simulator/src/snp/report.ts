/** Attestation reports before and after signing (AMD SEV-SNP Firmware ABI, table ATTESTATION_REPORT). */
import { concatBytes, reverseBytes, u32le, u64le } from '@veritee/codec/bytes'
import type { SnpProduct, SnpTcb } from '@veritee/evidence/snp'
import type { SimulatedKey } from '../crypto/key.ts'
import { type FieldValue, padField, simulatedDigest } from '../state/field.ts'

/** What a report says, as far as a guest or host decides it. Byte fields that are shorter than theirs end in zeros. */
export interface SnpReportValues {
  /** Default 2 on Milan, 3 on Genoa, 5 on Turin. */
  readonly version?: number
  readonly guestSvn?: number
  /** Default 0x30000: SMT allowed and the bit that must be one. */
  readonly policy?: bigint
  readonly familyId?: FieldValue
  readonly imageId?: FieldValue
  /** Default 0. */
  readonly vmpl?: number
  /** Default SMT and a completed alias check. */
  readonly platformInfo?: bigint
  readonly reportData?: FieldValue
  readonly measurement?: FieldValue
  readonly hostData?: FieldValue
  readonly idKeyDigest?: FieldValue
  readonly authorKeyDigest?: FieldValue
  readonly reportId?: FieldValue
  readonly currentTcb?: SnpTcb
  readonly reportedTcb?: SnpTcb
  readonly committedTcb?: SnpTcb
  readonly launchTcb?: SnpTcb
  /** Major, minor, build. */
  readonly currentFirmware?: readonly [number, number, number]
  readonly committedFirmware?: readonly [number, number, number]
  /** Family, model, stepping, from version 3 on. Default those of the product. */
  readonly cpuid?: readonly [number, number, number]
  /** 64 bytes. Default the chip's own, zeros under a VLEK. */
  readonly chipId?: FieldValue
}

/** The chip that a report comes from. */
export interface ReportChip {
  readonly product: SnpProduct
  readonly tcb: SnpTcb
  readonly hardwareId: Uint8Array
}

const DEFAULT_VERSION = { Milan: 2, Genoa: 3, Turin: 5 } as const
const CPUID = { Milan: [0x19, 0x01, 0x01], Genoa: [0x19, 0x11, 0x01], Turin: [0x1a, 0x02, 0x01] } as const
const SIGNED_BYTES = 0x2a0
const SIGNING_KEY = { vcek: 0, vlek: 1 } as const

/** The signed part, 672 bytes. Throws SIMULATOR_VALUE_INVALID. */
export function encodeReportBody(chip: ReportChip, signedBy: 'vcek' | 'vlek', values: SnpReportValues): Uint8Array {
  const { product, tcb } = chip
  const version = values.version ?? DEFAULT_VERSION[product]
  const out = new Uint8Array(SIGNED_BYTES)
  const put = (at: number, bytes: Uint8Array): void => out.set(bytes, at)
  const tcbAt = (at: number, value: SnpTcb = tcb): void => put(at, encodeTcb(value, product))
  const firmwareAt = (at: number, [major, minor, build]: readonly [number, number, number] = [1, 55, 31]): void =>
    put(at, Uint8Array.of(build, minor, major))
  put(0x000, u32le(version))
  put(0x004, u32le(values.guestSvn ?? 0))
  put(0x008, u64le(values.policy ?? 0x30000n))
  put(0x010, padField('familyId', values.familyId, 16))
  put(0x020, padField('imageId', values.imageId, 16))
  put(0x030, u32le(values.vmpl ?? 0))
  put(0x034, u32le(1))
  tcbAt(0x038, values.currentTcb)
  put(0x040, u64le(values.platformInfo ?? 0x21n))
  put(0x048, u32le(SIGNING_KEY[signedBy] << 2))
  put(0x050, padField('reportData', values.reportData, 64))
  put(0x090, padField('measurement', values.measurement ?? simulatedDigest('launch', 48), 48))
  put(0x0c0, padField('hostData', values.hostData, 32))
  put(0x0e0, padField('idKeyDigest', values.idKeyDigest, 48))
  put(0x110, padField('authorKeyDigest', values.authorKeyDigest, 48))
  put(0x140, padField('reportId', values.reportId ?? simulatedDigest('report id', 32), 32))
  put(0x160, new Uint8Array(32).fill(0xff))
  tcbAt(0x180, values.reportedTcb)
  if (version >= 3) put(0x188, Uint8Array.from(values.cpuid ?? CPUID[product]))
  put(0x1a0, padField('chipId', values.chipId ?? (signedBy === 'vcek' ? chip.hardwareId : undefined), 64))
  tcbAt(0x1e0, values.committedTcb)
  firmwareAt(0x1e8, values.currentFirmware)
  firmwareAt(0x1ec, values.committedFirmware)
  tcbAt(0x1f0, values.launchTcb)
  return out
}

/** The whole report, 1184 bytes. */
export function signReport(body: Uint8Array, key: SimulatedKey): Uint8Array {
  const signature = key.sign(body)
  const half = (from: number): Uint8Array =>
    concatBytes(reverseBytes(signature.subarray(from, from + 48)), new Uint8Array(24))
  return concatBytes(body, half(0), half(48), new Uint8Array(368))
}

/** A TCB version in the layout of its generation, 8 bytes. */
export function encodeTcb(tcb: SnpTcb, product: SnpProduct): Uint8Array {
  const { fmc = 0, bootloader, tee, snp, microcode } = tcb
  return product === 'Turin'
    ? Uint8Array.of(fmc, bootloader, tee, snp, 0, 0, 0, microcode)
    : Uint8Array.of(bootloader, tee, 0, 0, 0, 0, snp, microcode)
}
