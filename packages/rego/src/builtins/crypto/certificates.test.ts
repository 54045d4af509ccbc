import { concatBytes, encodeUtf8 } from '@veritee/codec/bytes'
import {
  encodeBitString,
  encodeBoolean,
  encodeElement,
  encodeExplicit,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeUtcTime,
  encodeUtf8String,
} from '@veritee/codec/der'
import { encodePem } from '@veritee/codec/pem'
import { describe, expect, test } from 'vitest'
import { callBuiltin } from '../../../conformance/call-builtin.ts'
import { createEcKey, type EcPrivateKey } from './keys/private-key.ts'
import { signEcdsa } from './signing/ecdsa.ts'
import { bytesOfInteger } from './signing/modular.ts'

const NOW = 1_700_000_000
const DAY = 86_400

interface Draft {
  readonly subject: string
  readonly issuer: string
  readonly key: EcPrivateKey
  readonly signer: EcPrivateKey
  readonly from?: number
  readonly to?: number
  readonly ca?: boolean
  readonly pathLength?: number
  readonly usage?: number
  readonly purposes?: readonly string[]
  readonly hosts?: readonly string[]
  readonly critical?: string
}

const key = (d: bigint): EcPrivateKey => createEcKey('P-256', d)
const name = (text: string): Uint8Array =>
  encodeSequence(encodeSet(encodeSequence(encodeOid('2.5.4.3'), encodeUtf8String(text))))
const algorithm = encodeSequence(encodeOid('1.2.840.10045.4.3.2'))

function extension(oid: string, content: Uint8Array, critical = false): Uint8Array {
  return encodeSequence(encodeOid(oid), ...(critical ? [encodeBoolean(true)] : []), encodeOctetString(content))
}

function issue(draft: Draft): Uint8Array {
  const point = concatBytes(Uint8Array.of(4), bytesOfInteger(draft.key.x, 32), bytesOfInteger(draft.key.y, 32))
  const extensions: Uint8Array[] = []
  if (draft.ca !== undefined) {
    const length = draft.pathLength === undefined ? [] : [encodeInteger(draft.pathLength)]
    extensions.push(extension('2.5.29.19', encodeSequence(...(draft.ca ? [encodeBoolean(true)] : []), ...length), true))
  }
  if (draft.usage !== undefined) extensions.push(extension('2.5.29.15', encodeBitString(Uint8Array.of(draft.usage), 1)))
  if (draft.purposes) extensions.push(extension('2.5.29.37', encodeSequence(...draft.purposes.map(encodeOid))))
  if (draft.hosts) {
    const names = draft.hosts.map((host) => encodeElement(0x82, encodeUtf8(host)))
    extensions.push(extension('2.5.29.17', encodeSequence(...names, encodeElement(0x87, Uint8Array.of(10, 0, 0, 1)))))
  }
  if (draft.critical) extensions.push(extension(draft.critical, encodeSequence(), true))
  const tbs = encodeSequence(
    encodeExplicit(0, encodeInteger(2)),
    encodeInteger(7),
    algorithm,
    name(draft.issuer),
    encodeSequence(encodeUtcTime(draft.from ?? NOW - DAY), encodeUtcTime(draft.to ?? NOW + DAY)),
    name(draft.subject),
    encodeSequence(
      encodeSequence(encodeOid('1.2.840.10045.2.1'), encodeOid('1.2.840.10045.3.1.7')),
      encodeBitString(point),
    ),
    ...(extensions.length > 0 ? [encodeExplicit(3, encodeSequence(...extensions))] : []),
  )
  const raw = signEcdsa('P-256', 'sha256', draft.signer.d, tbs)
  const signature = encodeSequence(encodeInteger(raw.subarray(0, 32)), encodeInteger(raw.subarray(32)))
  return encodeSequence(tbs, algorithm, encodeBitString(signature))
}

const ROOT = key(11n)
const MIDDLE = key(12n)
const LEAF = key(13n)
const root: Draft = { subject: 'Root', issuer: 'Root', key: ROOT, signer: ROOT, ca: true, usage: 0x06 }
const middle: Draft = { subject: 'Middle', issuer: 'Root', key: MIDDLE, signer: ROOT, ca: true, usage: 0x06 }
const leaf: Draft = { subject: 'Leaf', issuer: 'Middle', key: LEAF, signer: MIDDLE, hosts: ['*.example.org'] }

const pem = (...drafts: readonly Draft[]): string =>
  drafts.map((draft) => encodePem('CERTIFICATE', issue(draft))).join('')

describe('parse_and_verify_certificates', () => {
  const verify = (...drafts: readonly Draft[]): unknown =>
    callBuiltin('crypto.x509.parse_and_verify_certificates', pem(...drafts))

  test('gives the chain from the leaf to the root', () => {
    const [valid, chain] = verify(root, middle, leaf) as [boolean, { Subject: { CommonName: string } }[]]
    expect(valid).toBe(true)
    expect(chain.map((certificate) => certificate.Subject.CommonName)).toEqual(['Leaf', 'Middle', 'Root'])
  })

  test('finds the order of those between', () => {
    const lower: Draft = { ...middle, subject: 'Lower', issuer: 'Middle', key: key(14n), signer: MIDDLE }
    const last: Draft = { ...leaf, issuer: 'Lower', signer: lower.key }
    expect((verify(root, lower, middle, last) as [boolean])[0]).toBe(true)
  })

  test.each<[string, ...Draft[]]>([
    ['one certificate alone', root],
    ['a leaf signed with another key', root, middle, { ...leaf, signer: ROOT }],
    ['another root', { ...root, key: key(99n), signer: key(99n) }, middle, leaf],
    ['an expired leaf', root, middle, { ...leaf, to: NOW - 1 }],
    ['a root not valid yet', { ...root, from: NOW + 1 }, middle, leaf],
    ['an expired one between', root, { ...middle, to: NOW - 1 }, leaf],
    ['one between that is no authority', root, { ...middle, ca: false }, leaf],
    ['one between that may not sign certificates', root, { ...middle, usage: 0x80 }, leaf],
    ['a root without room for another authority', { ...root, pathLength: 0 }, middle, leaf],
    ['a leaf for clients only', root, middle, { ...leaf, purposes: ['1.3.6.1.5.5.7.3.2'] }],
    ['an authority for clients only', root, { ...middle, purposes: ['1.3.6.1.5.5.7.3.2'] }, leaf],
    ['critical name constraints', root, { ...middle, critical: '2.5.29.30' }, leaf],
  ])('refuses %s', (_, ...drafts) => {
    expect(verify(...drafts)).toEqual([false, []])
  })

  test.each<[boolean, Record<string, unknown>]>([
    [true, { DNSName: 'www.EXAMPLE.org' }],
    [true, { DNSName: '10.0.0.1' }],
    [true, { KeyUsages: ['KeyUsageAny'], CurrentTime: (NOW + 60) * 1e9 }],
    [false, { DNSName: 'example.org' }],
    [false, { DNSName: 'a.b.example.org' }],
    [false, { DNSName: '10.0.0.2' }],
    [false, { CurrentTime: (NOW + 2 * DAY) * 1e9 }],
  ])('%s with %j', (valid, options) => {
    const result = callBuiltin(
      'crypto.x509.parse_and_verify_certificates_with_options',
      pem(root, middle, leaf),
      options,
    )
    expect((result as [boolean])[0]).toBe(valid)
  })

  test.each([
    [{ Nope: 1 }, 'failed: invalid key option'],
    [{ DNSName: 1 }, "failed: 'DNSName' should be a string"],
    [{ KeyUsages: ['KeyUsageNope'] }, "failed: invalid entries for 'KeyUsages' found: [KeyUsageNope]"],
  ])('refuses the options %j', (options, expected) => {
    expect(callBuiltin('crypto.x509.parse_and_verify_certificates_with_options', pem(root, leaf), options)).toBe(
      expected,
    )
  })

  test('certificates that all sign each other end at the steps', () => {
    const crowd = Array.from({ length: 28 }, (): Draft => ({ ...middle, issuer: 'Middle', signer: MIDDLE }))
    expect(verify({ ...root, subject: 'Other' }, ...crowd, leaf)).toBe('REGO_LIMIT_STEPS')
  })
})

test('parse_certificates shows what a certificate says', () => {
  const [shown] = callBuiltin(
    'crypto.x509.parse_certificates',
    pem({ ...leaf, purposes: ['1.3.6.1.5.5.7.3.1', '1.2.3'] }),
  ) as [Record<string, unknown>]
  expect(shown).toMatchObject({
    SerialNumber: 7,
    Version: 3,
    NotBefore: '2023-11-13T22:13:20Z',
    SignatureAlgorithm: 10,
    PublicKeyAlgorithm: 3,
    DNSNames: ['*.example.org'],
    IPAddresses: ['10.0.0.1'],
    URIStrings: null,
    ExtKeyUsage: [1],
    UnknownExtKeyUsage: [[1, 2, 3]],
    IsCA: false,
    MaxPathLen: 0,
    Issuer: { CommonName: 'Middle', Names: [{ Type: [2, 5, 4, 3], Value: 'Middle' }], Country: null },
  })
})

test.each([
  ['', []],
  ['AAAA', /^failed: x509: malformed certificate: /],
  ['-----BEGIN X-----\nAAAA\n-----END X-----\n', "failed: PEM block type is 'X', expected CERTIFICATE"],
  ['-----BEGIN CERTIFICATE-----\nAAAA', /^failed: invalid PEM: /],
])('parse_certificates(%j)', (text, expected) => {
  const result = callBuiltin('crypto.x509.parse_certificates', text)
  if (expected instanceof RegExp) expect(result).toMatch(expected)
  else expect(result).toEqual(expected)
})
