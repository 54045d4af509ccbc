import { createHash, getHashes } from 'node:crypto'
import { expect, test } from 'vitest'
import { encodeHex, encodeUtf8 } from '../bytes/index.ts'
import { sm3 } from './sm3.ts'

test.each([
  ['abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
  ['abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
])('the examples of GB/T 32905: %s', (text, expected) => {
  expect(encodeHex(sm3(encodeUtf8(text)))).toBe(expected)
})

test('parts are joined', () => {
  expect(sm3(encodeUtf8('a'), encodeUtf8(''), encodeUtf8('bc'))).toEqual(sm3(encodeUtf8('abc')))
})

test.skipIf(!getHashes().includes('sm3'))('OpenSSL agrees at every length around the block bounds', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff)
    expect(encodeHex(sm3(bytes))).toBe(createHash('sm3').update(bytes).digest('hex'))
  }
})
