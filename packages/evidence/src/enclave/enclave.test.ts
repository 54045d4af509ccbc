import { concatBytes, encodeBase64 } from '@veritee/codec/bytes'
import type { CborValue } from '@veritee/codec/cbor'
import { encodePem, parsePem } from '@veritee/codec/pem'
import { assembleEnclaveDraft, createEnclaveWorld, type EnclaveDraft } from '@veritee/simulator/enclave'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../../../testkit/twins.ts'
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
const world = createEnclaveWorld({ now: NOW, seed: 'enclave room' })
const [rootCertificate] = parsePem(world.root.pem).map(({ der }) => der) as [Uint8Array]

type Members = Map<string, CborValue>

/** A genuine document, unless told otherwise. */
function documentOf(change: (members: Members) => void = () => {}, edit: (draft: EnclaveDraft) => void = () => {}) {
  const draft = world.draft({ nonce: '06070809', userData: '0405', publicKey: '010203', pcr0: '01'.repeat(48) })
  change(draft.document.members)
  edit(draft)
  return assembleEnclaveDraft(draft).document
}

const verify = (bytes: Uint8Array, trust: Partial<EnclaveTrust> = {}) =>
  verifyEnclaveDocument(parseEnclaveDocument(bytes), { now: NOW, roots: [world.root], ...trust })

describe('an enclave document', () => {
  test('is genuine under a root that the caller names, and says what was not checked', async () => {
    const verified = await verify(documentOf())
    expect(verified).toMatchObject({ root: world.root.name, simulated: true, expiresAt: NOW + DAY })
    expect(verified.checks.filter(({ result }) => result === 'skip').map(({ code }) => code)).toEqual([
      'ENCLAVE_REVOCATION_UNCHECKED',
    ])
    expect(appraiseEnclave(verified)).toEqual([])
    expect(claimsOfEnclave(verified.document)).toMatchObject({
      module_id: 'i-simulated-enc0001',
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
      claims: { module_id: 'i-simulated-enc0001' },
      certificates: [
        { subject: expect.stringContaining('CN=Simulated enclave leaf') },
        { subject: expect.stringContaining('CN=Simulated enclave instance') },
        { subject: expect.stringContaining('CN=Simulated enclave zone') },
        { subject: expect.stringContaining('CN=Simulated enclave root') },
      ],
    })
    const json = { document: encodeBase64(bytes) }
    expect(recognizeEvidence(JSON.stringify(json))).toMatchObject({ kind: 'evidence-json', tee: 'enclave' })
    expect(parseEnclaveEvidence(json).moduleId).toBe('i-simulated-enc0001')
  })

  test('a root is read from PEM and from DER', () => {
    for (const file of [world.root.pem, rootCertificate])
      expect(parseEnclaveRoot(file, { simulated: false })).toMatchObject({
        name: 'Simulated enclave root',
        keyDigest: world.root.keyDigest,
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

  test.each<[string, string, (draft: EnclaveDraft) => void]>([
    [
      'ENCLAVE_CHAIN_ISSUER',
      'another issuer',
      ({ certificates }) => {
        certificates.leaf.issuer = certificates.zone.subject
      },
    ],
    [
      'ENCLAVE_CHAIN_SIGNATURE',
      'a leaf that the stranger signed',
      ({ certificates, keys }) => {
        certificates.leaf.signer = keys.stranger
      },
    ],
    [
      'ENCLAVE_CHAIN_SIGNATURE',
      'an authority that the stranger signed',
      ({ certificates, keys }) => {
        certificates.zone.signer = keys.stranger
      },
    ],
    [
      'ENCLAVE_CHAIN_ROOT',
      'the root of the stranger',
      ({ certificates, keys }) => {
        certificates.root.publicKey = keys.stranger.spki
        certificates.root.signer = keys.stranger
      },
    ],
    [
      'ENCLAVE_CHAIN_CONSTRAINTS',
      'a leaf that is a CA',
      ({ certificates: { leaf, root } }) => {
        leaf.extensions = root.extensions
      },
    ],
    [
      'ENCLAVE_CHAIN_CONSTRAINTS',
      'a leaf that may not sign',
      ({ certificates: { leaf, root } }) => {
        leaf.extensions = [leaf.extensions[0]!, root.extensions[1]!]
      },
    ],
    [
      'ENCLAVE_CHAIN_CONSTRAINTS',
      'an authority that is none',
      ({ certificates: { leaf, instance } }) => {
        instance.extensions = leaf.extensions
      },
    ],
    [
      'ENCLAVE_CHAIN_CONSTRAINTS',
      'an authority that may not sign certificates',
      ({ certificates: { leaf, zone } }) => {
        zone.extensions = [zone.extensions[0]!, leaf.extensions[1]!]
      },
    ],
    [
      'ENCLAVE_CHAIN_CONSTRAINTS',
      'a path that is too long',
      ({ certificates: { zone, instance } }) => {
        zone.extensions = instance.extensions
      },
    ],
    [
      'ENCLAVE_CHAIN_DATES',
      'an expired leaf',
      ({ certificates }) => {
        certificates.leaf.notAfter = NOW - 1
      },
    ],
    [
      'ENCLAVE_CHAIN_DATES',
      'an authority of tomorrow',
      ({ certificates }) => {
        certificates.zone.notBefore = NOW + 1
      },
    ],
    [
      'ENCLAVE_DOCUMENT_ALGORITHM',
      'ES256',
      ({ document }) => {
        document.algorithm = 'ES256'
      },
    ],
    [
      'ENCLAVE_SIGNATURE_INVALID',
      'signed by the stranger',
      ({ document, keys }) => {
        document.signer = keys.stranger
      },
    ],
  ])('%s: %s', async (code, _name, edit) => {
    expect(await codeOf(() => verify(documentOf(() => {}, edit)))).toBe(code)
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
