import { decodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import { createDcapWorld } from '@veritee/simulator'
import { expect, test } from 'vitest'
import { readCrlBody, readMaxAge } from './responses.ts'

const { root_ca_crl: hex } = createDcapWorld({ now: 1_790_000_000, seed: 'responses' }).collateral('tdx')
const pem = encodePem('X509 CRL', decodeHex(hex))

function respond(body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Parameters<typeof readCrlBody>[0] {
  return { body, header: (name) => headers[name] }
}

test.each([
  ['DER', decodeHex(hex), hex],
  ['hexadecimal text', encodeUtf8(hex), hex],
  ['hexadecimal text in capitals with a line end', encodeUtf8(`${hex.toUpperCase()}\n`), hex.toUpperCase()],
  ['PEM', encodeUtf8(pem), pem.trim()],
])('a list as %s', (_, body, text) => {
  expect(readCrlBody(respond(body), 'crl')).toBe(text)
})

test('COLLATERAL_RESPONSE_INVALID: bytes that are neither DER nor text', () => {
  const body = Uint8Array.of(0xff, 0xfe, 0x00)
  expect(() => readCrlBody(respond(body), 'crl')).toThrow(
    expect.objectContaining({ code: 'COLLATERAL_RESPONSE_INVALID', details: expect.objectContaining({ path: 'crl' }) }),
  )
})

test.each([
  ['max-age=60', 60],
  ['public, max-age=3600, must-revalidate', 3600],
  ['no-store', 0],
  ['no-cache, max-age=60', 0],
  ['public', undefined],
  ['max-age=soon', undefined],
])('Cache-Control %s', (value, seconds) => {
  expect(readMaxAge(respond(new Uint8Array(0), { 'cache-control': value }))).toBe(seconds)
})
