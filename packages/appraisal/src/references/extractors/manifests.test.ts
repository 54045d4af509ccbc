/** SWID and CoRIM manifests made here, each broken in one place. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { concatBytes, encodeBase64, encodeUtf8 } from '@veritee/codec/bytes'
import { encodeCbor } from '@veritee/codec/cbor'
import { encodeCoseSign1, encodeProtectedHeader, encodeSignedBytes } from '@veritee/codec/cose'
import { importPublicKey } from '@veritee/codec/signature'
import { describe, expect, test } from 'vitest'
import { extractReferences, policyValueOf } from '../index.ts'

const NOW = 1_800_000_000
const YEAR = 366 * 86_400

async function read(type: string, bytes: Uint8Array, keys: Parameters<typeof extractReferences>[1]['keys'] = []) {
  const records = await extractReferences({ type, payload: encodeBase64(bytes) }, { now: NOW, keys })
  return Object.fromEntries(records.map((record) => [record.name, policyValueOf(record)]))
}

const A = 'ab'.repeat(48)
const B = 'CD'.repeat(48)

interface Swid {
  meta?: string
  payload?: string
  before?: string
  resources?: string
}

const resource = (index: string, hashes: readonly string[], type = 'Measurement') =>
  `<Resource type="${type}" index="${index}" active="True" ${hashes.map((hash, at) => `SHA384:Hash${at}="${hash}"`).join(' ')} name="m_${index}" size="48"/>`

const swid = ({ meta, payload = 'Payload', before = '', resources = resource('1', [A, B]) }: Swid = {}) =>
  encodeUtf8(`<?xml version="1.0" encoding="UTF-8"?>${before}
<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" xmlns:SHA384="http://www.w3.org/2001/04/xmlenc#sha384"
  xmlns:rim="https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/" name="t &amp; &#x41;">
  <!-- a comment with <tags> -->
  ${meta ?? '<Meta edition="GPU-A" rim:PlatformManufacturerStr="ACME Corporation"/>'}
  <${payload}>${resources}<![CDATA[<Resource type="Measurement"/>]]></${payload}>
</SoftwareIdentity>`)

describe('SWID', () => {
  test('one name for each measured index, digests in lower case', async () => {
    const resources =
      resource('1', [A, B]) +
      resource('2', ['0'.repeat(96)]) +
      resource('3', ['0'.repeat(96), A]) +
      resource('9', [A], 'Other')
    expect(await read('swid', swid({ resources }))).toEqual({
      'ACME_Corporation.GPU_A.measurement_1': [A, B.toLowerCase()],
      'ACME_Corporation.GPU_A.measurement_3': [A],
    })
  })

  test('an index that stands twice has the digests of both', async () => {
    const resources = resource('1', [A]) + resource('1', [B])
    expect(await read('swid', swid({ resources }))).toEqual({
      'ACME_Corporation.GPU_A.measurement_1': [A, B.toLowerCase()],
    })
  })

  test.each<[string, Uint8Array]>([
    ['no manufacturer', swid({ meta: '<Meta edition="x"/>' })],
    ['no edition', swid({ meta: '<Meta rim:PlatformManufacturerStr="x"/>' })],
    ['no payload', swid({ payload: 'Nothing' })],
    ['a digest of another length', swid({ resources: resource('1', ['abcd']) })],
    ['no index', swid({ resources: resource('1', [A]).replace('index="1"', '') })],
    ['a document type', swid({ before: '<!DOCTYPE x [<!ENTITY a "b">]>' })],
    ['an entity of its own', swid({ resources: resource('&lol;', [A]) })],
    ['a character that is none', swid({ resources: resource('&#xd800;', [A]) })],
    ['a prefix that is not declared', swid({ resources: '<x:y/>' })],
    ['an attribute twice', swid({ resources: '<y a="1" a="2"/>' })],
    ['an attribute twice under two prefixes', swid({ resources: '<y xmlns:p="u" xmlns:q="u" p:a="1" q:a="2"/>' })],
    ['crossed tags', swid({ resources: '<a><b></a></b>' })],
    ['a tag that does not end', swid({ resources: '<a' })],
    ['a comment that does not end', swid({ resources: '<!-- ' })],
    ['text outside', concatBytes(swid(), encodeUtf8('x'))],
    ['two roots', concatBytes(swid(), encodeUtf8('<a/>'))],
    ['too deep', swid({ resources: '<a>'.repeat(70) + '</a>'.repeat(70) })],
    ['too many elements', swid({ resources: '<a/>'.repeat(60_000) })],
    ['an end without start', encodeUtf8('</a>')],
    ['nothing', new Uint8Array([0x20])],
    ['no UTF-8', new Uint8Array([0x3c, 0xff])],
  ])('REFERENCE_SWID_INVALID: %s', async (_, bytes) => {
    await expect(read('swid', bytes)).rejects.toMatchObject({ code: 'REFERENCE_SWID_INVALID' })
  })
})

/** CBOR with tags, written by hand: the strict writer has none. */
type Item = number | string | Uint8Array | readonly Item[] | Map<number, Item> | { tag: number; of: Item }

function head(major: number, count: number): Uint8Array {
  if (count < 24) return Uint8Array.of((major << 5) | count)
  if (count < 256) return Uint8Array.of((major << 5) | 24, count)
  if (count < 65_536) return Uint8Array.of((major << 5) | 25, count >> 8, count & 255)
  return Uint8Array.of((major << 5) | 26, count >>> 24, (count >> 16) & 255, (count >> 8) & 255, count & 255)
}

function write(item: Item): Uint8Array {
  if (typeof item === 'number') return head(0, item)
  if (typeof item === 'string') return concatBytes(head(3, encodeUtf8(item).length), encodeUtf8(item))
  if (item instanceof Uint8Array) return concatBytes(head(2, item.length), item)
  if (item instanceof Map) return concatBytes(head(5, item.size), ...[...item].flatMap((pair) => pair.map(write)))
  if ('tag' in item) return concatBytes(head(6, item.tag), write(item.of))
  return concatBytes(head(4, item.length), ...item.map(write))
}

const map = (members: Record<number, Item>) =>
  new Map(Object.entries(members).map(([key, value]) => [Number(key), value]))
const UUID = Uint8Array.from({ length: 16 }, (_, index) => index)
const DIGEST = new Uint8Array(32).fill(0xab)

interface Comid {
  environment?: Item
  key?: Item
  values?: Item
}

const comid = ({ environment, key = { tag: 37, of: UUID }, values }: Comid = {}): Item =>
  map({
    1: map({ 0: 'id' }),
    4: map({
      0: [
        [
          environment ?? map({ 0: map({ 1: 'ACME', 2: 'RoadRunner' }) }),
          [map({ 0: key, 1: values ?? map({ 2: [[1, DIGEST]] }) })],
        ],
      ],
    }),
  })

const corimOf = (comids: readonly Item[], over: Record<number, Item> = {}) =>
  map({ 0: 'corim', 1: comids.map((one) => ({ tag: 506, of: write(one) })), ...over })

const corim = (comids: readonly Item[] = [comid()], over: Record<number, Item> = {}) =>
  write({ tag: 501, of: corimOf(comids, over) })

const NAME = 'ACME/RoadRunner/00010203-0405-0607-0809-0a0b0c0d0e0f'

describe('CoRIM', () => {
  test('digests and raw values under their identifiers, in wrappers of older drafts and in none', async () => {
    const values = map({
      2: [
        [1, DIGEST],
        [7, new Uint8Array(48)],
      ],
      4: { tag: 560, of: Uint8Array.of(1, 2) },
      11: 'shim',
      8: 'sn1',
    })
    const expected = {
      [`${NAME}/shim/sn1/digests`]: ['ab'.repeat(32), '00'.repeat(48)],
      [`${NAME}/shim/sn1/raw_bytes`]: '0102',
    }
    expect(await read('corim', corim([comid({ values })]))).toEqual(expected)
    expect(await read('corim', write({ tag: 500, of: { tag: 501, of: corimOf([comid({ values })]) } }))).toEqual(
      expected,
    )
    expect(await read('corim', write(corimOf([comid({ values })])))).toEqual(expected)
  })

  test('keys of text and number, and digests of the same name together', async () => {
    const second = comid({ key: 3, values: map({ 2: [[8, new Uint8Array(64)]] }) })
    const third = comid({ key: 3 })
    expect(await read('corim', corim([comid({ key: 'kernel' }), second, third, map({ 4: map({}) })]))).toEqual({
      'ACME/RoadRunner/kernel/digests': ['ab'.repeat(32)],
      'ACME/RoadRunner/claim3/digests': ['00'.repeat(64), 'ab'.repeat(32)],
    })
  })

  test('values expire with the manifest, and outside its validity it is refused', async () => {
    const validity = (from: number, to: number) => ({ 4: map({ 0: { tag: 1, of: from }, 1: { tag: 1, of: to } }) })
    const message = (bytes: Uint8Array) =>
      extractReferences({ type: 'corim', payload: encodeBase64(bytes) }, { now: NOW })
    expect((await message(corim([comid()], validity(NOW, NOW + 10))))[0]?.expiresAt).toBe(NOW + 10)
    expect((await message(corim([comid()], validity(NOW, NOW + 9 * YEAR))))[0]?.expiresAt).toBeLessThan(NOW + YEAR)
    for (const [from, to] of [
      [NOW + 1, NOW + 10],
      [NOW - 10, NOW],
    ] as const)
      await expect(message(corim([comid()], validity(from, to)))).rejects.toMatchObject({
        details: { path: 'payload.corim.validity' },
      })
  })

  test('a signed manifest needs a key that is trusted', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const key = importPublicKey({
      kind: 'spki',
      der: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    })
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const stranger = importPublicKey({
      kind: 'spki',
      der: new Uint8Array(other.export({ format: 'der', type: 'spki' })),
    })
    const header = encodeProtectedHeader('ES384')
    const payload = corim()
    const signature = sign('sha384', encodeSignedBytes(header, payload), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const message = concatBytes(Uint8Array.of(0xd2), encodeCoseSign1(header, payload, new Uint8Array(signature)))
    expect(await read('corim', message, [stranger, key])).toEqual({ [`${NAME}/digests`]: ['ab'.repeat(32)] })
    expect(
      Object.keys(await read('corim', concatBytes(Uint8Array.of(0xd9, 1, 0xf4, 0xd9, 1, 0xf6), message), [key])),
    ).toHaveLength(1)
    await expect(read('corim', message)).rejects.toMatchObject({ code: 'REFERENCE_SIGNATURE_UNTRUSTED' })
    await expect(read('corim', message, [stranger])).rejects.toMatchObject({ code: 'REFERENCE_SIGNATURE_UNTRUSTED' })
    const forged = message.slice()
    forged[forged.length - 1]! ^= 1
    await expect(read('corim', forged, [key])).rejects.toMatchObject({ code: 'REFERENCE_SIGNATURE_UNTRUSTED' })
  })

  const odd = (value: Uint8Array) => concatBytes(Uint8Array.of(0xa1, 0x01), value)
  test.each<[string, Uint8Array]>([
    ['nothing measured', corim([])],
    ['nothing of a known kind measured', corim([comid({ values: map({ 1: 7 }) })])],
    ['a key of another kind', corim([comid({ key: { tag: 111, of: Uint8Array.of(1) } })])],
    ['a UUID of another length', corim([comid({ key: { tag: 37, of: Uint8Array.of(1) } })])],
    ['a digest of an unknown algorithm', corim([comid({ values: map({ 2: [[99, DIGEST]] }) })])],
    ['a digest that is no bytes', corim([comid({ values: map({ 2: [[1, 'ab']] }) })])],
    ['a mask', corim([comid({ values: map({ 4: { tag: 560, of: DIGEST }, 5: DIGEST }) })])],
    ['a masked raw value', corim([comid({ values: map({ 4: { tag: 563, of: [DIGEST, DIGEST] } }) })])],
    ['a vendor that is no text', corim([comid({ environment: map({ 0: map({ 1: 7 }) }) })])],
    ['a validity without tags', corim([comid()], { 4: map({ 1: NOW }) })],
    ['a CoMID that is no CBOR', write({ tag: 501, of: map({ 1: [{ tag: 506, of: Uint8Array.of(0xff) }] }) })],
    ['no map', write({ tag: 501, of: 7 })],
    ['an open length', odd(Uint8Array.of(0x9f, 0xff))],
    ['a long head', odd(Uint8Array.of(0x18, 0x01))],
    ['a number beyond what is exact', odd(concatBytes(Uint8Array.of(0x1b), new Uint8Array(8).fill(0xff)))],
    ['a float', odd(Uint8Array.of(0xf9, 0x3c, 0x00))],
    ['a repeated key', Uint8Array.of(0xa2, 1, 1, 1, 2)],
    ['a key that is bytes', Uint8Array.of(0xa1, 0x41, 1, 1)],
    ['a count beyond the end', Uint8Array.of(0x9a, 0x7f, 0xff, 0xff, 0xff)],
    ['too deep', new Uint8Array(64).fill(0x81)],
    ['text that is no UTF-8', odd(Uint8Array.of(0x61, 0xff))],
    ['something behind it', concatBytes(corim(), Uint8Array.of(0))],
    ['half of it', corim().subarray(0, 40)],
    ['a signed message that is none', Uint8Array.of(0xd2, 0x80)],
    ['strict CBOR of another shape', encodeCbor(new Map([[1, 'x']]))],
  ])('REFERENCE_CORIM_INVALID: %s', async (_, bytes) => {
    await expect(read('corim', bytes)).rejects.toMatchObject({ code: 'REFERENCE_CORIM_INVALID' })
  })

  test('REFERENCE_PAYLOAD_INVALID: two raw values under one name', async () => {
    const raw = (byte: number) => comid({ values: map({ 4: { tag: 560, of: Uint8Array.of(byte) } }) })
    await expect(read('corim', corim([raw(1), raw(2)]))).rejects.toMatchObject({ code: 'REFERENCE_PAYLOAD_INVALID' })
  })
})
