/**
 * The launch measurement of a guest, calculated from what it is launched with, so that a report can be compared with it
 * (AMD SEV-SNP Firmware ABI, section 8; SEV API, section 6).
 */
import { digest } from '@veritee/codec/hash'
import { SnpError } from '../codes.ts'
import { type LaunchFirmware, type LaunchSection, PAGE_BYTES, parseLaunchFirmware } from './firmware.ts'
import { type DirectBoot, encodeHashesTable } from './hashes-table.ts'
import { LaunchDigest } from './launch-digest.ts'
import { signatureOfModel } from './processors.ts'
import { BOOT_EIP, encodeServicesVmsa, encodeVmsa, type FloatingPointControl, type Hypervisor } from './vmsa.ts'

/** What a guest is launched with. */
export interface GuestLaunch {
  /** The whole firmware image. */
  readonly firmware: Uint8Array
  /** What is booted directly; without it the firmware boots from a disk, which is not measured here. */
  readonly boot?: DirectBoot
  /** Number of virtual processors. */
  readonly processors: number
  /** Model as QEMU names it, such as `EPYC-Milan`, or its CPUID signature. Ignored by EC2 and GCE. Default `EPYC`. */
  readonly processor?: string | number
  /** SEV features of the guest. Default 1, SNP alone. */
  readonly features?: bigint
  /** Default `qemu`. */
  readonly hypervisor?: Hypervisor
}

const MOST_PROCESSORS = 4096

/**
 * The `measurement` of an SNP guest, 48 bytes.
 *
 * A guest under an SVSM is measured otherwise: see {@link measureSvsmLaunch}.
 *
 * @throws EvidenceError SNP_FIRMWARE_INVALID, SNP_LAUNCH_INVALID
 */
export function measureSnpLaunch(launch: GuestLaunch): Uint8Array {
  const firmware = parseLaunchFirmware(launch.firmware)
  const { hypervisor = 'qemu', features = 1n } = launch
  const running = new LaunchDigest()
  running.addPages(firmware.address, firmware.bytes)
  const hashes = hashesPageOf(firmware, launch.boot)
  // EC2 launches the CPUID page after all other sections.
  const isLast = ({ kind }: LaunchSection): boolean => hypervisor === 'ec2' && kind === 'cpuid'
  const ordered = [...firmware.sections.filter((section) => !isLast(section)), ...firmware.sections.filter(isLast)]
  for (const section of ordered) addSection(running, section, hypervisor, hashes)
  for (const page of processorPages(launch, firmware, features)) running.addProcessor(page)
  return running.value
}

/** What a guest under an SVSM is launched with, by QEMU. */
export interface SvsmLaunch {
  /** The code of the firmware, without its variables. */
  readonly firmware: Uint8Array
  /** Size of the store of variables, which lies below the firmware and is not measured: whole pages. */
  readonly variablesBytes: number
  /** The whole image of the SVSM, which lies below the variables. */
  readonly services: Uint8Array
  /** Number of virtual processors. */
  readonly processors: number
  /** As in {@link GuestLaunch}. */
  readonly processor?: string | number
  /** Default that of a processor after reset, 0x1f80 and 0x37f, which KVM takes over; older kernels leave zeros. */
  readonly floatingPoint?: FloatingPointControl
}

/**
 * The `measurement` of an SNP guest that begins in an SVSM, 48 bytes: firmware, SVSM, the sections that the SVSM asks for,
 * and processors that all begin in it.
 *
 * @throws EvidenceError SNP_FIRMWARE_INVALID, SNP_LAUNCH_INVALID
 */
export function measureSvsmLaunch(launch: SvsmLaunch): Uint8Array {
  const { processors, processor = 'EPYC', variablesBytes, floatingPoint } = launch
  if (!Number.isInteger(variablesBytes) || variablesBytes < 0 || variablesBytes % PAGE_BYTES !== 0)
    throw invalid('variablesBytes', `whole pages of ${PAGE_BYTES} bytes`, variablesBytes)
  checkProcessors(processors)
  const firmware = parseLaunchFirmware(launch.firmware)
  const services = parseLaunchFirmware(launch.services, firmware.address - variablesBytes)
  if (services.servicesEip === undefined) throw invalid('services', 'the image of an SVSM', 'no entry of one')
  const running = new LaunchDigest()
  running.addPages(firmware.address, firmware.bytes)
  running.addPages(services.address, services.bytes)
  for (const section of services.sections) addSection(running, section, 'qemu', undefined)
  const page = encodeServicesVmsa(services.servicesEip, signatureOf(processor), floatingPoint)
  for (let index = 0; index < processors; index++) running.addProcessor(page)
  return running.value
}

/** The launch digest of an SEV-ES guest, 32 bytes. @throws EvidenceError SNP_FIRMWARE_INVALID, SNP_LAUNCH_INVALID */
export function measureSevEsLaunch(launch: Omit<GuestLaunch, 'features'>): Uint8Array {
  const firmware = parseLaunchFirmware(launch.firmware)
  return digest('sha256', firmware.bytes, ...hashesOf(firmware, launch.boot), ...processorPages(launch, firmware, 0n))
}

/** The launch digest of an SEV guest, 32 bytes. @throws EvidenceError SNP_FIRMWARE_INVALID, SNP_LAUNCH_INVALID */
export function measureSevLaunch({ firmware: bytes, boot }: Pick<GuestLaunch, 'firmware' | 'boot'>): Uint8Array {
  const firmware = parseLaunchFirmware(bytes)
  return digest('sha256', firmware.bytes, ...hashesOf(firmware, boot))
}

/** The digest of the firmware pages alone, 48 bytes: what tools publish as the hash of an image. */
export function measureFirmware(bytes: Uint8Array): Uint8Array {
  const firmware = parseLaunchFirmware(bytes)
  const running = new LaunchDigest()
  running.addPages(firmware.address, firmware.bytes)
  return running.value
}

function addSection(
  running: LaunchDigest,
  { kind, address, sizeBytes }: LaunchSection,
  hypervisor: Hypervisor,
  hashes: Uint8Array | undefined,
): void {
  if (kind === 'kernel-hashes' && hashes !== undefined) {
    if (sizeBytes !== PAGE_BYTES) throw invalid('firmware.kernelHashes', 'one page', sizeBytes)
    running.addPages(address, hashes)
  } else if (kind === 'secrets' || kind === 'cpuid') running.addUncounted(kind, address, PAGE_BYTES)
  else running.addUncounted(kind === 'sec-mem' && hypervisor === 'gce' ? 'unmeasured' : 'zero', address, sizeBytes)
}

/** The hashes in their page, at the place that the firmware keeps for them. */
function hashesPageOf(firmware: LaunchFirmware, boot: DirectBoot | undefined): Uint8Array | undefined {
  const [table] = hashesOf(firmware, boot)
  if (table === undefined) return undefined
  if (!firmware.sections.some(({ kind }) => kind === 'kernel-hashes'))
    throw invalid('boot.kernel', 'a firmware that measures kernel hashes', 'none')
  const at = firmware.hashesTableAddress! % PAGE_BYTES
  if (at + table.length > PAGE_BYTES) throw invalid('firmware.hashesTable', 'a table within its page', at)
  const page = new Uint8Array(PAGE_BYTES)
  page.set(table, at)
  return page
}

function hashesOf({ hashesTableAddress }: LaunchFirmware, boot: DirectBoot | undefined): Uint8Array[] {
  if (boot === undefined) return []
  if (hashesTableAddress === undefined) throw invalid('boot.kernel', 'a firmware that takes kernel hashes', 'none')
  return [encodeHashesTable(boot)]
}

function processorPages(launch: GuestLaunch, { resetEip }: LaunchFirmware, features: bigint): Uint8Array[] {
  const { processors, processor = 'EPYC', hypervisor = 'qemu' } = launch
  checkProcessors(processors)
  if (resetEip === undefined) throw invalid('firmware.resetBlock', 'a reset address for further processors', 'absent')
  const state = { signature: signatureOf(processor), features, hypervisor }
  const first = encodeVmsa({ ...state, eip: BOOT_EIP })
  if (processors === 1) return [first]
  const other = encodeVmsa({ ...state, eip: resetEip })
  return [first, ...Array.from({ length: processors - 1 }, () => other)]
}

function checkProcessors(processors: number): void {
  if (Number.isInteger(processors) && processors >= 1 && processors <= MOST_PROCESSORS) return
  throw invalid('processors', `1 to ${MOST_PROCESSORS}`, processors)
}

function signatureOf(processor: string | number): number {
  return typeof processor === 'string' ? signatureOfModel(processor) : processor
}

function invalid(path: string, expected: unknown, actual: unknown): SnpError {
  return new SnpError('SNP_LAUNCH_INVALID', undefined, { details: { path, expected, actual } })
}
