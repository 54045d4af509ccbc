import { createHash } from 'node:crypto'
import { concatBytes, encodeHex } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../../../../../testkit/vectors.ts'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import { verifyTdReportHashes } from './hashes.ts'
import { parseTdReport } from './parse.ts'

const filled = (count: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => (seed + i) & 255)
const zeros = (count: number): Uint8Array => new Uint8Array(count)
const sha384 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha384').update(bytes).digest())

interface Shape {
  readonly version?: number
  readonly moduleMajor?: number
  readonly svn2?: boolean
}

/** A TDREPORT written field by field from the tables of the specification page. */
function buildReport({ version = 0, moduleMajor = 0, svn2 = false }: Shape = {}): Uint8Array {
  const tcbInfo = concatBytes(
    Uint8Array.of(0xff, 0x01, svn2 ? 0x03 : 0, 0, 0, 0, 0, 0),
    Uint8Array.of(7, moduleMajor, 5),
    zeros(13),
    filled(48, 0x10),
    zeros(48),
    zeros(8),
    svn2 ? concatBytes(filled(16, 0x20), zeros(95)) : zeros(111),
  )
  const extended = version === 3
  const tdInfo = concatBytes(
    Uint8Array.of(0, 0, 0, 0x10, 0, 0, 0, 0x80),
    Uint8Array.of(0xe7, 2, 6, 0, 0, 0, 0, 0),
    filled(48, 0x30),
    filled(48, 0x40),
    filled(48, 0x50),
    filled(48, 0x60),
    filled(48, 0x70),
    filled(48, 0x80),
    filled(48, 0x90),
    filled(48, 0xa0),
    version === 0 ? zeros(48) : filled(48, 0xb0),
    extended
      ? concatBytes(filled(32, 0xc0), zeros(24), Uint8Array.of(9, 0, 0, 0), Uint8Array.of(0, 3, 0, 0))
      : zeros(64),
  )
  return concatBytes(
    Uint8Array.of(0x81, 0, version, 0),
    zeros(12),
    filled(16, 1),
    sha384(tcbInfo),
    sha384(tdInfo),
    filled(64, 0xd0),
    zeros(32),
    filled(32, 0xe0),
    tcbInfo,
    zeros(17),
    tdInfo,
  )
}

function refusal(read: () => unknown): EvidenceErrorCode | 'accepted' {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError)
    return (error as EvidenceError).code
  }
  return 'accepted'
}

describe('a TDREPORT', () => {
  test('is read by the offsets of section 1.4', () => {
    const report = parseTdReport(buildReport({ version: 3, moduleMajor: 1, svn2: true }))
    expect(report.reportType).toEqual({ type: 0x81, subtype: 0, version: 3 })
    expect(report.cpuSvn).toEqual(filled(16, 1))
    expect(report.reportData).toEqual(filled(64, 0xd0))
    expect(report.mac).toEqual(filled(32, 0xe0))
    expect(report.validFields).toBe(0x301ffn)
    expect(report.teeTcbSvn.slice(0, 3)).toEqual(Uint8Array.of(7, 1, 5))
    expect(report.mrSeam).toEqual(filled(48, 0x10))
    expect(report.teeTcbSvn2).toEqual(filled(16, 0x20))
    expect(report.tdAttributes).toBe(0x8000000010000000n)
    expect(report.xfam).toBe(0x602e7n)
    expect(report.mrTd).toEqual(filled(48, 0x30))
    expect(report.mrConfigId).toEqual(filled(48, 0x40))
    expect(report.mrOwner).toEqual(filled(48, 0x50))
    expect(report.mrOwnerConfig).toEqual(filled(48, 0x60))
    expect(report.rtmr).toEqual([filled(48, 0x70), filled(48, 0x80), filled(48, 0x90), filled(48, 0xa0)])
    expect(report.mrServiceTd).toEqual(filled(48, 0xb0))
    expect(report.tdId).toEqual(filled(32, 0xc0))
    expect(report.vmId).toBe(9)
  })

  test.each([
    [0, 0, '1.0'],
    [0, 1, '1.5'],
    [0, 3, '2.0'],
    [0, 2, undefined],
    [1, 1, '1.5'],
    [1, 3, '2.0'],
  ])('version %i of a module %i is generation %s', (version, moduleMajor, generation) => {
    const report = parseTdReport(buildReport({ version, moduleMajor }))
    expect(report.generation).toBe(generation)
    expect('mrServiceTd' in report).toBe(version > 0)
    expect('teeTcbSvn2' in report).toBe(false)
    expect('tdId' in report).toBe(false)
  })

  test.each([
    ['a byte less', (bytes: Uint8Array) => bytes.subarray(1)],
    ['a byte more', (bytes: Uint8Array) => concatBytes(bytes, zeros(1))],
    ['an SGX report type', (bytes: Uint8Array) => bytes.with(0, 0)],
    ['an unknown subtype', (bytes: Uint8Array) => bytes.with(1, 2)],
    ['an unknown version', (bytes: Uint8Array) => bytes.with(2, 2)],
    ['a reserved byte of the type', (bytes: Uint8Array) => bytes.with(3, 1)],
    ['a reserved byte before the SVN', (bytes: Uint8Array) => bytes.with(15, 1)],
    ['a reserved byte before the MAC', (bytes: Uint8Array) => bytes.with(223, 1)],
    ['a reserved byte of TEE_TCB_INFO', (bytes: Uint8Array) => bytes.with(384, 1)],
    ['a reserved byte after TEE_TCB_INFO', (bytes: Uint8Array) => bytes.with(511, 1)],
    ['a reserved byte of TDINFO', (bytes: Uint8Array) => bytes.with(912, 1)],
    ['the last byte of TDINFO', (bytes: Uint8Array) => bytes.with(1023, 1)],
  ])('DCAP_TDREPORT_INVALID: %s', (_name, change) => {
    expect(refusal(() => parseTdReport(buildReport()))).toBe('accepted')
    expect(refusal(() => parseTdReport(change(buildReport())))).toBe('DCAP_TDREPORT_INVALID')
  })

  test('both inner hashes are recomputed', () => {
    const bytes = buildReport({ moduleMajor: 1, svn2: true })
    const ids = ['tdreport.tee_tcb_info_hash', 'tdreport.tee_info_hash']
    expect(verifyTdReportHashes(parseTdReport(bytes))).toEqual(ids.map((id) => ({ id, result: 'pass' })))
  })

  test.each([
    ['tdreport.tee_tcb_info_hash', [32, 79, 264, 280, 399]],
    ['tdreport.tee_info_hash', [80, 127, 512, 528, 911]],
  ])('DCAP_TDREPORT_HASH_MISMATCH: %s', (path, offsets) => {
    for (const offset of offsets) {
      const bytes = buildReport({ moduleMajor: 1, svn2: true })
      bytes[offset]! ^= 1
      const report = parseTdReport(bytes)
      expect(() => verifyTdReportHashes(report), `offset ${offset}`).toThrow(
        expect.objectContaining({
          code: 'DCAP_TDREPORT_HASH_MISMATCH',
          details: expect.objectContaining({
            path,
            checks: expect.arrayContaining([expect.objectContaining({ id: path, result: 'fail' })]),
          }),
        }),
      )
    }
  })

  test('arbitrary bytes raise no foreign error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1020, maxLength: 1026 }), (noise) => {
        refusal(() => parseTdReport(noise))
        const typed = noise.slice()
        typed.set([0x81, 0, 0, 0])
        refusal(() => parseTdReport(typed))
      }),
      { numRuns: 100 },
    )
  })
})

describe.skipIf(!haveVectors)(`genuine reports${vectorsAbsent}`, () => {
  test('of an Azure TD: the report inside the HCL report, module 1.5', () => {
    const { hcl_report } = readVectorJson<{ hcl_report: number[] }>('dcap/az-tdx-vtpm-evidence-v0.json')
    const report = parseTdReport(Uint8Array.from(hcl_report).subarray(0x20, 0x420))
    expect(verifyTdReportHashes(report)).toHaveLength(2)
    expect(report.generation).toBe('1.5')
    expect(encodeHex(report.teeTcbSvn2!)).toMatch(/^[0-9a-f]{32}$/)
    expect(encodeHex(report.reportData)).toMatch(/^9734504f161d104c/)
  })

  test('of a Sapphire Rapids TD, whose file lacks its first 48 bytes', () => {
    // What is lost is the type, the CPUSVN and the first 16 bytes of the first hash; the rest of that hash is there.
    const tail = readVector('dcap/tdreport.dat').subarray(0, 976)
    const tcbInfoHash = sha384(tail.subarray(256 - 48, 495 - 48))
    const head = concatBytes(Uint8Array.of(0x81), zeros(15), zeros(16), tcbInfoHash.subarray(0, 16))
    const report = parseTdReport(concatBytes(head, tail))
    expect(verifyTdReportHashes(report)).toHaveLength(2)
    expect(encodeHex(report.mrSeam)).toMatch(/^2fd279c16164a93d/)
    expect(report.xfam).toBe(0xe7n)
    expect(report.generation).toBe('1.0')
    expect(refusal(() => parseTdReport(readVector('dcap/tdreport.dat')))).toBe('DCAP_TDREPORT_INVALID')
  })
})
