import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { concatBytes, encodeBase64 } from '@veritee/codec/bytes'
import { type CborValue, encodeCbor } from '@veritee/codec/cbor'
import { encodeCoseSign1, encodeProtectedHeader, encodeSignedBytes } from '@veritee/codec/cose'
import {
  encodeBitString,
  encodeBoolean,
  encodeExplicit,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeTime,
  encodeUtf8String,
} from '@veritee/codec/der'
import { encodePem } from '@veritee/codec/pem'
import { describe, expect, test } from 'vitest'
import { EvidenceError } from '../errors.ts'
import { inspectEvidence } from '../inspect/index.ts'
import { recognizeEvidence } from '../recognize/index.ts'
import {
  appraiseEnclave,
  claimsOfEnclave,
  type EnclaveTrust,
  parseEnclaveDocument,
  parseEnclaveEvidence,
  parseEnclaveRoot,
  verifyEnclaveDocument,
} from './index.ts'

const NOW = 1_790_000_000
const DAY = 86_400

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

/** P-384 keys of a simulated platform. */
const keyOf = () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
const KEYS = { root: keyOf(), zone: keyOf(), instance: keyOf(), leaf: keyOf(), stranger: keyOf() }

interface CertificateOptions {
  readonly subject: string
  readonly issuer: string
  readonly key: KeyObject
  readonly signer: KeyObject
  readonly ca: boolean
  readonly pathLength?: number
  /** keyUsage bits, the first octet: 0x80 digitalSignature, 0x04 keyCertSign. */
  readonly usage?: number
  readonly notBefore?: number
  readonly notAfter?: number
}

function certificateOf(options: CertificateOptions): Uint8Array {
  const { subject, issuer, key, signer, ca, pathLength, usage = ca ? 0x04 : 0x80 } = options
  const algorithm = encodeSequence(encodeOid('1.2.840.10045.4.3.3'))
  const nameOf = (text: string) =>
    encodeSequence(encodeSet(encodeSequence(encodeOid('2.5.4.3'), encodeUtf8String(text))))
  const extensionOf = (oid: string, value: Uint8Array) =>
    encodeSequence(encodeOid(oid), encodeBoolean(true), encodeOctetString(value))
  const constraints = ca ? [encodeBoolean(true), ...(pathLength === undefined ? [] : [encodeInteger(pathLength)])] : []
  const spki = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }))
  const tbs = encodeSequence(
    encodeExplicit(0, encodeInteger(2)),
    encodeInteger(7),
    algorithm,
    nameOf(issuer),
    encodeSequence(encodeTime(options.notBefore ?? NOW - DAY), encodeTime(options.notAfter ?? NOW + DAY)),
    nameOf(subject),
    spki,
    encodeExplicit(
      3,
      encodeSequence(
        extensionOf('2.5.29.19', encodeSequence(...constraints)),
        extensionOf('2.5.29.15', encodeBitString(Uint8Array.of(usage), usage === 0x80 ? 7 : 2)),
      ),
    ),
  )
  return encodeSequence(tbs, algorithm, encodeBitString(new Uint8Array(sign('sha384', tbs, signer))))
}

const ROOT = { subject: 'root', issuer: 'root', key: KEYS.root, signer: KEYS.root, ca: true }
const ZONE = { subject: 'zone', issuer: 'root', key: KEYS.zone, signer: KEYS.root, ca: true, pathLength: 1 }
const INSTANCE = { subject: 'instance', issuer: 'zone', key: KEYS.instance, signer: KEYS.zone, ca: true, pathLength: 0 }
const LEAF = { subject: 'enclave', issuer: 'instance', key: KEYS.leaf, signer: KEYS.instance, ca: false }

type Members = Map<string, CborValue>

/** A genuine document, unless told otherwise. */
function documentOf(
  change: (members: Members) => void = () => {},
  { chain = {}, algorithm = 'ES384' as const, signer = KEYS.leaf } = {} as {
    chain?: { leaf?: object; instance?: object; zone?: object; root?: object }
    algorithm?: 'ES384' | 'ES256'
    signer?: KeyObject
  },
): Uint8Array {
  const members: Members = new Map<string, CborValue>([
    ['module_id', 'i-1234-enc5678'],
    ['digest', 'SHA384'],
    ['timestamp', NOW * 1000],
    ['pcrs', new Map(Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48).fill(index + 1)]))],
    ['certificate', certificateOf({ ...LEAF, ...chain.leaf })],
    [
      'cabundle',
      [
        certificateOf({ ...ROOT, ...chain.root }),
        certificateOf({ ...ZONE, ...chain.zone }),
        certificateOf({ ...INSTANCE, ...chain.instance }),
      ],
    ],
    ['public_key', Uint8Array.of(1, 2, 3)],
    ['user_data', Uint8Array.of(4, 5)],
    ['nonce', Uint8Array.of(6, 7, 8, 9)],
  ])
  change(members)
  const header = encodeProtectedHeader(algorithm)
  const payload = encodeCbor(members)
  const signature = sign('sha384', encodeSignedBytes(header, payload), { key: signer, dsaEncoding: 'ieee-p1363' })
  return encodeCoseSign1(header, payload, new Uint8Array(signature))
}

const root = parseEnclaveRoot(certificateOf(ROOT), { simulated: true })
const verify = (bytes: Uint8Array, trust: Partial<EnclaveTrust> = {}) =>
  verifyEnclaveDocument(parseEnclaveDocument(bytes), { now: NOW, roots: [root], ...trust })

describe('an enclave document', () => {
  test('is genuine under a root that the caller names, and says what was not checked', async () => {
    const verified = await verify(documentOf())
    expect(verified).toMatchObject({ root: 'root', simulated: true, expiresAt: NOW + DAY })
    expect(verified.checks.filter(({ result }) => result === 'skip').map(({ code }) => code)).toEqual([
      'ENCLAVE_REVOCATION_UNCHECKED',
    ])
    expect(appraiseEnclave(verified)).toEqual([])
    expect(claimsOfEnclave(verified.document)).toMatchObject({
      module_id: 'i-1234-enc5678',
      pcr0: '01'.repeat(48),
      nonce: '06070809',
      user_data: '0405',
      public_key: '010203',
    })
  })

  test('is recognised and described, with its tag, and as evidence JSON', () => {
    const bytes = documentOf()
    const tagged = concatBytes(Uint8Array.of(0xd2), bytes)
    expect(recognizeEvidence(tagged).kind).toBe('cose-document')
    expect(inspectEvidence(bytes)).toMatchObject({
      kind: 'cose-document',
      algorithm: 'ES384',
      claims: { module_id: 'i-1234-enc5678' },
      certificates: [
        { subject: 'CN=enclave' },
        { subject: 'CN=instance' },
        { subject: 'CN=zone' },
        { subject: 'CN=root' },
      ],
    })
    const json = { document: encodeBase64(bytes) }
    expect(recognizeEvidence(JSON.stringify(json))).toMatchObject({ kind: 'evidence-json', tee: 'enclave' })
    expect(parseEnclaveEvidence(json).moduleId).toBe('i-1234-enc5678')
  })

  test('a root is read from PEM too', () => {
    expect(parseEnclaveRoot(encodePem('CERTIFICATE', certificateOf(ROOT)), { simulated: false })).toMatchObject({
      name: 'root',
      keyDigest: root.keyDigest,
      simulated: false,
    })
  })

  test('debug mode is refused, until it is accepted by name', async () => {
    const verified = await verify(
      documentOf((members) => {
        members.set(
          'pcrs',
          new Map([
            [0, new Uint8Array(48)],
            [1, new Uint8Array(48)],
            [2, new Uint8Array(48)],
          ]),
        )
      }),
    )
    expect(appraiseEnclave(verified).map(({ code }) => code)).toEqual(['ENCLAVE_DEBUG_ALLOWED'])
    expect(appraiseEnclave(verified, { allowDebug: true })).toEqual([])
  })

  test('optional members may be absent or null', async () => {
    const verified = await verify(
      documentOf((members) => {
        members.delete('public_key')
        members.set('user_data', null)
        members.delete('nonce')
      }),
    )
    expect(claimsOfEnclave(verified.document)).not.toHaveProperty('nonce')
  })

  test.each<[string, string, (members: Members) => void]>([
    ['ENCLAVE_DOCUMENT_MALFORMED', 'no module id', (members) => members.delete('module_id')],
    ['ENCLAVE_DOCUMENT_MALFORMED', 'an empty module id', (members) => members.set('module_id', '')],
    ['ENCLAVE_DOCUMENT_MALFORMED', 'a timestamp of 0', (members) => members.set('timestamp', 0)],
    ['ENCLAVE_DOCUMENT_MALFORMED', 'another digest', (members) => members.set('digest', 'SHA256')],
    ['ENCLAVE_DOCUMENT_MALFORMED', 'no registers', (members) => members.set('pcrs', new Map())],
    [
      'ENCLAVE_DOCUMENT_MALFORMED',
      'register 32',
      (members) => members.set('pcrs', new Map([[32, new Uint8Array(48)]])),
    ],
    [
      'ENCLAVE_DOCUMENT_MALFORMED',
      'a short register',
      (members) => members.set('pcrs', new Map([[0, new Uint8Array(47)]])),
    ],
    [
      'ENCLAVE_DOCUMENT_MALFORMED',
      'a named register',
      (members) => members.set('pcrs', new Map([['0', new Uint8Array(48)]])),
    ],
    ['ENCLAVE_DOCUMENT_MALFORMED', 'an empty bundle', (members) => members.set('cabundle', [])],
    ['ENCLAVE_DOCUMENT_MALFORMED', 'a long nonce', (members) => members.set('nonce', new Uint8Array(513))],
    ['ENCLAVE_DOCUMENT_MALFORMED', 'long user data', (members) => members.set('user_data', new Uint8Array(513))],
    ['ENCLAVE_DOCUMENT_MALFORMED', 'a key that is text', (members) => members.set('public_key', 'key')],
    ['ENCLAVE_CHAIN_MALFORMED', 'a leaf that is none', (members) => members.set('certificate', Uint8Array.of(0x30, 0))],
    ['ENCLAVE_TIMESTAMP_INVALID', 'made in the future', (members) => members.set('timestamp', (NOW + 60) * 1000)],
    [
      'ENCLAVE_TIMESTAMP_INVALID',
      'made before its certificate',
      (members) => members.set('timestamp', (NOW - 2 * DAY) * 1000),
    ],
  ])('%s: %s', async (code, _name, change) => {
    expect(await codeOf(() => verify(documentOf(change)))).toBe(code)
  })

  test.each<[string, string, Parameters<typeof documentOf>[1]]>([
    ['ENCLAVE_CHAIN_ISSUER', 'another issuer', { chain: { leaf: { issuer: 'other' } } }],
    ['ENCLAVE_CHAIN_SIGNATURE', 'a leaf that the stranger signed', { chain: { leaf: { signer: KEYS.stranger } } }],
    [
      'ENCLAVE_CHAIN_SIGNATURE',
      'an authority that the stranger signed',
      { chain: { zone: { signer: KEYS.stranger } } },
    ],
    [
      'ENCLAVE_CHAIN_ROOT',
      'the root of the stranger',
      { chain: { root: { key: KEYS.stranger, signer: KEYS.stranger } } },
    ],
    ['ENCLAVE_CHAIN_CONSTRAINTS', 'a leaf that is a CA', { chain: { leaf: { ca: true } } }],
    ['ENCLAVE_CHAIN_CONSTRAINTS', 'a leaf that may not sign', { chain: { leaf: { usage: 0x04 } } }],
    ['ENCLAVE_CHAIN_CONSTRAINTS', 'an authority that is none', { chain: { instance: { ca: false } } }],
    ['ENCLAVE_CHAIN_CONSTRAINTS', 'an authority that may not sign certificates', { chain: { zone: { usage: 0x80 } } }],
    ['ENCLAVE_CHAIN_CONSTRAINTS', 'a path that is too long', { chain: { zone: { pathLength: 0 } } }],
    ['ENCLAVE_CHAIN_DATES', 'an expired leaf', { chain: { leaf: { notAfter: NOW - 1 } } }],
    ['ENCLAVE_CHAIN_DATES', 'an authority of tomorrow', { chain: { zone: { notBefore: NOW + 1 } } }],
    ['ENCLAVE_DOCUMENT_ALGORITHM', 'ES256', { algorithm: 'ES256' }],
    ['ENCLAVE_SIGNATURE_INVALID', 'signed by the stranger', { signer: KEYS.stranger }],
  ])('%s: %s', async (code, _name, options) => {
    expect(await codeOf(() => verify(documentOf(() => {}, options)))).toBe(code)
  })

  test('ENCLAVE_CHAIN_ROOT: no root is trusted by default', async () => {
    expect(await codeOf(() => verifyEnclaveDocument(parseEnclaveDocument(documentOf()), { now: NOW }))).toBe(
      'ENCLAVE_CHAIN_ROOT',
    )
  })

  test.each([[null], [{}], [{ document: 1 }], [{ document: '***' }]])('ENCLAVE_EVIDENCE_JSON: %j', async (json) => {
    expect(await codeOf(() => parseEnclaveEvidence(json))).toBe('ENCLAVE_EVIDENCE_JSON')
  })

  test('ENCLAVE_CHAIN_MALFORMED: a root that is no certificate', async () => {
    const bad = [Uint8Array.of(0x30, 0), encodePem('PUBLIC KEY', Uint8Array.of(1)), 'nothing']
    for (const file of bad)
      expect(await codeOf(() => parseEnclaveRoot(file, { simulated: false }))).toBe('ENCLAVE_CHAIN_MALFORMED')
  })

  test('each flipped byte of the signed part, and each truncation, is refused', async () => {
    const bytes = documentOf()
    for (let at = 0; at < bytes.length; at += 11) {
      const changed = bytes.slice()
      changed[at]! ^= 1
      expect(await codeOf(() => verify(changed)), `byte ${at}`).toMatch(/^ENCLAVE_/)
      expect(await codeOf(() => parseEnclaveDocument(bytes.subarray(0, at)))).toMatch(/^ENCLAVE_DOCUMENT_/)
    }
  })
})
