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

/** The page, 4096 bytes. */
export function encodeVmsa({ eip, signature, features, hypervisor }: ProcessorState): Uint8Array {
  const state = STATES[hypervisor]
  const page = new Uint8Array(PAGE_BYTES)
  const view = new DataView(page.buffer)
  const u64 = (at: number, value: bigint): void => view.setBigUint64(at, value, true)
  const segment = (at: number, attributes: number, selector = 0, base = 0): void => {
    view.setUint16(at, selector, true)
    view.setUint16(at + 2, attributes, true)
    view.setUint32(at + 4, 0xffff, true)
    u64(at + 8, BigInt(base))
  }
  // EC2 marks the code segment of the first processor as not yet accessed.
  const csAttributes = hypervisor === 'ec2' && eip === BOOT_EIP ? 0x9a : state.csAttributes
  segment(SEGMENTS.cs, csAttributes, 0xf000, (eip & 0xffff_0000) >>> 0)
  segment(SEGMENTS.ss, state.ssAttributes)
  for (const at of [SEGMENTS.es, SEGMENTS.ds, SEGMENTS.fs, SEGMENTS.gs]) segment(at, 0x93)
  for (const at of [SEGMENTS.gdtr, SEGMENTS.idtr]) segment(at, 0)
  segment(SEGMENTS.ldtr, 0x82)
  segment(SEGMENTS.tr, state.trAttributes)
  u64(0x0d0, 0x1000n) // EFER: SVME
  u64(0x148, 0x40n) // CR4: MCE
  u64(0x158, 0x10n) // CR0: ET
  u64(0x160, 0x400n) // DR7
  u64(0x168, 0xffff_0ff0n) // DR6
  u64(0x170, 0x2n) // RFLAGS
  u64(0x178, BigInt(eip & 0xffff)) // RIP
  u64(0x268, state.pageAttributes)
  u64(0x310, BigInt(state.rdx ?? signature)) // RDX
  u64(0x3b0, features)
  u64(0x3e8, 0x1n) // XCR0
  view.setUint32(0x408, state.mxcsr, true)
  view.setUint16(0x410, state.x87Control, true)
  return page
}
