/** The table of hashes that the hypervisor hands to the firmware when it boots a kernel directly (QEMU, `kernel-hashes=on`). */
import { concatBytes, encodeUtf8, u16le } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodeGuid } from './guid.ts'

const HEADER = '9438d606-4f22-4cc9-b479-a793d411fd21'
const COMMAND_LINE = '97d02dd8-bd20-4c94-aa78-e7714d36ab2a'
const INITRD = '44baf731-3a2f-4bd7-9af1-41e29169781d'
const KERNEL = '4de79437-abd2-427f-b835-d5b172d2045b'
const TABLE_BYTES = 168
const ENTRY_BYTES = 50
/** Padded to whole blocks of the cipher. */
const PADDED_BYTES = 176

/** What is booted without a boot loader. */
export interface DirectBoot {
  readonly kernel: Uint8Array
  /** Default none. */
  readonly initrd?: Uint8Array
  /** Default empty. */
  readonly commandLine?: string
}

/** The table, 176 bytes: SHA-256 of the command line with a NUL, of the initrd, of the kernel. */
export function encodeHashesTable({ kernel, initrd = new Uint8Array(), commandLine = '' }: DirectBoot): Uint8Array {
  const entry = (guid: string, content: Uint8Array): Uint8Array =>
    concatBytes(encodeGuid(guid), u16le(ENTRY_BYTES), digest('sha256', content))
  return concatBytes(
    encodeGuid(HEADER),
    u16le(TABLE_BYTES),
    entry(COMMAND_LINE, encodeUtf8(`${commandLine}\0`)),
    entry(INITRD, initrd),
    entry(KERNEL, kernel),
    new Uint8Array(PADDED_BYTES - TABLE_BYTES),
  )
}
