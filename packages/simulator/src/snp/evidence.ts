/** Evidence JSON in the older of the two spellings of the report (`current_build`, `_author_key_en`). */

type Json = { [name: string]: unknown }

/** A certificate beside the report; `kind` is `VCEK`, `VLEK`, `ASK` or `ARK`. */
export interface EvidenceCertificate {
  readonly kind: string
  readonly der: Uint8Array
}

/** The evidence of a report as older attestation agents send it, as JSON data; `@veritee/evidence/snp` writes the newer form. */
export function encodeFlatSnpEvidence(report: Uint8Array, certificates: readonly EvidenceCertificate[] = []): Json {
  const chain = certificates.map(({ kind, der }) => ({ cert_type: kind, data: [...der] }))
  return { attestation_report: encodeFlat(report), cert_chain: chain.length === 0 ? null : chain }
}

/** Knows versions before CPUID only, and their layout of the TCB. */
function encodeFlat(report: Uint8Array): Json {
  const read = reader(report)
  const tcb = (at: number): Json => ({
    bootloader: report[at],
    tee: report[at + 1],
    _reserved: read.bytes(at + 2, 4),
    snp: report[at + 6],
    microcode: report[at + 7],
  })
  return {
    ...commonOf(read),
    _author_key_en: read.u32(0x48),
    _reserved_0: read.u32(0x4c),
    _reserved_1: read.bytes(0x188, 24),
    current_tcb: tcb(0x38),
    reported_tcb: tcb(0x180),
    committed_tcb: tcb(0x1e0),
    launch_tcb: tcb(0x1f0),
    current_build: report[0x1e8],
    current_minor: report[0x1e9],
    current_major: report[0x1ea],
    _reserved_2: report[0x1eb],
    committed_build: report[0x1ec],
    committed_minor: report[0x1ed],
    committed_major: report[0x1ee],
    _reserved_3: report[0x1ef],
    _reserved_4: read.bytes(0x1f8, 168),
    signature: { r: read.bytes(0x2a0, 72), s: read.bytes(0x2e8, 72), _reserved: read.bytes(0x330, 368) },
  }
}

function commonOf(read: Reader): Json {
  return {
    version: read.u32(0),
    guest_svn: read.u32(4),
    policy: read.u64(8),
    family_id: read.bytes(0x10, 16),
    image_id: read.bytes(0x20, 16),
    vmpl: read.u32(0x30),
    sig_algo: read.u32(0x34),
    plat_info: read.u64(0x40),
    report_data: read.bytes(0x50, 64),
    measurement: read.bytes(0x90, 48),
    host_data: read.bytes(0xc0, 32),
    id_key_digest: read.bytes(0xe0, 48),
    author_key_digest: read.bytes(0x110, 48),
    report_id: read.bytes(0x140, 32),
    report_id_ma: read.bytes(0x160, 32),
    chip_id: read.bytes(0x1a0, 64),
  }
}

interface Reader {
  u32(at: number): number
  u64(at: number): number
  bytes(at: number, size: number): number[]
}

function reader(report: Uint8Array): Reader {
  const view = new DataView(report.buffer, report.byteOffset, report.length)
  return {
    u32: (at) => view.getUint32(at, true),
    u64: (at) => Number(view.getBigUint64(at, true)),
    bytes: (at, size) => [...report.subarray(at, at + size)],
  }
}
