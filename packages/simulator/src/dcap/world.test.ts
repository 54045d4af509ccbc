import { encodeHex } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { parseDcapRoot, type VerifiedDcap, verifyDcapQuote } from '@veritee/evidence/dcap'
import { appraiseDcap } from '@veritee/evidence/dcap/acceptance'
import { parseDcapCollateral } from '@veritee/evidence/dcap/collateral'
import { parseQuote, type TdReport15Extended, type TdxQuote } from '@veritee/evidence/dcap/quote'
import { parseTdReport, verifyTdReportHashes } from '@veritee/evidence/dcap/tdreport'
import { describe, expect, test } from 'vitest'
import { createDcapWorld, type DcapWorld, type SgxQuoteOptions, type TdxQuoteOptions } from './index.ts'

const NOW = 1_790_000_000
const DAY = 86_400
const world = createDcapWorld({ now: NOW, seed: 'world' })

/** 48 bytes of one value. */
const all = (value: number, sizeBytes = 48): Uint8Array => new Uint8Array(sizeBytes).fill(value)

async function verify(quote: Uint8Array, of: DcapWorld = world): Promise<VerifiedDcap> {
  const { tee } = parseQuote(quote)
  const collateral = parseDcapCollateral(of.collateral(tee))
  return await verifyDcapQuote(quote, { collateral, now: of.now, roots: [parseDcapRoot(of.root.pem)] })
}

describe('a world', () => {
  test('with a name is the same each time, byte for byte', () => {
    const again = createDcapWorld({ now: NOW, seed: 'world' })
    expect(again.root.pem).toBe(world.root.pem)
    expect(again.collateral('tdx')).toEqual(world.collateral('tdx'))
    expect(again.issueTdxQuote({ reportData: 'ab' })).toEqual(world.issueTdxQuote({ reportData: 'ab' }))
    expect(again.issueSgxQuote()).toEqual(world.issueSgxQuote())
  })

  test('without a name is a fresh one', async () => {
    const [a, b] = [createDcapWorld({ now: NOW }), createDcapWorld({ now: NOW })]
    expect(a.root.pem).not.toBe(b.root.pem)
    await expect(verify(a.issueTdxQuote(), a)).resolves.toMatchObject({ simulated: true })
  })

  test('is trusted by nobody who was not told to', async () => {
    const collateral = parseDcapCollateral(world.collateral('tdx'))
    const work = verifyDcapQuote(world.issueTdxQuote(), { collateral, now: NOW })
    await expect(work).rejects.toMatchObject({ code: 'DCAP_ROOT_UNTRUSTED' })
  })

  test('says in every certificate what it is', () => {
    const chains = world.pckChain + world.collateral('tdx').tcb_info_issuer_chain
    const names = parsePem(chains).map(({ der }) => parseCertificate(der).subject.toString())
    expect(names).toHaveLength(5)
    for (const name of names) expect(name).toContain('O=Veritee simulator (not Intel)')
  })

  test('has a root that can be trusted as it is', async () => {
    const collateral = parseDcapCollateral(world.collateral('tdx'))
    const verified = await verifyDcapQuote(world.issueTdxQuote(), { collateral, now: NOW, roots: [world.root] })
    expect([verified.root, verified.simulated]).toEqual(['Veritee simulated root', true])
  })

  test('at another time has the same keys and current collateral', async () => {
    const later = world.at(NOW + 400 * DAY)
    const quote = world.issueTdxQuote()
    expect(later.root.pem).toBe(world.root.pem)
    await expect(verify(quote, later)).resolves.toMatchObject({ expired: false })
    const stale = parseDcapCollateral(world.collateral('tdx'))
    const work = verifyDcapQuote(quote, { collateral: stale, now: later.now, roots: [world.root] })
    await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/_EXPIRED$/) })
  })

  test.each([{ fmspc: 'xyz' }, { fmspc: '00' }, { pceId: '0' }, { ca: 'root' as 'platform' }, { createdAt: -5 }])(
    'SIMULATOR_VALUE_INVALID: %o',
    (options) => {
      expect(() => createDcapWorld({ now: NOW, ...options })).toThrow(
        expect.objectContaining({ code: 'SIMULATOR_VALUE_INVALID' }),
      )
    },
  )
})

describe('TDX quotes', () => {
  const forms: readonly [TdxQuoteOptions, number, string, number][] = [
    [{}, 4, 'td10', 584],
    [{ version: 5 }, 5, 'td15', 648],
    [{ body: 'td15' }, 5, 'td15', 648],
    [{ version: 5, body: 'td10' }, 5, 'td10', 584],
    [{ body: 'td15ex' }, 5, 'td15ex', 885],
  ]
  test.each(forms)('%o verify as version %i with body %s', async (options, version, kind, sizeBytes) => {
    const { quote, tcb } = await verify(world.issueTdxQuote(options))
    expect([quote.version, quote.body.kind, quote.body.bytes.length]).toEqual([version, kind, sizeBytes])
    expect(tcb.status).toBe('UpToDate')
  })

  test('are accepted by the default rules', async () => {
    expect(appraiseDcap(await verify(world.issueTdxQuote()))).toEqual([])
  })

  test('say what they are told to', () => {
    const values = {
      teeTcbSvn: `070104${'00'.repeat(13)}`,
      teeTcbSvn2: all(8, 16),
      mrSeam: all(1),
      mrSignerSeam: all(2),
      seamAttributes: 3n,
      tdAttributes: 4n,
      xfam: 5n,
      mrTd: all(6),
      mrConfigId: all(7),
      mrOwner: all(8),
      mrOwnerConfig: all(9),
      rtmr0: all(10),
      rtmr1: all(11),
      rtmr2: all(12),
      rtmr3: encodeHex(all(13)),
      mrServiceTd: all(14),
      vmId: 15,
      tdId: all(16, 32),
      reportData: all(17, 64),
    }
    const { body } = parseQuote(world.issueTdxQuote({ body: 'td15ex', ...values })) as TdxQuote & {
      body: TdReport15Extended
    }
    expect(encodeHex(body.teeTcbSvn)).toBe(values.teeTcbSvn)
    for (const name of ['teeTcbSvn2', 'mrSeam', 'mrSignerSeam', 'mrTd', 'mrConfigId', 'mrOwner'] as const) {
      expect(body[name], name).toEqual(values[name])
    }
    for (const name of ['mrOwnerConfig', 'mrServiceTd', 'tdId', 'reportData'] as const) {
      expect(body[name], name).toEqual(values[name])
    }
    expect(body.rtmr).toEqual([10, 11, 12, 13].map((value) => all(value)))
    expect([body.seamAttributes, body.tdAttributes, body.xfam, body.vmId]).toEqual([3n, 4n, 5n, 15])
  })

  test('fill short report data with zeros', () => {
    const { body } = parseQuote(world.issueTdxQuote({ reportData: 'ab'.repeat(48) }))
    expect(encodeHex(body.reportData)).toBe('ab'.repeat(48) + '00'.repeat(16))
  })

  test('can be padded as guests pad them', async () => {
    const { quote } = await verify(world.issueTdxQuote({ paddingBytes: 70 }))
    expect(quote.extraBytes).toEqual(all(0, 70))
  })

  test('can name the platform by PPID alone, the chain comes with the collateral', async () => {
    const quote = world.issueTdxQuote({ certification: 'ppid' })
    const bundle = { ...world.collateral('tdx'), pck_certificate_chain: world.pckChain }
    const collateral = parseDcapCollateral(bundle)
    const verified = await verifyDcapQuote(quote, { collateral, now: NOW, roots: [world.root] })
    expect(verified.quote.signatureData.certificationData.type).toBe(3)
  })

  test.each([{ mrTd: all(0, 47) }, { rtmr3: 'zz' }, { reportData: all(0, 65) }, { teeTcbSvn: '' }])(
    'SIMULATOR_VALUE_INVALID: %o',
    (options) => {
      expect(() => world.issueTdxQuote(options)).toThrow(expect.objectContaining({ code: 'SIMULATOR_VALUE_INVALID' }))
    },
  )
})

describe('SGX quotes', () => {
  test.each([3, 4, 5] as const)('verify in version %i', async (version) => {
    const verified = await verify(world.issueSgxQuote({ version }))
    expect([verified.quote.version, verified.tcb.status]).toEqual([version, 'UpToDate'])
    expect(appraiseDcap(verified)).toEqual([])
  })

  test('say what they are told to', () => {
    const values = {
      cpuSvn: all(1, 16),
      miscSelect: 2,
      isvExtProdId: all(3, 16),
      mrEnclave: all(4, 32),
      mrSigner: all(5, 32),
      configId: all(6, 64),
      isvProdId: 7,
      isvSvn: 8,
      configSvn: 9,
      isvFamilyId: all(10, 16),
      reportData: all(11, 64),
    } satisfies SgxQuoteOptions
    const { body } = parseQuote(world.issueSgxQuote({ ...values, attributeFlags: 12n, xfrm: 13n }))
    expect(body).toMatchObject({ kind: 'sgx', ...values, attributes: { flags: 12n, xfrm: 13n } })
  })
})

describe('TD reports', () => {
  test.each(['1.0', '1.5'] as const)('of generation %s have both hashes right', (generation) => {
    const bytes = world.issueTdReport({ generation, reportData: 'cd', rtmr2: all(2), mrTd: all(3) })
    const report = parseTdReport(bytes)
    expect(bytes).toHaveLength(1024)
    expect(() => verifyTdReportHashes(report)).not.toThrow()
    expect(encodeHex(bytes.subarray(128, 130))).toBe('cd00')
    expect(bytes.subarray(528, 576)).toEqual(all(3))
    expect(bytes.subarray(816, 864)).toEqual(all(2))
  })
})

describe('the state of the platform', () => {
  const states = [
    [{ tcbStatus: 'OutOfDate', advisoryIds: ['SIMULATED-SA-7'] }, 'OutOfDate', ['SIMULATED-SA-7']],
    [{ tcbStatus: 'SWHardeningNeeded' }, 'SWHardeningNeeded', []],
    [{ tcbStatus: 'Revoked' }, 'Revoked', []],
    [{ moduleStatus: 'OutOfDate' }, 'OutOfDate', []],
    [{ qeStatus: 'Revoked' }, 'Revoked', []],
  ] as const
  test.each(states)('%o is %s', async (options, status, advisories) => {
    const state = createDcapWorld({ now: NOW, seed: 'state', ...options })
    const { tcb } = await verify(state.issueTdxQuote(), state)
    expect([tcb.status, tcb.launch.advisoryIds]).toEqual([status, advisories])
  })

  test.each([
    ['060103', 'UpToDate'],
    ['040103', 'OutOfDate'],
    ['060102', 'OutOfDate'],
    ['060101', 'Revoked'],
    ['060003', 'UpToDate'],
    ['050003', 'OutOfDate'],
  ])('a TD launched with SVN %s is %s', async (svn, status) => {
    const { tcb } = await verify(world.issueTdxQuote({ teeTcbSvn: svn.padEnd(32, '0') }))
    expect(tcb.status).toBe(status)
  })

  test('a TD whose module was updated since is advised to relaunch', async () => {
    const old = `040103${'00'.repeat(13)}`
    const current = `060103${'00'.repeat(13)}`
    const { tcb } = await verify(world.issueTdxQuote({ body: 'td15', teeTcbSvn: old, teeTcbSvn2: current }))
    expect(tcb.status).toBe('TDRelaunchAdvised')
  })
})
