/** PCR banks, and the firmware log that leads to them. */
import { concatBytes, encodeUtf8 } from '@veritee/codec/bytes'
import {
  EV_NO_ACTION,
  type EventDigestAlgorithm,
  encodeEventLogHeader,
  encodeLogEvent,
  parseEventLog,
  replayEventLog,
} from '@veritee/codec/eventlog'
import { ALG } from './structures.ts'

/** Banks by the name that evidence gives them. */
export type BankName = 'SHA1' | 'SHA256' | 'SHA384' | 'SM3'

/** A bank: its algorithm in event logs, its identifier in TPM structures, the size of its PCRs. */
export interface Bank {
  readonly algorithm: EventDigestAlgorithm
  readonly identifier: number
  readonly digestBytes: number
}

export const BANKS: Readonly<Record<BankName, Bank>> = {
  SHA1: { algorithm: 'SHA-1', identifier: ALG.sha1, digestBytes: 20 },
  SHA256: { algorithm: 'SHA-256', identifier: ALG.sha256, digestBytes: 32 },
  SHA384: { algorithm: 'SHA-384', identifier: ALG.sha384, digestBytes: 48 },
  SM3: { algorithm: 'SM3', identifier: ALG.sm3, digestBytes: 32 },
}

const PCRS = 24
const ALGORITHMS = Object.values(BANKS).map(({ algorithm }) => algorithm)
const EV_SEPARATOR = 0x4
const EV_S_CRTM_VERSION = 0x8
const EV_IPL = 0xd
const EV_EFI_ACTION = 0x8000_0007

/** A small boot from locality 3: firmware version, boot action, separators, a kernel command line. */
export function createEventLog(commandLine: string): Uint8Array {
  const event = (index: number, type: number, data: Uint8Array): Uint8Array =>
    encodeLogEvent(index, type, data, ALGORITHMS)
  const zeros = new Map(
    Object.values(BANKS).map(({ algorithm, digestBytes }) => [algorithm, new Uint8Array(digestBytes)]),
  )
  const locality = concatBytes(encodeUtf8('StartupLocality\0'), Uint8Array.of(3))
  return concatBytes(
    encodeEventLogHeader(ALGORITHMS),
    encodeLogEvent(0, EV_NO_ACTION, locality, zeros),
    event(0, EV_S_CRTM_VERSION, encodeUtf8('simulated firmware')),
    event(4, EV_EFI_ACTION, encodeUtf8('Calling EFI Application from Boot Option')),
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((index) => event(index, EV_SEPARATOR, new Uint8Array(4))),
    event(8, EV_IPL, encodeUtf8(`kernel_cmdline: ${commandLine}\0`)),
  )
}

/** All 24 PCRs of a bank as a log leaves them. */
export function replayBank(eventLog: Uint8Array, name: BankName): Uint8Array[] {
  const { algorithm, digestBytes } = BANKS[name]
  const { registers } = replayEventLog(parseEventLog(eventLog), algorithm, { registers: 'tpm' })
  return Array.from({ length: PCRS }, (_, index) => registers.get(index) ?? untouched(index, digestBytes))
}

/** PCRs of a late launch begin with ones. */
function untouched(index: number, digestBytes: number): Uint8Array {
  return new Uint8Array(digestBytes).fill(index >= 17 && index <= 22 ? 0xff : 0)
}
