import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { concatBytes, decodeBase64Url, encodeHex, reverseBytes, u32le, u64le } from '@veritee/codec/bytes'
import { expect, it } from 'vitest'
import { verifyIdBlock } from './id-block.ts'

const [id, author] = [0, 1].map(() => generateKeyPairSync('ec', { namedCurve: 'P-384' }))
const number = (bytes: Uint8Array) => concatBytes(reverseBytes(bytes), new Uint8Array(24))

function keyBlob(key: KeyObject): Uint8Array {
  const { x, y } = key.export({ format: 'jwk' }) as { x: string; y: string }
  const point = concatBytes(number(decodeBase64Url(x)), number(decodeBase64Url(y)))
  return concatBytes(u32le(2), point, new Uint8Array(1028 - 4 - point.length))
}

function signatureBlob(key: KeyObject, data: Uint8Array): Uint8Array {
  const raw = new Uint8Array(sign('sha384', data, { key, dsaEncoding: 'ieee-p1363' }))
  return concatBytes(number(raw.subarray(0, 48)), number(raw.subarray(48)), new Uint8Array(368))
}

const block = concatBytes(new Uint8Array(48).fill(7), new Uint8Array(32), u32le(1), u32le(3), u64le(0x30000n))
const [idKey, authorKey] = [keyBlob(id!.publicKey), keyBlob(author!.publicKey)]
const authentication = (withAuthor = true) =>
  concatBytes(
    u32le(1),
    u32le(withAuthor ? 1 : 0),
    new Uint8Array(56),
    signatureBlob(id!.privateKey, block),
    idKey,
    new Uint8Array(60),
    withAuthor ? signatureBlob(author!.privateKey, idKey) : new Uint8Array(512),
    withAuthor ? authorKey : new Uint8Array(1028),
    new Uint8Array(892),
  )
const sha384 = (bytes: Uint8Array) => createHash('sha384').update(bytes).digest('hex')

it('a signed block, with and without an author key', async () => {
  const verified = await verifyIdBlock(block, authentication())
  expect(verified).toMatchObject({ guestSvn: 3, policy: 0x30000n })
  expect(encodeHex(verified.launchDigest)).toBe('07'.repeat(48))
  expect(encodeHex(verified.idKeyDigest)).toBe(sha384(idKey))
  expect(encodeHex(verified.authorKeyDigest!)).toBe(sha384(authorKey))
  expect((await verifyIdBlock(block, authentication(false))).authorKeyDigest).toBeUndefined()
})

it.each<[string, (block: Uint8Array, auth: Uint8Array) => [Uint8Array, Uint8Array]]>([
  ['a changed digest', (b, a) => [b.with(0, 8), a]],
  ['a changed policy', (b, a) => [b.with(90, 0xb), a]],
  ['another version', (b, a) => [b.with(80, 2), a]],
  ['a byte more', (b, a) => [concatBytes(b, new Uint8Array(1)), a]],
  ['authentication cut short', (b, a) => [b, a.subarray(1)]],
  ['another algorithm', (b, a) => [b, a.with(0, 2)]],
  ['another curve', (b, a) => [b, a.with(576, 1)]],
  ['a key off the curve', (b, a) => [b, a.with(580, a[580]! ^ 1)]],
  ['a long r', (b, a) => [b, a.with(64 + 60, 1)]],
  ['bytes behind the signature', (b, a) => [b, a.with(64 + 200, 1)]],
  ['an id key that the author did not sign', (b, a) => [b, a.with(1664, a[1664]! ^ 1)]],
  ['an author key of another algorithm', (b, a) => [b, a.with(4, 2)]],
])('SNP_LAUNCH_INVALID: %s', async (_, change) => {
  await expect(verifyIdBlock(...change(block, authentication()))).rejects.toMatchObject({ code: 'SNP_LAUNCH_INVALID' })
})
