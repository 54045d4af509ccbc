import { type RunProgram, runProgram } from '../device/run.ts'
import { GuestError } from '../errors.ts'
import { encodeQuoteRequest, frameQgsMessage, MAX_QGS_MESSAGE_BYTES, parseQuoteResponse } from './message.ts'

/** The host, as every guest sees it. */
const HOST_CID = 2

export interface QgsOptions {
  /** Replaces the running of programs in tests. */
  readonly run?: RunProgram
  /** What to connect to, in the words of socat. Default `VSOCK-CONNECT:2:PORT`. */
  readonly address?: string
}

/**
 * Asks the quote generation service of the host for a quote over a TDREPORT, over vsock. Node has no such socket, so socat
 * carries the bytes.
 *
 * @param port of the service on the host, as `/etc/tdx-attest.conf` says
 * @throws GuestError GUEST_ATTESTER_UNAVAILABLE without socat, GUEST_ATTESTER_QUOTE_FAILED
 */
export async function fetchQgsQuote(report: Uint8Array, port: number, options: QgsOptions = {}): Promise<Uint8Array> {
  const { run = runProgram, address = `VSOCK-CONNECT:${HOST_CID}:${port}` } = options
  const request = frameQgsMessage(encodeQuoteRequest(report))
  const { status, stdout, stderr } = await run('socat', ['-t', '10', '-', address], request)
  if (status === undefined) {
    throw new GuestError('GUEST_ATTESTER_UNAVAILABLE', 'Reaching the quote generation service needs socat.', {
      details: { path: address, expected: 'the program socat', actual: 'not installed' },
    })
  }
  return parseQuoteResponse(readFrame(stdout, address, stderr))
}

function readFrame(bytes: Uint8Array, address: string, stderr: string): Uint8Array {
  const size = bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  if (size > 0 && size <= MAX_QGS_MESSAGE_BYTES && bytes.length >= 4 + size) return bytes.subarray(4, 4 + size)
  throw new GuestError('GUEST_ATTESTER_QUOTE_FAILED', 'The quote generation service did not answer.', {
    details: { path: address, expected: 'one whole message', actual: stderr.trim() || `${bytes.length} bytes` },
  })
}
