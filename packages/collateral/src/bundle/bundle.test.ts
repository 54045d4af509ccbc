import { encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseDcapRoot, verifyDcapQuote } from '@veritee/evidence/dcap'
import { parseDcapCollateral } from '@veritee/evidence/dcap/collateral'
import { createDcapWorld } from '@veritee/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { CollateralError } from '../errors.ts'
import { createKey } from '../key.ts'
import { selectPlatform } from '../platform.ts'
import { createArchive, exportBundle, readBundle } from './index.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'bundles' })
const roots = [parseDcapRoot(world.root.pem)]
const { fmspc } = world.recipe

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

/** The administration tool's file, as it parses: documents as values, CRLs in hexadecimal, a chain for each CA. */
function adminFile(): Record<string, unknown> & { collaterals: Record<string, unknown> } {
  const [tdx, sgx] = [world.collateral('tdx'), world.collateral('sgx')]
  const early = world.collateral('tdx', 'early')
  const document = (name: string, text: string, signature: string): unknown =>
    JSON.parse(`{"${name}":${text},"signature":"${signature}"}`)
  return {
    platforms: [],
    collaterals: {
      version: '4',
      pckcacrls: { processorCrl: '', platformCrl: tdx.pck_crl },
      tcbinfos: [
        {
          fmspc,
          sgx_tcbinfo: document('tcbInfo', sgx.tcb_info, sgx.tcb_info_signature),
          tdx_tcbinfo: document('tcbInfo', tdx.tcb_info, tdx.tcb_info_signature),
          tdx_tcbinfo_early: document('tcbInfo', early.tcb_info, early.tcb_info_signature),
        },
      ],
      qeidentity: `{"enclaveIdentity":${sgx.qe_identity},"signature":"${sgx.qe_identity_signature}"}`,
      tdqeidentity: document('enclaveIdentity', tdx.qe_identity, tdx.qe_identity_signature),
      tdqeidentity_early: document('enclaveIdentity', early.qe_identity, early.qe_identity_signature),
      rootcacrl: tdx.root_ca_crl,
      certificates: {
        'SGX-PCK-Certificate-Issuer-Chain': { PROCESSOR: '', PLATFORM: encodeURIComponent(tdx.pck_crl_issuer_chain) },
        'SGX-TCB-Info-Issuer-Chain': encodeURIComponent(tdx.tcb_info_issuer_chain),
        'SGX-Enclave-Identity-Issuer-Chain': tdx.qe_identity_issuer_chain,
      },
    },
  }
}

describe('a bundle of a single platform', () => {
  test('is named by what is in it', () => {
    const [set] = readBundle(JSON.stringify(world.collateral('tdx')), { name: 'one.json', fetchedAt: NOW }).sets
    expect(set).toMatchObject({
      key: { tee: 'tdx', fmspc, ca: 'platform', update: 'standard' },
      source: 'one.json',
      fetchedAt: NOW,
      dates: { tcbEvaluationDataNumber: 18 },
    })
  })

  describe.skipIf(!haveVectors)(`genuine${vectorsAbsent}`, () => {
    const cases = [
      ['sgx_quote', 'sgx', '00a067110000', 'processor', 1_750_809_600],
      ['tdx_quote', 'tdx', 'b0c06f000000', 'platform', 1_750_809_600],
      ['tdx_quote_outdated', 'tdx', '90c06f000000', 'platform', 1_771_977_600],
    ] as const
    test.each(cases)('%s survives export and import, byte for byte', async (name, tee, family, ca, now) => {
      const text = readVectorText(`dcap/${name}_collateral.json`)
      const archive = readBundle(exportBundle(readBundle(text).sets))
      const quote = readVector(`dcap/${name}`)
      expect(selectPlatform(quote)).toEqual({ tee, fmspc: family, ca })
      const set = archive.find(createKey(selectPlatform(quote), 'standard'))
      expect(set?.collateral).toEqual(parseDcapCollateral(text))
      const outcome = await verifyDcapQuote(quote, { collateral: set!.collateral, now }).then(
        ({ tcb }) => tcb.status,
        (error: { code: string }) => error.code,
      )
      const expected = {
        sgx_quote: 'ConfigurationAndSWHardeningNeeded',
        tdx_quote: 'UpToDate',
        tdx_quote_outdated: 'DCAP_TCB_PLATFORM_NOT_SUPPORTED',
      }
      expect(outcome).toBe(expected[name])
    })
  })
})

describe("the administration tool's file", () => {
  const archive = readBundle(JSON.stringify(adminFile()))

  test('gives every set that it holds all parts of', () => {
    expect(archive.sets.map(({ key }) => `${key.tee} ${key.ca} ${key.update}`)).toEqual([
      'sgx platform standard',
      'tdx platform standard',
      'tdx platform early',
    ])
  })

  test.each(['sgx', 'tdx'] as const)('gives %s sets whose signatures hold', async (tee) => {
    const quote = tee === 'tdx' ? world.issueTdxQuote() : world.issueSgxQuote()
    const set = archive.find(createKey({ tee, fmspc, ca: 'platform' }, 'standard'))
    const verified = await verifyDcapQuote(quote, { collateral: set!.collateral, now: NOW, roots })
    expect(verified.tcb.status).toBe('UpToDate')
  })

  test.each(['tcbinfos', 'certificates', 'rootcacrl'])('COLLATERAL_BUNDLE_INVALID: without %s', (name) => {
    const file = adminFile()
    Reflect.deleteProperty(file.collaterals, name)
    expect(codeOf(() => readBundle(JSON.stringify(file)))).toBe('COLLATERAL_BUNDLE_INVALID')
  })
})

describe('a bundle of many platforms', () => {
  const other = createDcapWorld({ now: NOW, seed: 'other', fmspc: 'aabbccddeeff', ca: 'processor' })
  const sets = [
    ...readBundle(JSON.stringify(world.collateral('tdx'))).sets,
    ...readBundle(JSON.stringify(world.collateral('sgx'))).sets,
    ...readBundle(JSON.stringify(other.collateral('sgx'))).sets,
  ]

  test('finds each by TEE, FMSPC and CA, and nothing else', () => {
    const archive = readBundle(exportBundle(sets))
    expect(archive.sets).toEqual(sets)
    for (const set of sets) expect(archive.find(set.key)).toEqual(set)
    expect(archive.find({ ...sets[0]!.key, ca: 'processor' })).toBeUndefined()
    expect(archive.find({ ...sets[0]!.key, update: 'early' })).toBeUndefined()
  })

  test('is the same text for the same sets', () => {
    expect(exportBundle(readBundle(exportBundle(sets)).sets)).toBe(exportBundle(sets))
  })

  test('of two sets with one name the newer counts', () => {
    const newer = readBundle(JSON.stringify(world.at(NOW + 2 * 86_400).collateral('tdx'))).sets[0]!
    for (const order of [
      [sets[0]!, newer],
      [newer, sets[0]!],
    ]) {
      expect(createArchive(order).find(newer.key)?.dates.issuedAt).toBe(newer.dates.issuedAt)
    }
  })

  const changes: readonly [string, (set: Record<string, unknown>) => void][] = [
    ['another FMSPC than its TCB info', (set) => Object.assign(set, { fmspc: '000000000000' })],
    ['another TEE than its TCB info', (set) => Object.assign(set, { tee: 'sgx' })],
    ['another CA than its CRL', (set) => Object.assign(set, { ca: 'processor' })],
    ['a time that is none', (set) => Object.assign(set, { fetchedAt: -1 })],
    ['no collateral', (set) => Object.assign(set, { collateral: null })],
    ['no source', (set) => Object.assign(set, { source: undefined })],
  ]
  test.each(changes)('COLLATERAL_BUNDLE_INVALID: a set with %s', (_, change) => {
    const archive = JSON.parse(exportBundle(sets)) as { sets: Record<string, unknown>[] }
    change(archive.sets[0]!)
    expect(codeOf(() => readBundle(JSON.stringify(archive)))).toBe('COLLATERAL_BUNDLE_INVALID')
  })

  test.each(['', '[]', '{}', 'null', '{"format":"veritee-collateral","version":2,"sets":[]}', '{"collaterals":{}}'])(
    'COLLATERAL_BUNDLE_INVALID: %s',
    (text) => {
      expect(codeOf(() => readBundle(text))).toBe('COLLATERAL_BUNDLE_INVALID')
    },
  )

  test('COLLATERAL_BUNDLE_EXCESSIVE: too large', () => {
    expect(codeOf(() => readBundle(new Uint8Array((64 << 20) + 1)))).toBe('COLLATERAL_BUNDLE_EXCESSIVE')
  })

  test('nothing but an error of this package comes out of a changed bundle', () => {
    const bytes = new TextEncoder().encode(exportBundle(sets.slice(0, 1)))
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        try {
          readBundle(bytes.with(at, value))
        } catch (error) {
          expect(error, encodeHex(bytes.subarray(at, at + 1))).toBeInstanceOf(CollateralError)
        }
      }),
      { numRuns: 200 },
    )
  })
})
