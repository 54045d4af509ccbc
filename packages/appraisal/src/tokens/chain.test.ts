import { encodeBase64, encodeBase64Url } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVectorJson, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { isEndorsed, parseAnchors } from './chain.ts'
import { parseTokenKey } from './jwk.ts'

const NOW = Date.parse('2027-01-01') / 1000

describe.skipIf(!haveVectors)(`endorsement of keys by certificates${vectorsAbsent}`, () => {
  const load = (scenario: string) => {
    const jwk = readVectorJson<Record<string, unknown>>(`jwk/${scenario}-jwk.json`)
    const anchors = parseAnchors([readVectorText(`jwk/${scenario}-trust.pem`)])
    return { jwk, anchors, key: parseTokenKey(jwk, 'APPRAISAL_TOKEN_KEY_UNTRUSTED', 'jwk').key }
  }

  test.each([
    ['scenario01', true, 'a leaf under the root'],
    ['scenario02', false, 'a leaf of another key'],
    ['scenario03', false, 'no chain'],
    ['scenario04', false, 'another root'],
    ['scenario05', true, 'an intermediate'],
    ['scenario06', true, 'intermediates out of order, two roots'],
    ['scenario07', true, 'a root of no use in the chain'],
  ])('%s: %s, %s', async (scenario, expected, _what) => {
    const { jwk, key, anchors } = load(scenario)
    expect(await isEndorsed(jwk['x5c'], key, anchors, NOW)).toBe(expected)
  })

  test('the certificates are judged at their time', async () => {
    const { jwk, key, anchors } = load('scenario05')
    expect(await isEndorsed(jwk['x5c'], key, anchors, Date.parse('2026-01-01') / 1000)).toBe(false)
    expect(await isEndorsed(jwk['x5c'], key, anchors, Date.parse('2037-01-01') / 1000)).toBe(false)
  })

  test('base64 of either alphabet, and nothing else', async () => {
    const { jwk, key, anchors } = load('scenario01')
    const [text] = jwk['x5c'] as [string]
    const { der } = parsePem(`-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`)[0]!
    expect(await isEndorsed([encodeBase64(der)], key, anchors, NOW)).toBe(true)
    expect(await isEndorsed([encodeBase64Url(der)], key, anchors, NOW)).toBe(true)
    for (const x5c of [undefined, text, [], [1], [''], [text, 'AA'], Array(9).fill(text), [`${text}!`]]) {
      expect(await isEndorsed(x5c, key, anchors, NOW)).toBe(false)
    }
  })

  test('without the intermediate, or without an anchor, nothing is endorsed', async () => {
    const { jwk, key, anchors } = load('scenario05')
    const [leaf] = jwk['x5c'] as [string]
    expect(await isEndorsed([leaf], key, anchors, NOW)).toBe(false)
    expect(await isEndorsed(jwk['x5c'], key, [], NOW)).toBe(false)
  })

  test('a leaf that is pinned itself needs no issuer', async () => {
    const { jwk, key } = load('scenario04')
    const [leaf] = jwk['x5c'] as [string]
    const pinned = parseAnchors([`-----BEGIN CERTIFICATE-----\n${leaf}\n-----END CERTIFICATE-----\n`])
    expect(await isEndorsed([leaf], key, pinned, NOW)).toBe(true)
  })

  test('a longer path than the root allows', async () => {
    // The root of scenario 05 allows one intermediate below it; as its own anchor the intermediate allows none.
    const { jwk, key, anchors } = load('scenario05')
    const [, intermediate] = jwk['x5c'] as [string, string]
    const pem = `-----BEGIN CERTIFICATE-----\n${intermediate}\n-----END CERTIFICATE-----\n`
    expect(await isEndorsed(jwk['x5c'], key, parseAnchors([pem]), NOW)).toBe(true)
    expect(anchors[0]?.basicConstraints?.pathLength).toBe(1)
  })
})
