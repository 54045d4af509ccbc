import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatBytes, encodeHex, encodeUtf8 } from '../bytes/index.ts'
import { hashes as portable } from '../engine/noble-hashes.ts'
import { extendDigest } from './hash.ts'
import { createDigest, DIGEST_BYTES, digest, type HashAlgorithm, hmac } from './index.ts'

const ALGORITHMS = Object.keys(DIGEST_BYTES) as HashAlgorithm[]

test('SHA-256 of "abc" as FIPS 180-4 prints it', () => {
  expect(encodeHex(digest('sha256', encodeUtf8('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

describe.each(ALGORITHMS)('%s', (algorithm) => {
  test('extending a register link by link is hashing value and link, in both engines', () => {
    const width = DIGEST_BYTES[algorithm]
    const register = fc.uint8Array({ minLength: width, maxLength: width })
    fc.assert(
      fc.property(register, fc.array(register, { maxLength: 5 }), (start, links) => {
        const before = Uint8Array.from(start)
        const expected = links.reduce<Uint8Array>((value, link) => digest(algorithm, concatBytes(value, link)), start)
        expect(extendDigest(algorithm, start, links)).toEqual(expected)
        expect(portable.extend(algorithm, start, links)).toEqual(expected)
        expect(start).toEqual(before)
      }),
      { numRuns: 50 },
    )
  })

  test('parts, streams and both engines agree with Node', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 4 }),
        fc.uint8Array({ maxLength: 200 }),
        (parts, key) => {
          const whole = concatBytes(...parts)
          const expected = new Uint8Array(createHash(algorithm).update(whole).digest())
          expect(expected).toHaveLength(DIGEST_BYTES[algorithm])
          expect(digest(algorithm, ...parts)).toEqual(expected)
          expect(portable.digest(algorithm, parts)).toEqual(expected)
          for (const create of [createDigest, portable.createDigest]) {
            const running = create(algorithm)
            for (const part of parts) running.update(part)
            expect(running.digest()).toEqual(expected)
          }
          const mac = new Uint8Array(createHmac(algorithm, key).update(whole).digest())
          expect(hmac(algorithm, key, ...parts)).toEqual(mac)
          expect(portable.hmac(algorithm, key, parts)).toEqual(mac)
        },
      ),
      { numRuns: 50 },
    )
  })
})
