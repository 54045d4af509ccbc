import { concatBytes, u16le, u32le } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { GuestError } from '../errors.ts'
import type { RunProgram } from '../tdreport/index.ts'
import { fetchQgsQuote } from './fetch-quote.ts'
import { encodeQuoteRequest, frameQgsMessage, parseQgsPort, parseQuoteResponse } from './message.ts'

const REPORT = Uint8Array.from({ length: 1024 }, (_, index) => index & 0xff)
const QUOTE = Uint8Array.of(4, 0, 2, 0)

function answer(quote: Uint8Array, { error = 0, type = 1, major = 1, id = new Uint8Array(16) } = {}): Uint8Array {
  const body = concatBytes(u32le(id.length), u32le(quote.length), id, quote)
  return concatBytes(u16le(major), u16le(0), u32le(type), u32le(16 + body.length), u32le(error), body)
}

describe('messages', () => {
  test('a request, byte by byte', () => {
    const request = encodeQuoteRequest(REPORT)
    expect(request).toHaveLength(16 + 8 + 1024)
    expect(request.subarray(0, 24)).toEqual(
      concatBytes(u16le(1), u16le(0), u32le(0), u32le(1048), u32le(0), u32le(1024), u32le(0)),
    )
    expect(request.subarray(24)).toEqual(REPORT)
    expect(frameQgsMessage(request).subarray(0, 4)).toEqual(Uint8Array.of(0, 0, 4, 0x18))
  })

  test('an answer with and without a key id', () => {
    expect(parseQuoteResponse(answer(QUOTE))).toEqual(QUOTE)
    expect(parseQuoteResponse(answer(QUOTE, { id: new Uint8Array() }))).toEqual(QUOTE)
  })

  test.each([
    ['an error of the service', answer(QUOTE, { error: 0x12001 })],
    ['another message', answer(QUOTE, { type: 3 })],
    ['another version', answer(QUOTE, { major: 2 })],
    ['a message cut short', answer(QUOTE).subarray(0, -1)],
    ['a message with bytes after it', concatBytes(answer(QUOTE), Uint8Array.of(0))],
  ])('refuses %s', (_name, message) => {
    expect(() => parseQuoteResponse(message)).toThrowError(
      expect.objectContaining({ code: 'GUEST_ATTESTER_QUOTE_FAILED' }),
    )
  })

  test('any bytes are read or refused with a code of this package', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseQuoteResponse(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(GuestError)
        }
      }),
      { numRuns: 200 },
    )
  })

  test.each([
    ['port = 4050\n', 4050],
    ['# port=1\n  port=4051', 4051],
    ['', undefined],
    ['port = 0', undefined],
  ])('the port of %j is %s', (config, port) => expect(parseQgsPort(config)).toBe(port))
})

describe('fetching a quote', () => {
  const service = (stdout: Uint8Array, status: number | undefined = 0): RunProgram => {
    return async (program, args, input) => {
      expect([program, args.at(-1)]).toEqual(['socat', 'VSOCK-CONNECT:2:4050'])
      expect(input).toEqual(frameQgsMessage(encodeQuoteRequest(REPORT)))
      return { status, stdout, stderr: '' }
    }
  }

  test('returns the quote of the answer', async () => {
    expect(await fetchQgsQuote(REPORT, 4050, { run: service(frameQgsMessage(answer(QUOTE))) })).toEqual(QUOTE)
  })

  test.each([
    ['GUEST_ATTESTER_QUOTE_FAILED', new Uint8Array(), 1],
    ['GUEST_ATTESTER_QUOTE_FAILED', frameQgsMessage(answer(QUOTE)).subarray(0, 30), 0],
    ['GUEST_ATTESTER_UNAVAILABLE', new Uint8Array(), undefined],
  ])('refuses with %s', async (code, stdout, status) => {
    const run: RunProgram = async () => ({ status, stdout, stderr: '' })
    await expect(fetchQgsQuote(REPORT, 4050, { run })).rejects.toMatchObject({ code })
  })
})
