/** Claims out of a boot log, in the spellings of the attestation services. */
import { encodeHex, encodeUtf8, equalBytes } from '@veritee/codec/bytes'
import { describeEvent, digestOf, type EventClaims, type LogEvent } from '@veritee/codec/eventlog'
import type { Claims } from '../result/index.ts'
import type { BootLog } from './replay.ts'

/** Parts of a boot that are told apart by what the boot loaders write into their events. */
const PARTS: readonly { readonly part: string; readonly is: (event: EventClaims, text: string) => boolean }[] = [
  { part: 'shim', is: (event) => isImage(event, 'shim') },
  { part: 'grub', is: (event) => isImage(event, 'grub') },
  {
    part: 'kernel',
    is: (event, text) => isText(event) && (text.includes('Kernel') || text.startsWith('/boot/vmlinuz')),
  },
  {
    part: 'initrd',
    is: (event, text) =>
      (isText(event) && (text.includes('Initrd') || text.startsWith('/boot/initramfs'))) ||
      (event.type_name === 'EV_EVENT_TAG' && text === 'Linux initrd'),
  },
  { part: 'kernel_cmdline', is: (event, text) => isText(event) && COMMAND_LINE.test(text) },
]

/** GRUB logs the command line behind one of these. */
const COMMAND_LINE = /^(?:grub_kernel_cmdline|kernel_cmdline|grub_cmd linux(?:efi)?)[: ]/
/** GRUB hashes the text without these. */
const PREFIX = /^(?:grub_cmd|grub_kernel_cmdline|kernel_cmdline|module_cmdline)(?:: | )/

/**
 * Claims of the events that went into registers, and of no others:
 *
 * - `uefi_event_logs`: each event, with `digest_matches_event`;
 * - `measurement.PART.ALG` in both spellings of the algorithm (`SHA-384` and `SHA384`, `SM3` and `SM-3`), PART being shim, grub, kernel,
 *   initrd or kernel_cmdline, of a TPM from PCRs 0 to 15 alone; a list where events of one part differ, so that none of them passes for the other;
 * - `kernel_cmdline`, the text, where a digest covers it;
 * - `aael.DOMAIN/OPERATION`: contents of runtime measurements whose digest covers them, in their order.
 *
 * The name of a part is what the log calls it: pin the registers where a boot loader is not trusted to write it.
 */
export function claimsOfBootLog({ bound, kind }: BootLog): Claims {
  const events = bound.map((event) => ({ event, claims: describeEvent(event) }))
  const measurements = new Map<string, Set<string>>()
  const commandLines = new Set<string>()
  const runtime = new Map<string, string[]>()
  for (const { event, claims } of events) {
    addRuntime(runtime, claims)
    if (kind === 'tpm' && event.index >= BOOT_PCRS) continue
    const { string: text = '' } = claims.details
    for (const { part } of PARTS.filter(({ is }) => is(claims, text))) addDigests(measurements, part, event)
    if (isText(claims) && COMMAND_LINE.test(text) && coversText(event, text)) commandLines.add(text.replace(PREFIX, ''))
  }
  return {
    uefi_event_logs: events.map(({ claims }) => claims),
    ...Object.fromEntries([...measurements].map(([name, values]) => [name, oneOrAll(values)])),
    ...(commandLines.size === 0 ? {} : { kernel_cmdline: oneOrAll(commandLines) }),
    ...Object.fromEntries([...runtime].map(([name, contents]) => [name, contents])),
  }
}

function addDigests(measurements: Map<string, Set<string>>, part: string, event: LogEvent): void {
  for (const [algorithm, digest] of event.digests) {
    for (const spelling of new Set([algorithm, algorithm.replace('-', ''), algorithm.replace('SM3', 'SM-3')])) {
      const name = `measurement.${part}.${spelling}`
      measurements.set(name, (measurements.get(name) ?? new Set()).add(encodeHex(digest)))
    }
  }
}

/** The text beside the digest counts only where the digest is that of the event. */
function addRuntime(runtime: Map<string, string[]>, { details, digest_matches_event: covered }: EventClaims): void {
  const { data, string: text = '' } = details
  if (data === undefined || !covered) return
  const name = `aael.${data.domain}/${data.operation}`
  const content = text.slice(data.domain.length + data.operation.length + 2)
  runtime.set(name, [...(runtime.get(name) ?? []), content])
}

/** PCR 16 and 23 anybody can reset, and 17 to 22 are of a late launch: what is in them says nothing of how this boot began. */
const BOOT_PCRS = 16

/** Boot loaders hash a text without its prefix, with or without the zero behind it. */
function coversText({ digests }: LogEvent, text: string): boolean {
  const bare = text.replace(PREFIX, '')
  return [bare, `${bare}\0`, text, `${text}\0`].some((candidate) =>
    [...digests].some(([algorithm, digest]) => equalBytes(digest, digestOf(algorithm, encodeUtf8(candidate)))),
  )
}

function isImage({ type_name: type, details }: EventClaims, name: string): boolean {
  if (type !== 'EV_EFI_BOOT_SERVICES_APPLICATION') return false
  return details.device_paths?.some((path) => path.toLowerCase().includes(name)) === true
}

function isText({ type_name: type }: EventClaims): boolean {
  return type === 'EV_IPL'
}

function oneOrAll(values: ReadonlySet<string>): string | readonly string[] {
  return values.size === 1 ? [...values][0]! : [...values]
}
