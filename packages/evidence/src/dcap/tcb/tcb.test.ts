import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { QeIdentity, TcbInfo } from '../collateral/types.ts'
import { adviseRelaunch, convergeAdvisories, convergeStatus } from './convergence.ts'
import { matchEnclaveLevel, moduleIdOf } from './enclave.ts'
import { evaluateTcb, type TcbEvidence } from './evaluation.ts'
import { comparePlatformLevels, matchPlatformLevel } from './platform.ts'
import { explainShortfall } from './shortfall.ts'
import type { EnclaveLevel, LevelStatus, PlatformLevel } from './types.ts'

const STATUSES: readonly LevelStatus[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'ConfigurationAndSWHardeningNeeded',
  'OutOfDate',
  'OutOfDateConfigurationNeeded',
  'Revoked',
]

const svns = (...first: readonly number[]): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => first[i] ?? 0)
const level = (sgx: Uint8Array, pceSvn: number, status: LevelStatus, tdx?: Uint8Array): PlatformLevel => ({
  sgxSvns: sgx,
  pceSvn,
  status,
  tcbDateAt: 1000,
  advisoryIds: [`P-${status}`],
  sgxComponents: [...sgx].map((svn, i) => ({ svn, category: 'BIOS', type: `component ${i + 1}` })),
  ...(tdx === undefined ? {} : { tdxSvns: tdx, tdxComponents: [...tdx].map((svn) => ({ svn })) }),
})
const enclave = (isvSvn: number, status: LevelStatus, tcbDateAt = 2000): EnclaveLevel => ({
  isvSvn,
  status,
  tcbDateAt,
  advisoryIds: [`E-${isvSvn}`],
})
const info = (levels: readonly PlatformLevel[], modules: readonly EnclaveLevel[] = []): TcbInfo =>
  ({
    levels: levels.toSorted(comparePlatformLevels),
    tdxModuleIdentities: modules.length === 0 ? [] : [{ id: 'tdx_01', levels: modules }],
  }) as unknown as TcbInfo
const identity = (...levels: readonly EnclaveLevel[]): QeIdentity => ({ levels }) as unknown as QeIdentity

describe('platform levels', () => {
  test('the level matched is reached in everything, and no better one is', () => {
    const small = fc.uint8Array({ minLength: 16, maxLength: 16, max: 2 })
    const tables = fc.array(fc.record({ sgx: small, tdx: small, pceSvn: fc.integer({ min: 0, max: 2 }) }), {
      minLength: 1,
      maxLength: 12,
    })
    const reaches = (have: Uint8Array, need: Uint8Array, from = 0): boolean =>
      need.every((svn, i) => i < from || have[i]! >= svn)
    fc.assert(
      fc.property(tables, small, small, fc.integer({ min: 0, max: 2 }), (table, sgx, tee, pceSvn) => {
        const levels = table.map((row) => level(row.sgx, row.pceSvn, 'UpToDate', row.tdx)).sort(comparePlatformLevels)
        const from = tee[1]! > 0 ? 2 : 0
        const expected = levels.find(
          (item) => reaches(sgx, item.sgxSvns) && pceSvn >= item.pceSvn && reaches(tee, item.tdxSvns!, from),
        )
        expect(matchPlatformLevel(levels, { sgxSvns: sgx, pceSvn }, tee)).toBe(expected)
      }),
      { numRuns: 200 },
    )
  })

  test('order does not depend on the document', () => {
    const [a, b, c] = [level(svns(2), 1, 'UpToDate'), level(svns(1, 9), 9, 'OutOfDate'), level(svns(2), 3, 'Revoked')]
    expect([a, b, c].sort(comparePlatformLevels)).toEqual([c, a, b])
  })
})

test('module ids', () => {
  expect(moduleIdOf(svns(5, 0))).toBeUndefined()
  expect(moduleIdOf(svns(5, 1))).toBe('TDX_01')
  expect(moduleIdOf(svns(5, 10))).toBe('TDX_0A')
  expect(matchEnclaveLevel([enclave(4, 'UpToDate'), enclave(2, 'OutOfDate')], 3)?.isvSvn).toBe(2)
  expect(matchEnclaveLevel([enclave(4, 'UpToDate')], 3)).toBeUndefined()
})

describe('convergence', () => {
  test.each(STATUSES)('%s alone stays', (status) => {
    expect(convergeStatus(status, ['UpToDate', 'UpToDate'])).toBe(status)
    expect(convergeStatus(status, ['UpToDate', 'Revoked'])).toBe('Revoked')
  })

  test.each<readonly [LevelStatus, LevelStatus]>([
    ['UpToDate', 'OutOfDate'],
    ['SWHardeningNeeded', 'OutOfDate'],
    ['ConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
    ['ConfigurationAndSWHardeningNeeded', 'OutOfDateConfigurationNeeded'],
    ['OutOfDate', 'OutOfDate'],
    ['OutOfDateConfigurationNeeded', 'OutOfDateConfigurationNeeded'],
    ['Revoked', 'Revoked'],
  ])('%s with something out of date is %s', (platform, expected) => {
    expect(convergeStatus(platform, ['OutOfDate'])).toBe(expected)
  })

  test('relaunch is advised only from out of date to something current', () => {
    expect(adviseRelaunch('OutOfDate', 'UpToDate')).toBe('TDRelaunchAdvised')
    expect(adviseRelaunch('OutOfDate', 'ConfigurationNeeded')).toBe('TDRelaunchAdvisedConfigurationNeeded')
    expect(adviseRelaunch('OutOfDateConfigurationNeeded', 'UpToDate')).toBe('TDRelaunchAdvisedConfigurationNeeded')
    for (const status of STATUSES) {
      expect(adviseRelaunch('UpToDate', status)).toBe('UpToDate')
      expect(adviseRelaunch('Revoked', status)).toBe('Revoked')
    }
    expect(adviseRelaunch('OutOfDate', 'Revoked')).toBe('OutOfDate')
  })

  test('advisories are sorted, unique, and never empty texts', () => {
    const part = (advisoryIds: readonly string[]): EnclaveLevel => ({ ...enclave(1, 'UpToDate'), advisoryIds })
    expect(convergeAdvisories([part(['B', 'A']), part(['A', '']), part(['C'])])).toEqual(['A', 'B', 'C'])
  })
})

describe('evaluation', () => {
  const levels = [level(svns(2), 2, 'UpToDate', svns(0, 0, 2)), level(svns(1), 1, 'OutOfDate', svns(0, 0, 1))]
  const evidence = (change: Partial<TcbEvidence> = {}): TcbEvidence => ({
    tcbInfo: info(levels, [enclave(4, 'UpToDate'), enclave(2, 'Revoked', 500)]),
    qeIdentity: identity(enclave(8, 'UpToDate'), enclave(6, 'OutOfDate')),
    platform: { sgxSvns: svns(2), pceSvn: 2 },
    qeIsvSvn: 8,
    teeTcbSvn: svns(4, 1, 2),
    ...change,
  })

  test('the earliest date and all advisories count', () => {
    const { status, launch } = evaluateTcb(evidence())
    expect(status).toBe('UpToDate')
    expect(launch).toMatchObject({ tcbDateAt: 1000, advisoryIds: ['E-4', 'E-8', 'P-UpToDate'] })
    const revoked = evaluateTcb(evidence({ teeTcbSvn: svns(3, 1, 2) }))
    expect(revoked.launch).toMatchObject({ status: 'Revoked', tcbDateAt: 500, module: { status: 'Revoked' } })
  })

  test.each<readonly [string, Partial<TcbEvidence>, string]>([
    ['platform', { platform: { sgxSvns: svns(0), pceSvn: 9 } }, 'DCAP_TCB_PLATFORM_NOT_SUPPORTED'],
    ['module', { teeTcbSvn: svns(1, 1, 2) }, 'DCAP_TCB_MODULE_NOT_SUPPORTED'],
    ['module without identity', { teeTcbSvn: svns(4, 3, 2) }, 'DCAP_TCB_MODULE_NOT_SUPPORTED'],
    ['quoting enclave', { qeIsvSvn: 5 }, 'DCAP_TCB_QE_NOT_SUPPORTED'],
    ['current module', { teeTcbSvn2: svns(4, 3, 2) }, 'DCAP_TCB_MODULE_NOT_SUPPORTED'],
  ])('no level for the %s', (_, change, code) => {
    expect(() => evaluateTcb(evidence(change))).toThrow(expect.objectContaining({ code }))
  })

  test('a module updated under a running TD', () => {
    const result = evaluateTcb(evidence({ teeTcbSvn: svns(4, 1, 1), teeTcbSvn2: svns(4, 1, 2) }))
    expect(result).toMatchObject({
      status: 'TDRelaunchAdvised',
      launch: { status: 'OutOfDate' },
      current: { status: 'UpToDate' },
    })
  })

  test('the shortfall names component, numbers and remedy', () => {
    const short = explainShortfall({
      ...evidence({ platform: { sgxSvns: svns(1), pceSvn: 1 }, teeTcbSvn: svns(3, 1, 1), qeIsvSvn: 6 }),
      pckCertificateStale: false,
    })
    expect(short.map(({ component, have, need, remedy }) => [component, have, need, remedy])).toEqual([
      ['sgx.component.01', 1, 2, 'microcode-or-bios'],
      ['sgx.pcesvn', 1, 2, 'pce'],
      ['tdx.component.03', 1, 2, 'microcode-or-bios'],
      ['tdx.module.tdx_01', 3, 4, 'tdx-module'],
      ['qe', 6, 8, 'qe'],
    ])
    expect(short[0]).toMatchObject({ category: 'BIOS', type: 'component 1', side: 'launch' })
    expect(short[0]?.next).toContain('component 1')
  })

  test('a platform ahead of its PCK certificate is told to fetch it again', () => {
    const short = explainShortfall({
      ...evidence({ platform: { sgxSvns: svns(2), pceSvn: 1 } }),
      pckCertificateStale: true,
    })
    expect(short.map((item) => item.remedy)).toEqual(['reprovision-pck'])
  })

  test('nothing falls short of an up-to-date platform', () => {
    expect(explainShortfall({ ...evidence(), pckCertificateStale: false })).toEqual([])
  })

  test('what only the running module lacks is said of the current side', () => {
    const short = explainShortfall({ ...evidence({ teeTcbSvn2: svns(3, 1, 2) }), pckCertificateStale: false })
    expect(short).toMatchObject([{ side: 'current', component: 'tdx.module.tdx_01', have: 3, need: 4 }])
  })
})
