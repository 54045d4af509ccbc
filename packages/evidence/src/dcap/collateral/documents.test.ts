/** Readers of signed documents: what they take, what they refuse, and that they refuse nothing in a foreign way. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EvidenceError } from '../../errors.ts'
import { encodeCrlText, parseDcapCollateral, splitSignedDocument } from './bundle.ts'
import { formatDateTime, parseDateTime } from './date.ts'
import { parseQeIdentity } from './qe-identity.ts'
import { parseTcbInfo } from './tcb-info.ts'

const components = (svn: number): unknown[] => Array.from({ length: 16 }, () => ({ svn }))
const level = (svn: number, status: string): Record<string, unknown> => ({
  tcb: { sgxtcbcomponents: components(svn), pcesvn: 11, tdxtcbcomponents: components(svn) },
  tcbDate: '2025-02-12T00:00:00Z',
  tcbStatus: status,
})
const module = { mrsigner: '00'.repeat(48), attributes: '00'.repeat(8), attributesMask: 'FF'.repeat(8) }
const tcbInfo = (change: Record<string, unknown> = {}): string =>
  JSON.stringify({
    id: 'TDX',
    version: 3,
    issueDate: '2026-06-01T10:00:00Z',
    nextUpdate: '2026-07-01T10:00:00Z',
    fmspc: '00806F050000',
    pceId: '0000',
    tcbType: 0,
    tcbEvaluationDataNumber: 20,
    tdxModule: module,
    tdxModuleIdentities: [
      {
        id: 'TDX_01',
        ...module,
        tcbLevels: [
          { tcb: { isvsvn: 2 }, tcbDate: '2024-01-01T00:00:00Z', tcbStatus: 'OutOfDate', advisoryIDs: ['A'] },
          { tcb: { isvsvn: 4 }, tcbDate: '2025-01-01T00:00:00Z', tcbStatus: 'UpToDate' },
        ],
      },
    ],
    tcbLevels: [level(1, 'OutOfDate'), level(3, 'UpToDate')],
    ...change,
  })
const qeIdentity = (change: Record<string, unknown> = {}): string =>
  JSON.stringify({
    id: 'TD_QE',
    version: 2,
    issueDate: '2026-06-01T10:00:00Z',
    nextUpdate: '2026-07-01T10:00:00Z',
    tcbEvaluationDataNumber: 20,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: '11000000000000000000000000000000',
    attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
    mrsigner: 'DC'.repeat(32),
    isvprodid: 2,
    tcbLevels: [{ tcb: { isvsvn: 4 }, tcbDate: '2025-01-01T00:00:00Z', tcbStatus: 'UpToDate' }],
    ...change,
  })

describe('TCB info', () => {
  test('levels stand in matching order, best first', () => {
    const info = parseTcbInfo(tcbInfo())
    expect(info.levels.map(({ sgxSvns, status }) => [sgxSvns[0], status])).toEqual([
      [3, 'UpToDate'],
      [1, 'OutOfDate'],
    ])
    expect(info.tdxModuleIdentities[0]?.levels.map((item) => item.isvSvn)).toEqual([4, 2])
    expect(info).toMatchObject({ id: 'TDX', version: 3, tcbEvaluationDataNumber: 20, issuedAt: 1780308000 })
  })

  test.each<readonly [string, Record<string, unknown>, string]>([
    ['fmspc', { fmspc: '00806F0500' }, 'tcbInfo.fmspc'],
    ['fmspc', { fmspc: 'zz806F050000' }, 'tcbInfo.fmspc'],
    ['tcbType', { tcbType: 1 }, 'tcbInfo.tcbType'],
    ['tcbLevels', { tcbLevels: [] }, 'tcbInfo.tcbLevels'],
    ['a status', { tcbLevels: [level(3, 'Fine')] }, 'tcbInfo.tcbLevels[0].tcbStatus'],
    ['two equal levels', { tcbLevels: [level(3, 'UpToDate'), level(3, 'Revoked')] }, 'tcbInfo.tcbLevels'],
    ['an SVN above 255', { tcbLevels: [level(256, 'UpToDate')] }, 'tcbInfo.tcbLevels[0].tcb.sgxtcbcomponents[0].svn'],
    ['a TDX part in an SGX document', { id: 'SGX' }, 'tcbInfo.tdxModule'],
    ['a day that does not exist', { issueDate: '2025-02-29T00:00:00Z' }, 'tcbInfo.issueDate'],
  ])('refuses %s, naming its path', (_, change, path) => {
    expect(() => parseTcbInfo(tcbInfo(change))).toThrow(
      expect.objectContaining({ code: 'DCAP_TCB_INFO_INVALID', details: expect.objectContaining({ path }) }),
    )
  })

  test('an integer spelled as a fraction is none', () => {
    expect(() => parseTcbInfo(tcbInfo().replace('"version":3', '"version":3.0'))).toThrow(
      expect.objectContaining({ code: 'DCAP_TCB_INFO_INVALID' }),
    )
  })

  test('a member named twice is refused, and under parity rules the first counts', () => {
    const twice = tcbInfo().replace('"version":3', '"version":3,"version":9')
    expect(() => parseTcbInfo(twice)).toThrow(expect.objectContaining({ code: 'DCAP_TCB_INFO_INVALID' }))
    expect(parseTcbInfo(twice, { parity: true }).version).toBe(3)
  })

  test('version 1 is named as such', () => {
    expect(() => parseTcbInfo(tcbInfo({ version: 1 }))).toThrow(
      expect.objectContaining({ code: 'DCAP_TCB_INFO_VERSION_UNSUPPORTED' }),
    )
  })
})

describe('quoting enclave identity', () => {
  test('reads', () => {
    expect(parseQeIdentity(qeIdentity())).toMatchObject({ id: 'TD_QE', isvProdId: 2, levels: [{ isvSvn: 4 }] })
  })

  test.each<readonly [string, Record<string, unknown>, string]>([
    ['version 3', { version: 3 }, 'DCAP_QE_IDENTITY_VERSION_UNSUPPORTED'],
    ['id QAE', { id: 'QAE' }, 'DCAP_QE_IDENTITY_INVALID'],
    ['a short mask', { attributesMask: 'FF' }, 'DCAP_QE_IDENTITY_INVALID'],
    ['levels of another kind', { tcbLevels: [level(3, 'SWHardeningNeeded')] }, 'DCAP_QE_IDENTITY_INVALID'],
  ])('refuses %s', (_, change, code) => {
    expect(() => parseQeIdentity(qeIdentity(change))).toThrow(expect.objectContaining({ code }))
  })
})

describe('bundles', () => {
  test.each<readonly [string, unknown, string]>([
    ['a text that is no JSON', '{', 'DCAP_COLLATERAL_INVALID'],
    ['a list', '[]', 'DCAP_COLLATERAL_INVALID'],
    ['null', 'null', 'DCAP_COLLATERAL_INVALID'],
    ['an empty object', {}, 'DCAP_COLLATERAL_INVALID'],
    ['a number for a text', { tcb_info: 1 }, 'DCAP_COLLATERAL_INVALID'],
    ['an envelope without signature', { tcb_info: '{"tcbInfo":{}}' }, 'DCAP_COLLATERAL_INVALID'],
    ['a member beyond all measure', { tcb_info: ' '.repeat((4 << 20) + 1) }, 'DCAP_COLLATERAL_EXCESSIVE'],
  ])('refuses %s', (_, input, code) => {
    expect(() => parseDcapCollateral(input as object)).toThrow(expect.objectContaining({ code }))
  })

  test('an envelope gives the exact text of its value', () => {
    const text = '{ "a" : "\\u007d{" }'
    expect(splitSignedDocument(`{"signature":"ab","tcbInfo": ${text} }`, 'tcbInfo')).toEqual({ text, signature: 'ab' })
  })

  test('CRLs become text', () => {
    expect(encodeCrlText(Uint8Array.of(0x30, 0x00))).toBe('3000')
    expect(encodeCrlText(new TextEncoder().encode('-----BEGIN'))).toBe('-----BEGIN')
  })
})

test('dates are read and written back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 253402300799 }), (seconds) => {
      expect(parseDateTime(formatDateTime(seconds))).toBe(seconds)
    }),
    { numRuns: 200 },
  )
})

test('mutated documents are refused in the house’s own way or read', () => {
  const documents = [tcbInfo(), qeIdentity()]
  const readers = [parseTcbInfo, parseQeIdentity, parseDcapCollateral] as const
  fc.assert(
    fc.property(
      fc.constantFrom(...documents),
      fc.array(
        fc.tuple(
          fc.nat(),
          fc.oneof(fc.constantFrom('"', '{', '}', '[', ']', ',', '\\', '0', '-', 'e'), fc.string({ maxLength: 2 })),
        ),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      fc.boolean(),
      (document, edits, parity) => {
        let text = document
        for (const [at, insert] of edits) {
          const offset = at % text.length
          text = text.slice(0, offset) + insert + text.slice(offset + 1)
        }
        for (const read of readers) {
          try {
            read(text, { parity })
          } catch (error) {
            expect(error).toBeInstanceOf(EvidenceError)
          }
        }
      },
    ),
    { numRuns: 300 },
  )
})
