/** The initial state of a virtual processor, a page that is measured (AMD64 Architecture Manual, volume 2, appendix B.4). */
import { PAGE_BYTES } from './firmware.ts'

/** Whose hypervisor launches the guest: each sets a few registers in its own way. */
export type Hypervisor = 'qemu' | 'ec2' | 'gce'

/** Where the first processor begins. */
export const BOOT_EIP = 0xffff_fff0

interface HypervisorState {
  readonly csAttributes: number
  readonly ssAttributes: number
  readonly trAttributes: number
  readonly pageAttributes: bigint
  readonly rdx?: number
  readonly mxcsr: number
  readonly x87Control: number
}

const DEFAULT_PAGE_ATTRIBUTES = 0x7_0406_0007_0406n

const STATES: Readonly<Record<Hypervisor, HypervisorState>> = {
  qemu: {
    csAttributes: 0x9b,
    ssAttributes: 0x93,
    trAttributes: 0x8b,
    pageAttributes: DEFAULT_PAGE_ATTRIBUTES,
    mxcsr: 0x1f80,
    x87Control: 0x37f,
  },
  ec2: {
    csAttributes: 0x9b,
    ssAttributes: 0x92,
    trAttributes: 0x83,
    pageAttributes: DEFAULT_PAGE_ATTRIBUTES,
    rdx: 0x600,
    mxcsr: 0,
    x87Control: 0,
  },
  gce: {
    csAttributes: 0x9b,
    ssAttributes: 0x93,
    trAttributes: 0x8b,
    pageAttributes: 0x0007_0106n,
    rdx: 0x600,
    mxcsr: 0,
    x87Control: 0,
  },
}

/** Offsets of segment registers. */
const SEGMENTS = {
  es: 0x00,
  cs: 0x10,
  ss: 0x20,
  ds: 0x30,
  fs: 0x40,
  gs: 0x50,
  gdtr: 0x60,
  ldtr: 0x70,
  idtr: 0x80,
  tr: 0x90,
}

/** One processor before its first instruction. */
export interface ProcessorState {
  /** Address of the first instruction. */
  readonly eip: number
  /** CPUID signature of the model; only QEMU puts it into a register. */
  readonly signature: number
  /** SEV features of the guest. */
  readonly features: bigint
  readonly hypervisor: Hypervisor
}

/** A segment register: what it selects, its attributes, limit and base. */
interface Segment {
  readonly attributes: number
  readonly selector?: number
  readonly limit?: number
  readonly base?: number
}

type Segments = Readonly<Record<keyof typeof SEGMENTS, Segment>>

/** Registers that differ between the states; the others are the same in all. */
interface Registers {
  readonly cr0: bigint
  readonly rip: bigint
  readonly rdx: bigint
  readonly pageAttributes: bigint
  readonly features: bigint
  readonly mxcsr: number
  readonly x87Control: number
}

/** CR0: ET, and PE where the processor begins in protected mode. */
const [CR0_REAL, CR0_PROTECTED] = [0x10n, 0x11n]
const DATA: Segment = { attributes: 0x93 }
const FLAT = { limit: 0xffff_ffff }

/** The page of a processor that begins in firmware, 4096 bytes. */
export function encodeVmsa({ eip, signature, features, hypervisor }: ProcessorState): Uint8Array {
  const { csAttributes, ssAttributes, trAttributes, pageAttributes, rdx, mxcsr, x87Control } = STATES[hypervisor]
  // EC2 marks the code segment of the first processor as not yet accessed.
  const isUntouched = hypervisor === 'ec2' && eip === BOOT_EIP
  const base = (eip & 0xffff_0000) >>> 0
  const segments: Segments = {
    es: DATA,
    cs: { attributes: isUntouched ? 0x9a : csAttributes, selector: 0xf000, base },
    ss: { attributes: ssAttributes },
    ds: DATA,
    fs: DATA,
    gs: DATA,
    gdtr: { attributes: 0 },
    ldtr: { attributes: 0x82 },
    idtr: { attributes: 0 },
    tr: { attributes: trAttributes },
  }
  const registers = { rip: BigInt(eip & 0xffff), rdx: BigInt(rdx ?? signature), pageAttributes, features }
  return encodePage(segments, { cr0: CR0_REAL, ...registers, mxcsr, x87Control })
}

/** Floating-point control that a hypervisor takes over into the page. */
export interface FloatingPointControl {
  readonly mxcsr: number
  readonly x87Control: number
}

/** The page of a processor that begins in an SVSM: QEMU starts it in flat protected mode, with SNP as its only feature. */
export function encodeServicesVmsa(
  eip: number,
  signature: number,
  { mxcsr, x87Control }: FloatingPointControl = STATES.qemu,
): Uint8Array {
  const flat: Segment = { attributes: 0xc93, selector: 0x10, ...FLAT }
  const segments: Segments = {
    es: flat,
    cs: { attributes: 0xc9b, selector: 0x08, ...FLAT },
    ss: flat,
    ds: flat,
    fs: flat,
    gs: DATA,
    gdtr: { attributes: 0 },
    ldtr: { attributes: 0x82 },
    idtr: { attributes: 0 },
    tr: { attributes: 0x8b },
  }
  const registers = { rip: BigInt(eip), rdx: BigInt(signature), pageAttributes: DEFAULT_PAGE_ATTRIBUTES, features: 1n }
  return encodePage(segments, { cr0: CR0_PROTECTED, ...registers, mxcsr, x87Control })
}

function encodePage(segments: Segments, registers: Registers): Uint8Array {
  const page = new Uint8Array(PAGE_BYTES)
  const view = new DataView(page.buffer)
  const u64 = (at: number, value: bigint): void => view.setBigUint64(at, value, true)
  for (const [name, { selector = 0, attributes, limit = 0xffff, base = 0 }] of Object.entries(segments)) {
    const at = SEGMENTS[name as keyof Segments]
    view.setUint16(at, selector, true)
    view.setUint16(at + 2, attributes, true)
    view.setUint32(at + 4, limit, true)
    u64(at + 8, BigInt(base))
  }
  u64(0x0d0, 0x1000n) // EFER: SVME
  u64(0x148, 0x40n) // CR4: MCE
  u64(0x158, registers.cr0)
  u64(0x160, 0x400n) // DR7
  u64(0x168, 0xffff_0ff0n) // DR6
  u64(0x170, 0x2n) // RFLAGS
  u64(0x178, registers.rip)
  u64(0x268, registers.pageAttributes)
  u64(0x310, registers.rdx)
  u64(0x3b0, registers.features)
  u64(0x3e8, 0x1n) // XCR0
  view.setUint32(0x408, registers.mxcsr, true)
  view.setUint16(0x410, registers.x87Control, true)
  return page
}
