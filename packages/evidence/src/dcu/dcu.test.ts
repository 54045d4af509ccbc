import { concatBytes, encodeUtf8, reverseBytes, u16le, u32le } from '@veritee/codec/bytes'
import { createSm2PrivateKey, signSm2, sm2PublicKey } from '@veritee/codec/sm'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { type CsvRoot, parseHskCek } from '../csv/index.ts'
import { EvidenceError } from '../errors.ts'
import { claimsOfDcu, parseDcuEvidence, verifyDcuReports } from './index.ts'

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

const HSK_USAGE = 0x13
const CEK_USAGE = 0x1004
const keys = { hrk: createSm2PrivateKey(), hsk: createSm2PrivateKey(), cek: createSm2PrivateKey() }
const wide = (bytes: Uint8Array) => concatBytes(reverseBytes(bytes), new Uint8Array(72 - bytes.length))
const pointOf = (key: Uint8Array) => sm2PublicKey(key).point!
const keyField = (key: Uint8Array) => [wide(pointOf(key).subarray(0, 32)), wide(pointOf(key).subarray(32))]
const userId = (text: string) => concatBytes(u16le(text.length), encodeUtf8(text), new Uint8Array(254 - text.length))
const rootId = new Uint8Array(16).fill(1)
const hskId = new Uint8Array(16).fill(2)

function signatureFields(signature: Uint8Array): Uint8Array {
  return concatBytes(wide(signature.subarray(0, 32)), wide(signature.subarray(32)))
}

function hskOf(usage = HSK_USAGE): Uint8Array {
  const body = concatBytes(
    u32le(1),
    hskId,
    rootId,
    u32le(usage),
    new Uint8Array(24),
    u32le(3),
    ...keyField(keys.hsk),
    userId('SIMULATED-HSK'),
    new Uint8Array(108),
  )
  const signature = signSm2(keys.hrk, body, { userId: 'SIMULATED-HRK' })
  return concatBytes(body, signatureFields(signature), new Uint8Array(112))
}

function cekOf(usage = CEK_USAGE): Uint8Array {
  const body = concatBytes(
    u32le(1),
    Uint8Array.of(1, 2, 0, 0),
    u32le(usage),
    u32le(4),
    u32le(3),
    ...keyField(keys.cek),
    userId('SIMULATED-CEK'),
    hskId,
    new Uint8Array(608),
  )
  const signature = signatureFields(signSm2(keys.hsk, body, { userId: 'SIMULATED-HSK' }))
  const empty = concatBytes(u32le(0x1000), u32le(0), new Uint8Array(512))
  return concatBytes(body, u32le(HSK_USAGE), u32le(4), signature, new Uint8Array(368), empty)
}

const root: CsvRoot = {
  name: 'SIMULATED-HRK',
  keyId: rootId,
  publicKey: pointOf(keys.hrk),
  userId: encodeUtf8('SIMULATED-HRK'),
  simulated: true,
}

interface Body {
  version: number
  chip_id: number[]
  user_data: number[]
  measure: number[]
  reserved: number[]
  sig_usage: number
  sig_algo: number
}

function reportOf(change: Partial<Body> = {}, signer: Uint8Array = keys.cek) {
  const body: Body = {
    version: 1,
    chip_id: [...new Uint8Array(16).fill(9)],
    user_data: [...new Uint8Array(64).fill(5)],
    measure: [...new Uint8Array(32).fill(7)],
    reserved: [...new Uint8Array(128)],
    sig_usage: CEK_USAGE,
    sig_algo: 4,
    ...change,
  }
  const signed = concatBytes(
    u32le(body.version),
    ...[body.chip_id, body.user_data, body.measure, body.reserved].map((part) => Uint8Array.from(part)),
    u32le(body.sig_usage),
    u32le(body.sig_algo),
  )
  const signature = signSm2(signer, signed, { userId: 'SIMULATED-CEK' })
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map((half) => [...wide(half)])
  return { body, sig: { r: r!, s: s! } }
}

type Report = ReturnType<typeof reportOf>
const trust = () => ({ chips: [parseHskCek(concatBytes(hskOf(), cekOf()))], roots: [root] })
const verify = (reports: readonly Report[], own = trust()) =>
  verifyDcuReports(parseDcuEvidence({ attestation_reports: reports }), own)

describe('DCU reports', () => {
  test('are genuine under the chain of their chip; what was not checked is said', () => {
    const verified = verify([reportOf()])
    expect(verified).toMatchObject({ simulated: true, root: 'SIMULATED-HRK' })
    expect(verified.checks.filter(({ result }) => result === 'skip').map(({ code }) => code)).toEqual([
      'DCU_REFERENCE_UNCHECKED',
    ])
    expect(claimsOfDcu(verified.reports)).toMatchObject({
      0: { body: { measure: '07'.repeat(32), sig_usage: '04100000' }, report_data: '05'.repeat(64) },
    })
    expect(verify([reportOf(), reportOf({ chip_id: [...new Uint8Array(16).fill(8)] })]).reports).toHaveLength(2)
  })

  test.each<[string, string, () => unknown]>([
    ['DCU_CHAIN_INCOMPLETE', 'no certificates', () => verify([reportOf()], { ...trust(), chips: [] })],
    ['DCU_SIGNATURE_INVALID', 'another key', () => verify([reportOf({}, createSm2PrivateKey())])],
    ['DCU_REPORT_USAGE', 'another usage', () => verify([reportOf({ sig_usage: 0x1002 })])],
    ['DCU_REPORT_USAGE', 'another algorithm', () => verify([reportOf({ sig_algo: 5 })])],
    [
      'DCU_USER_DATA_DIFFERS',
      'two questions',
      () => verify([reportOf(), reportOf({ user_data: [...new Uint8Array(64)] })]),
    ],
    ['CSV_CHAIN_ROOT', 'a root that nobody named', () => verify([reportOf()], { chips: trust().chips, roots: [] })],
    [
      'CSV_CERTIFICATE_ROLE',
      'a PEK in the place of the CEK',
      () => verify([reportOf()], { chips: [parseHskCek(concatBytes(hskOf(), cekOf(0x1002)))], roots: [root] }),
    ],
    [
      'CSV_CHAIN_SIGNATURE',
      'the root of another',
      () => verify([reportOf()], { ...trust(), roots: [{ ...root, publicKey: pointOf(createSm2PrivateKey()) }] }),
    ],
  ])('%s: %s', (code, _name, work) => {
    expect(codeOf(work)).toBe(code)
  })

  test('each changed byte of the body is refused', () => {
    for (const name of ['chip_id', 'user_data', 'measure', 'reserved'] as const) {
      const report = reportOf()
      report.body[name][3]! ^= 1
      expect(
        codeOf(() => verify([report])),
        name,
      ).toBe('DCU_SIGNATURE_INVALID')
    }
  })

  test.each<[string, unknown]>([
    ['nothing', null],
    ['no reports', { attestation_reports: [] }],
    ['a report without a body', { attestation_reports: [{ sig: reportOf().sig }] }],
    ['short user data', { attestation_reports: [{ ...reportOf(), body: { ...reportOf().body, user_data: [1] } }] }],
    [
      'a byte of 256',
      { attestation_reports: [{ ...reportOf(), body: { ...reportOf().body, measure: new Array(32).fill(256) } }] },
    ],
    [
      'text that is no base64',
      { attestation_reports: [{ ...reportOf(), body: { ...reportOf().body, user_data: '*' } }] },
    ],
    ['a version of text', { attestation_reports: [{ ...reportOf(), body: { ...reportOf().body, version: '1' } }] }],
    ['33 devices', { attestation_reports: Array.from({ length: 33 }, () => reportOf()) }],
  ])('DCU_EVIDENCE_JSON: %s', (_name, json) => {
    expect(codeOf(() => parseDcuEvidence(json))).toBe('DCU_EVIDENCE_JSON')
  })

  test('user data may come as base64', () => {
    const { body, sig } = reportOf()
    const text = Buffer.from(body.user_data).toString('base64')
    const [report] = parseDcuEvidence({ attestation_reports: [{ body: { ...body, user_data: text }, sig }] })
    expect(report!.userData).toEqual(Uint8Array.from(body.user_data))
  })

  test.skipIf(!haveVectors)(`the chain of a real chip is followed, and the report is not of it${vectorsAbsent}`, () => {
    const chips = [parseHskCek(readVector('csv/hsk_cek.cert'))]
    expect(codeOf(() => verifyDcuReports(parseDcuEvidence({ attestation_reports: [reportOf()] }), { chips }))).toBe(
      'DCU_SIGNATURE_INVALID',
    )
  })
})
