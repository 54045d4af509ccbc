import { encodeBase64 } from '../bytes/base64.ts'
import { ByteCursor } from '../bytes/cursor.ts'
import { encodeHex } from '../bytes/hex.ts'
import { decodeUtf8 } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'
import { parseJson } from '../json/parse.ts'
import { parseRuntimeEvent } from './aael.ts'
import { describeDevicePath, utf16Text } from './device-path.ts'
import { digestMatchesEvent } from './digest-match.ts'
import type { EventLog, LogEvent } from './event-log.ts'

/** What an event says, in the spelling of claims; members that a type does not have are absent. */
export interface EventDetails {
  readonly string?: string
  readonly unicode_name?: string
  readonly unicode_name_length?: number
  /** GUID in the order of its bytes. */
  readonly variable_name?: string
  /** Base64. */
  readonly variable_data?: string
  readonly variable_data_length?: number
  readonly device_paths?: readonly string[]
  /** A runtime measurement; its content is parsed where it is JSON. `string` keeps it as it stands. */
  readonly data?: { readonly domain: string; readonly operation: string; readonly content: unknown }
}

/** One event in the spelling of claims. */
export interface EventClaims {
  readonly details: EventDetails
  /** Whether one of its digests is the hash of its data. */
  readonly digest_matches_event: boolean
  readonly digests: readonly { readonly alg: string; readonly digest: string }[]
  /** Base64. */
  readonly event: string
  readonly index: number
  readonly type_name: string
}

/** A log as claims show it. What is here is only as true as the registers it was replayed against. */
export function describeEventLog(log: EventLog): { readonly uefi_event_logs: readonly EventClaims[] } {
  return { uefi_event_logs: log.events.map(describeEvent) }
}

/** One event as claims show it; an event whose data is malformed for its type has empty details. */
export function describeEvent(entry: LogEvent): EventClaims {
  return {
    details: detailsOf(entry),
    digest_matches_event: [...entry.digests.keys()].some((algorithm) => digestMatchesEvent(entry, algorithm)),
    digests: [...entry.digests].map(([alg, digest]) => ({ alg, digest: encodeHex(digest) })),
    event: encodeBase64(entry.event),
    index: entry.index,
    type_name: entry.typeName,
  }
}

function detailsOf(entry: LogEvent): EventDetails {
  try {
    return describeData(entry)
  } catch (error) {
    if (error instanceof CodecError) return {}
    throw error
  }
}

function describeData(entry: LogEvent): EventDetails {
  const { event } = entry
  switch (entry.typeName) {
    case 'EV_EFI_HANDOFF_TABLES2':
    case 'EV_EFI_PLATFORM_FIRMWARE_BLOB2': {
      const cursor = new ByteCursor(event)
      return { string: withoutZeros(decodeUtf8(cursor.take(cursor.u8()))) }
    }
    case 'EV_EFI_VARIABLE_DRIVER_CONFIG':
    case 'EV_EFI_VARIABLE_BOOT':
    case 'EV_EFI_VARIABLE_BOOT2':
    case 'EV_EFI_VARIABLE_AUTHORITY':
      return describeVariable(event)
    case 'EV_EFI_BOOT_SERVICES_APPLICATION':
    case 'EV_EFI_BOOT_SERVICES_DRIVER':
    case 'EV_EFI_RUNTIME_SERVICES_DRIVER':
      return describeImage(event)
    case 'EV_PLATFORM_CONFIG_FLAGS':
      return { string: words(event) }
    case 'EV_POST_CODE':
    case 'EV_ACTION':
    case 'EV_EFI_ACTION':
      return { string: withoutZeros(decodeUtf8(event)) }
    case 'EV_IPL':
      return { string: untilZero(event) }
    case 'EV_EVENT_TAG':
      return describeTag(entry)
    default:
      return {}
  }
}

/** UEFI_VARIABLE_DATA. */
function describeVariable(event: Uint8Array): EventDetails {
  const cursor = new ByteCursor(event)
  const guid = encodeHex(cursor.take(16))
  const nameUnits = Number(cursor.u64le())
  const dataBytes = Number(cursor.u64le())
  const name = utf16Text(cursor.take(nameUnits * 2))
  return {
    unicode_name: name,
    unicode_name_length: nameUnits,
    variable_data: encodeBase64(cursor.take(dataBytes)),
    variable_data_length: dataBytes,
    variable_name: guid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  }
}

/** UEFI_IMAGE_LOAD_EVENT. */
function describeImage(event: Uint8Array): EventDetails {
  const cursor = new ByteCursor(event)
  cursor.skip(24) // address, length, link-time address
  const path = cursor.take(Number(cursor.u64le()))
  return path.length === 0 ? {} : { device_paths: describeDevicePath(path) }
}

function describeTag(entry: LogEvent): EventDetails {
  const runtime = parseRuntimeEvent(entry)
  if (runtime !== undefined) {
    const { domain, operation, content } = runtime
    return {
      data: { content: jsonOrText(content), domain, operation },
      string: `${domain} ${operation} ${content}`,
      unicode_name: 'AAEL',
    }
  }
  const cursor = new ByteCursor(entry.event, 4)
  return { string: withoutZeros(decodeUtf8(cursor.take(cursor.u32le()))) }
}

function jsonOrText(content: string): unknown {
  try {
    return parseJson(content)
  } catch (error) {
    if (error instanceof CodecError) return content
    throw error
  }
}

/** Printable runs of a text with blanks between, or nothing where the bytes are no text. */
function words(event: Uint8Array): string {
  try {
    return decodeUtf8(event)
      .split(/[\x00-\x1f]+/)
      .filter((word) => word !== '')
      .join(' ')
  } catch {
    return ''
  }
}

/** Boot loaders log a text with its final zero and at times a byte of whatever lay behind it. */
function untilZero(event: Uint8Array): string {
  const end = event.indexOf(0)
  return decodeUtf8(end === -1 ? event : event.subarray(0, end))
}

function withoutZeros(text: string): string {
  return text.replace(/\0+$/, '')
}
