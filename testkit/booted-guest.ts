/** A simulated TDX guest that was booted by GRUB: an event log, and a quote whose registers it leads to. */
import { concatBytes, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import {
  encodeEventLogHeader,
  encodeLogEvent,
  encodeRuntimeEvent,
  parseEventLog,
  replayEventLog,
} from '@veritee/codec/eventlog'
import { digest } from '@veritee/codec/hash'
import type { Attester, EvidenceJson } from '@veritee/guest'
import { type DcapWorld, encodeTdxEvidence } from '@veritee/simulator'

/** What a guest boots: contents of the files, and the command line. */
export interface Boot {
  readonly shim: string
  readonly grub: string
  readonly kernel: string
  readonly initrd: string
  readonly commandLine: string
  /** Runtime measurements, as `[domain, operation, content]`. */
  readonly runtime?: readonly (readonly [string, string, string])[]
}

export const BOOT: Boot = {
  shim: 'shim of the image',
  grub: 'grub of the image',
  kernel: 'kernel of the image',
  initrd: 'initrd of the image',
  commandLine: '/vmlinuz-6.6 root=/dev/vda2 ro quiet',
}

const EV_EVENT_TAG = 6
const EV_IPL = 0xd
const EV_EFI_BOOT_SERVICES_APPLICATION = 0x8000_0003
const EV_EFI_ACTION = 0x8000_0007
const ALGORITHMS = ['SHA-384'] as const

const sha384 = (text: string): Uint8Array => digest('sha384', encodeUtf8(text))

/** The reference values of a boot, in the form that disk tools print them. */
export function referencesOf(boot: Boot): Record<string, string[]> {
  const { shim, grub, kernel, initrd, commandLine } = boot
  const value = (text: string) => [encodeHex(sha384(text))]
  return {
    kernel_cmdline: [`grub_kernel_cmdline ${commandLine}`, `grub_kernel_cmdline (hd0,gpt3)/boot${commandLine}`],
    'measurement.kernel_cmdline.SHA-384': [...value(commandLine), ...value(`(hd0,gpt3)/boot${commandLine}`)],
    'measurement.kernel.SHA-384': value(kernel),
    'measurement.initrd.SHA-384': value(initrd),
    'measurement.grub.SHA-384': value(grub),
    'measurement.shim.SHA-384': value(shim),
  }
}

/** The event log of a boot. */
export function createBootLog({ shim, grub, kernel, initrd, commandLine, runtime = [] }: Boot): Uint8Array {
  const image = (path: string, content: string) =>
    encodeLogEvent(2, EV_EFI_BOOT_SERVICES_APPLICATION, encodeImageLoad(path), new Map([['SHA-384', sha384(content)]]))
  const text = (line: string, content: string) =>
    encodeLogEvent(3, EV_IPL, encodeUtf8(`${line}\0`), new Map([['SHA-384', sha384(content)]]))
  return concatBytes(
    encodeEventLogHeader(ALGORITHMS),
    encodeLogEvent(1, EV_EFI_ACTION, encodeUtf8('Calling EFI Application from Boot Option'), ALGORITHMS),
    image('\\EFI\\BOOT\\shimx64.efi', shim),
    image('\\EFI\\alinux\\grubx64.efi', grub),
    text('/boot/vmlinuz-6.6', kernel),
    text('/boot/initramfs-6.6.img', initrd),
    text(`grub_kernel_cmdline ${commandLine}`, commandLine),
    ...runtime.map(([domain, operation, content]) =>
      encodeLogEvent(4, EV_EVENT_TAG, encodeRuntimeEvent({ domain, operation, content }), ALGORITHMS),
    ),
  )
}

/** UEFI_IMAGE_LOAD_EVENT with a device path of one file. */
function encodeImageLoad(path: string): Uint8Array {
  const name = new Uint8Array(Buffer.from(`${path}\0`, 'utf16le'))
  const size = name.length + 4
  const node = concatBytes(Uint8Array.of(4, 4, size & 0xff, size >> 8), name, Uint8Array.of(0x7f, 0xff, 4, 0))
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(node.length), true)
  return concatBytes(new Uint8Array(24), length, node)
}

/** A guest of a simulated world that booted so. */
export function createBootedGuest(world: DcapWorld, boot: Boot = BOOT): Attester {
  const log = createBootLog(boot)
  const { registers } = replayEventLog(parseEventLog(log), 'SHA-384')
  const register = (index: number) => registers.get(index) ?? new Uint8Array(48)
  const rtmrs = { rtmr0: register(1), rtmr1: register(2), rtmr2: register(3), rtmr3: register(4) }
  return {
    tee: 'tdx',
    collect: async (reportData) =>
      JSON.parse(encodeTdxEvidence(world.issueTdxQuote({ ...rtmrs, reportData }), log)) as EvidenceJson,
  }
}
