/** Confidential-computing event logs with SM3 digests, and the registers that they lead to. */
import { concatBytes, encodeUtf8 } from '@veritee/codec/bytes'
import { encodeEventLogHeader, encodeLogEvent, parseEventLog, replayEventLog } from '@veritee/codec/eventlog'

const EV_SEPARATOR = 0x4
const EV_IPL = 0xd
const EV_EFI_ACTION = 0x8000_0007

/** A small boot: separators, an action, a kernel command line. Registers 1 to 3 are extended, 4 is not. */
export function createEventLog(commandLine = 'grub_cmd linux /boot/vmlinuz root=/dev/vda1'): Uint8Array {
  const event = (index: number, type: number, data: Uint8Array): Uint8Array =>
    encodeLogEvent(index, type, data, ['SM3'])
  return concatBytes(
    encodeEventLogHeader(['SM3']),
    event(1, EV_EFI_ACTION, encodeUtf8('Calling EFI Application from Boot Option')),
    event(1, EV_SEPARATOR, new Uint8Array(4)),
    event(2, EV_IPL, encodeUtf8(`${commandLine}\0`)),
    event(3, EV_SEPARATOR, new Uint8Array(4)),
  )
}

/** Registers 1 to 4 as a log extends them. */
export function replayRegisters(eventLog: Uint8Array): Uint8Array[] {
  const { registers } = replayEventLog(parseEventLog(eventLog), 'SM3')
  return [1, 2, 3, 4].map((index) => registers.get(index) ?? new Uint8Array(32))
}
