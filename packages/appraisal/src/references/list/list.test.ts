import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { encodeUtf8 } from '@veritee/codec/bytes'
import { importPublicKey } from '@veritee/codec/signature'
import { describe, expect, test } from 'vitest'
import { extractListItem, type MaterialTrust, parseReferenceList } from '../index.ts'
import { encodePreAuthentication } from '../signature/dsse.ts'

const NOW = 1_800_000_000
const MANIFEST = 'application/vnd.trustee.rv.release+json'

function createSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = importPublicKey({ kind: 'spki', der: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })) })
  const seal = (value: unknown, payloadType = MANIFEST) => {
    const payload = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
    const sig = sign('sha256', encodePreAuthentication(payloadType, payload), privateKey).toString('base64')
    return { payloadType, payload: payload.toString('base64'), signatures: [{ keyid: 'k', sig }] }
  }
  return { key, seal }
}

const signer = createSigner()
const stranger = createSigner()
const trust: MaterialTrust = { keys: [signer.key] }
const open: MaterialTrust = { keys: [], allowUnsigned: true }

const VALUE = 'ab'.repeat(32)
const manifest = (value = VALUE) => ({ schemaVersion: 1, measurements: { uki: { algorithm: 'SHA256', value } } })
const statement = (name = 'uki', digest: object = { sha256: VALUE }) => ({
  _type: 'https://in-toto.io/Statement/v1',
  predicateType: 'https://slsa.dev/provenance/v1',
  subject: [{ name, digest }],
})

const item = (type = 'rv-release-manifest', over: object = {}) => ({
  id: 'uki',
  version: '1.0',
  type: 'boot',
  provenance_info: { type, rekor_url: 'https://rekor.example.invalid' },
  provenance_source: { protocol: 'file', uri: 'm.json' },
  operation_type: 'add',
  ...over,
})

const read = (material: unknown, believed = trust, type?: string) => {
  const [parsed] = parseReferenceList({ rv_list: [item(type)] })
  const text = typeof material === 'string' ? material : JSON.stringify(material)
  return extractListItem(parsed as never, encodeUtf8(text), believed, NOW)
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const payloadOf = (envelope: { payload: string }) => Buffer.from(envelope.payload, 'base64')
const body = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64')

describe('material', () => {
  test('a signed manifest is believed wherever its envelope stands', async () => {
    const envelope = signer.seal(manifest())
    const forms: unknown[] = [
      envelope,
      { dsseEnvelope: envelope },
      { content: { dsseEnvelope: envelope } },
      { sourceBundle: { dsseEnvelope: envelope } },
      { sourceBundle: { content: { dsseEnvelope: envelope } } },
      { releasePayload: manifest(), dsseEnvelope: envelope },
      [envelope, envelope],
      `${JSON.stringify(envelope)}\n\n${JSON.stringify(signer.seal({}, 'text/other'))}\n`,
    ]
    for (const form of forms)
      expect(await read(form)).toMatchObject({
        name: 'uki',
        content: { digests: [{ algorithm: 'sha256', value: VALUE, artifactVersion: '1.0' }] },
      })
  })

  test('a signed statement is believed, and only its subject of that name counts', async () => {
    const type = 'application/vnd.in-toto+json'
    const lines = [statement('other'), statement(), statement('uki', { sha384: 'cd'.repeat(48) })]
    const text = lines.map((line) => JSON.stringify(signer.seal(line, type))).join('\n')
    expect(await read(text, trust, 'slsa-intoto-statements')).toMatchObject({
      name: 'measurement.boot.uki',
      content: {
        digests: [
          { algorithm: 'sha256', value: VALUE },
          { algorithm: 'sha384', value: 'cd'.repeat(48) },
        ],
      },
    })
  })

  test.each<[string, string, unknown, MaterialTrust?]>([
    ['REFERENCE_SIGNATURE_REQUIRED', 'a bare manifest', manifest()],
    ['REFERENCE_SIGNATURE_REQUIRED', 'a manifest beside nothing', { releasePayload: manifest() }],
    ['REFERENCE_SIGNATURE_UNTRUSTED', 'signed by a stranger', stranger.seal(manifest())],
    ['REFERENCE_SIGNATURE_UNTRUSTED', 'no signature', { ...signer.seal(manifest()), signatures: [] }],
    [
      'REFERENCE_SIGNATURE_UNTRUSTED',
      'another payload',
      { ...signer.seal(manifest()), payload: body(manifest('cd'.repeat(32))) },
    ],
    [
      'REFERENCE_SIGNATURE_UNTRUSTED',
      'one of two lines by a stranger',
      `${JSON.stringify(signer.seal(manifest()))}\n${JSON.stringify(stranger.seal(manifest()))}`,
    ],
    [
      'REFERENCE_ENVELOPE_INVALID',
      'a signature that is no base64',
      { ...signer.seal(manifest()), signatures: [{ sig: '*' }] },
    ],
    [
      'REFERENCE_MATERIAL_AMBIGUOUS',
      'a manifest beside an envelope that says something else',
      { releasePayload: manifest('cd'.repeat(32)), dsseEnvelope: signer.seal(manifest()) },
    ],
    ['REFERENCE_MATERIAL_AMBIGUOUS', 'two manifests', [manifest(), manifest('cd'.repeat(32))], open],
    ['REFERENCE_MATERIAL_UNSUPPORTED', 'something else', { hello: 1 }, open],
    ['REFERENCE_MATERIAL_UNSUPPORTED', 'no JSON', 'hello', open],
    ['REFERENCE_MATERIAL_UNSUPPORTED', 'nothing', '', open],
    ['REFERENCE_MATERIAL_UNSUPPORTED', 'a signed text that is no JSON', signer.seal('hello')],
    [
      'REFERENCE_MANIFEST_INVALID',
      'a signed manifest that measures nothing',
      signer.seal({ schemaVersion: 1, measurements: {} }),
    ],
    [
      'REFERENCE_MEASUREMENT_ABSENT',
      'a signed manifest of something else',
      signer.seal({ ...manifest(), measurements: { other: manifest().measurements.uki } }),
    ],
    ['REFERENCE_LIMIT_EXCEEDED', 'more envelopes than are read', Array.from({ length: 257 }, () => 0), open],
  ])('%s: %s', async (code, _what, material, believed) => {
    await expect(read(material, believed)).rejects.toMatchObject({ code })
  })
})

describe('log entries', () => {
  const envelope = signer.seal(manifest())
  const hash = sha256(payloadOf(envelope))
  const signed = sha256(encodePreAuthentication(MANIFEST, payloadOf(envelope)))
  const v1 = (value: string) => ({ kind: 'dsse', spec: { payloadHash: { algorithm: 'sha256', value } } })
  const v2 = (digest: string) => ({ kind: 'dsse', spec: { dsseV002: { payloadHash: { digest } } } })
  const hashed = (digest: string) => ({ kind: 'hashedrekord', spec: { hashedRekordV002: { data: { digest } } } })
  const hashedOld = (value: string) => ({ kind: 'hashedrekord', spec: { data: { hash: { value } } } })
  const logged = (entry: object) => ({
    dsseEnvelope: envelope,
    verificationMaterial: { tlogEntries: [{ canonicalizedBody: body(entry) }] },
  })

  test.each<[string, object, object]>([
    [
      'v1 by its id',
      { dsseEnvelope: envelope, rekorEntryV1: { id: { body: body(v1(hash.toString('hex'))) } } },
      { dsseEnvelope: envelope, rekorEntryV1: { id: { body: body(v1('00')) } } },
    ],
    [
      'v1 bare',
      { dsseEnvelope: envelope, rekorEntryV1: v1(hash.toString('hex')) },
      { dsseEnvelope: envelope, rekorEntryV1: v1('00') },
    ],
    [
      'v2',
      { dsseEnvelope: envelope, rekorEntryV2: { canonicalizedBody: body(v2(hash.toString('base64'))) } },
      { dsseEnvelope: envelope, rekorEntryV2: { canonicalizedBody: body(v2('AA==')) } },
    ],
    ['v1 in a bundle', logged(v1(hash.toString('hex'))), logged(v1('00'))],
    ['v2 in a bundle', logged(v2(hash.toString('base64'))), logged(v2('AA=='))],
    ['hashedrekord in a bundle', logged(hashed(signed.toString('base64'))), logged(hashed(hash.toString('base64')))],
    ['hashedrekord of old', logged(hashedOld(signed.toString('hex'))), logged(hashedOld(hash.toString('hex')))],
  ])('REFERENCE_LOG_ENTRY_MISMATCH: %s', async (_, fitting, forged) => {
    expect((await read(fitting)).name).toBe('uki')
    await expect(read(forged)).rejects.toMatchObject({ code: 'REFERENCE_LOG_ENTRY_MISMATCH' })
  })

  test.each<[string, object]>([
    ['of another kind', logged({ kind: 'intoto', spec: {} })],
    ['without a hash', logged({ kind: 'dsse', spec: {} })],
    ['that is no object', { dsseEnvelope: envelope, verificationMaterial: { tlogEntries: [7] } }],
    ['whose body is no JSON', { dsseEnvelope: envelope, rekorEntryV2: { canonicalizedBody: 'AAAA' } }],
    [
      'a second one that does not fit',
      {
        dsseEnvelope: envelope,
        rekorEntryV1: v1(hash.toString('hex')),
        rekorEntryV2: { canonicalizedBody: body({ kind: 'x', spec: {} }) },
      },
    ],
  ])('REFERENCE_LOG_ENTRY_INVALID: an entry %s', async (_, material) => {
    await expect(read(material)).rejects.toMatchObject({ code: 'REFERENCE_LOG_ENTRY_INVALID' })
  })
})

describe('lists', () => {
  test.each<[string, object]>([
    ['rv_list', { rv_list: 7 }],
    ['rv_list.0.id', { rv_list: [item(undefined, { id: ' ' })] }],
    ['rv_list.0.type', { rv_list: [item(undefined, { type: 7 })] }],
    ['rv_list.0.provenance_info.type', { rv_list: [item('other')] }],
    [
      'rv_list.0.provenance_source.protocol',
      { rv_list: [item(undefined, { provenance_source: { protocol: 'http', uri: 'x' } })] },
    ],
    [
      'rv_list.0.provenance_source.uri',
      { rv_list: [item(undefined, { provenance_source: { protocol: 'file', uri: '' } })] },
    ],
  ])('REFERENCE_LIST_INVALID at %s', (path, list) => {
    expect(() => parseReferenceList(list)).toThrow(
      expect.objectContaining({ code: 'REFERENCE_LIST_INVALID', details: expect.objectContaining({ path }) }),
    )
  })

  test('a source at an OCI registry is read as such', () => {
    const source = { protocol: 'oci', uri: 'oci://registry.example.org/a:1', artifact: 'bundle' }
    expect(
      parseReferenceList(JSON.stringify({ rv_list: [item(undefined, { provenance_source: source })] }))[0]?.source,
    ).toEqual(source)
  })
})
