/** Messages of the quote generation service on the host (specification page, section 2.4). */
import { ByteCursor, concatBytes, u16le, u32be, u32le } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { GuestError } from '../errors.ts'

const MAJOR_VERSION = 1
const HEADER_BYTES = 16
const GET_QUOTE_REQUEST = 0
const GET_QUOTE_RESPONSE = 1
const REPORT_BYTES = 1024

/** No answer is longer: quotes are a few thousand bytes. */
export const MAX_QGS_MESSAGE_BYTES: number = 64 << 10

/** A message with its length before it: big-endian, unlike everything inside. */
export function frameQgsMessage(message: Uint8Array): Uint8Array {
  return concatBytes(u32be(message.length), message)
}

/** Asks for a quote over a TDREPORT by whichever key the service chooses. */
export function encodeQuoteRequest(report: Uint8Array): Uint8Array {
  if (report.length !== REPORT_BYTES) throw failed('report', `${REPORT_BYTES} bytes`, report.length)
  const body = concatBytes(u32le(report.length), u32le(0), report)
  const header = [u16le(MAJOR_VERSION), u16le(0), u32le(GET_QUOTE_REQUEST), u32le(HEADER_BYTES + body.length), u32le(0)]
  return concatBytes(...header, body)
}

/** The quote of an answer; not judged here. Throws GUEST_ATTESTER_QUOTE_FAILED. */
export function parseQuoteResponse(message: Uint8Array): Uint8Array {
  try {
    const cursor = new ByteCursor(message)
    const major = cursor.u16le()
    cursor.skip(2)
    const type = cursor.u32le()
    const size = cursor.u32le()
    const error = cursor.u32le()
    if (major !== MAJOR_VERSION) throw failed('major_version', MAJOR_VERSION, major)
    if (type !== GET_QUOTE_RESPONSE) throw failed('type', GET_QUOTE_RESPONSE, type)
    if (size !== message.length) throw failed('size', message.length, size)
    if (error !== 0) throw failed('error_code', 0, `0x${error.toString(16)}`)
    const idBytes = cursor.u32le()
    const quoteBytes = cursor.u32le()
    cursor.skip(idBytes)
    const quote = cursor.take(quoteBytes).slice()
    cursor.expectEnd()
    return quote
  } catch (cause) {
    if (cause instanceof GuestError || !isCodedError(cause)) throw cause
    throw new GuestError('GUEST_ATTESTER_QUOTE_FAILED', 'The answer of the quote generation service is malformed.', {
      details: { path: 'qgs', actual: cause.message },
      cause,
    })
  }
}

/** The port of `/etc/tdx-attest.conf` (`port = 4050`); undefined where the file names none. */
export function parseQgsPort(config: string): number | undefined {
  const port = Number(/^\s*port\s*=\s*(\d{1,10})\s*$/m.exec(config)?.[1])
  return Number.isInteger(port) && port > 0 && port < 2 ** 32 ? port : undefined
}

function failed(path: string, expected: unknown, actual: unknown): GuestError {
  return new GuestError('GUEST_ATTESTER_QUOTE_FAILED', 'The quote generation service gave no quote.', {
    details: { path: `qgs.${path}`, expected, actual },
  })
}
