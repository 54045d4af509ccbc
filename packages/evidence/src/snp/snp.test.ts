import { decodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import { describe, expect, it } from 'vitest'
import { haveVectors, readVector, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { EvidenceError } from '../errors.ts'
import { appraiseSnp } from './acceptance.ts'
import { parseSnpCollateral } from './chain/collateral.ts'
import { claimsOfSnpReport } from './claims.ts'
import { encodeSnpEvidence } from './report/encode-evidence.ts'
import { parseSnpEvidence } from './report/evidence-json.ts'
import { parseSnpReport } from './report/parse.ts'
import { verifySnpReport } from './verify/verify.ts'

const AT = Date.parse('2025-01-01T00:00:00Z') / 1000
const LATER = Date.parse('2026-11-01T00:00:00Z') / 1000

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

const flip = (bytes: Uint8Array, at: number, mask = 1): Uint8Array => {
  const copy = bytes.slice()
  copy[at]! ^= mask
  return copy
}

describe.skipIf(!haveVectors)(`SEV-SNP reports of real chips${vectorsAbsent}`, () => {
  const file = (name: string) => readVector(`snp/${name}`)
  const collateral = (leaf: string, product = 'milan') =>
    parseSnpCollateral([file(leaf), file(`${product}_ask_ark_asvk.pem`)])
  const milan = () => ({ collateral: collateral('test-vcek.der'), now: AT })

  it.each([
    ['Milan, version 2, VCEK', 'test-report.bin', 'test-vcek.der', 'milan', AT, 'vcek'],
    ['Milan, version 2, VLEK', 'test-vlek-report.bin', 'test-vlek.der', 'milan', AT, 'vlek'],
    ['Turin, version 5, VCEK', 'turin-report.bin', 'turin-vcek.der', 'turin', LATER, 'vcek'],
  ])('%s is genuine', async (_name, report, leaf, product, now, signedBy) => {
    const verified = await verifySnpReport(parseSnpReport(file(report)), { collateral: collateral(leaf, product), now })
    expect(verified.signedBy).toBe(signedBy)
    expect(verified.product.toLowerCase()).toBe(product)
    expect(verified.simulated).toBe(false)
    expect(verified.checks.filter((check) => check.result === 'fail')).toEqual([])
    expect(verified.checks.find((check) => check.result === 'skip')?.code).toBe('SNP_CRL_ABSENT')
  })

  it('an expired VLEK is refused after its end', async () => {
    const report = parseSnpReport(file('test-vlek-report.bin'))
    expect(await codeOf(() => verifySnpReport(report, { collateral: collateral('test-vlek.der'), now: LATER }))).toBe(
      'SNP_CHAIN_EXPIRED',
    )
  })

  it('a report at level 1 is accepted only by name', async () => {
    const verified = await verifySnpReport(parseSnpReport(file('test-vlek-report.bin')), {
      collateral: collateral('test-vlek.der'),
      now: AT,
    })
    expect(appraiseSnp(verified).map((finding) => finding.code)).toContain('SNP_VMPL_NOT_ACCEPTED')
    expect(appraiseSnp(verified, { allowVmpl: [1] }).map((finding) => finding.code)).not.toContain(
      'SNP_VMPL_NOT_ACCEPTED',
    )
  })

  it('each flipped byte of the signed part is refused', async () => {
    const genuine = file('test-report.bin')
    for (let at = 0; at < 0x2a0; at++) {
      expect(await codeOf(() => verifySnpReport(parseSnpReport(flip(genuine, at)), milan())), `byte ${at}`).toMatch(
        /^SNP_/,
      )
    }
    for (const at of [0x2a0, 0x2cf, 0x2e8, 0x317]) {
      expect(await codeOf(() => verifySnpReport(parseSnpReport(flip(genuine, at)), milan()))).toBe(
        'SNP_SIGNATURE_INVALID',
      )
    }
  })

  it.each(['evidence-sev4-shape.json', 'evidence-sev7-shape.json'])('%s rebuilds the signed bytes', async (name) => {
    const evidence = parseSnpEvidence(parseJson(decodeUtf8(file(name))))
    const product = evidence.report.version === 2 ? 'milan' : 'genoa'
    const found = parseSnpCollateral([
      ...evidence.certificates.map((entry) => entry.bytes),
      file(`${product}_ask_ark_asvk.pem`),
    ])
    const verified = await verifySnpReport(evidence.report, { collateral: found, now: LATER })
    expect(evidence.report.bytes.length).toBe(1184)
    expect(verified.signedBy).toBe('vcek')
  })

  it.each(['test-report.bin', 'test-vlek-report.bin', 'turin-report.bin'])('%s survives its evidence JSON', (name) => {
    const encoded = encodeSnpEvidence(parseSnpReport(file(name)), [{ kind: 'VCEK', bytes: Uint8Array.of(1, 2, 3) }])
    const back = parseSnpEvidence(parseJson(JSON.stringify(encoded)))
    expect(back.report.bytes).toEqual(file(name))
    expect(back.certificates).toEqual([{ kind: 'VCEK', bytes: Uint8Array.of(1, 2, 3) }])
  })

  it.each(['test-vcek-invalid-legacy.der', 'test-vcek-invalid-new.der'])('%s is refused', async (name) => {
    expect(
      await codeOf(() =>
        verifySnpReport(parseSnpReport(file('test-report.bin')), { collateral: collateral(name), now: AT }),
      ),
    ).toMatch(/^SNP_(VEK|CHAIN)_/)
  })

  const report = () => file('test-report.bin')
  it.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
    ['SNP_REPORT_SIZE', () => report().subarray(0, 1183)],
    ['SNP_REPORT_VERSION', () => flip(report(), 0, 0x04)],
    ['SNP_REPORT_ALGORITHM', () => flip(report(), 0x34, 0x02)],
    ['SNP_REPORT_RESERVED', () => flip(report(), 0x4c)],
    ['SNP_REPORT_RESERVED', () => flip(report(), 0x49)],
    ['SNP_REPORT_RESERVED', () => flip(report(), 0x188)],
    ['SNP_REPORT_RESERVED', () => flip(report(), 0x1f8)],
    ['SNP_REPORT_RESERVED', () => flip(report(), 0x2a0 + 60)],
    ['SNP_REPORT_RESERVED', () => flip(report(), 0x49f)],
    ['SNP_REPORT_POLICY_RESERVED', () => flip(report(), 0x0a, 0x02)],
    ['SNP_REPORT_POLICY_RESERVED', () => flip(report(), 0x0f, 0x80)],
    ['SNP_REPORT_VMPL', () => flip(report(), 0x30, 0x04)],
    ['SNP_REPORT_SIGNER_UNKNOWN', () => flip(report(), 0x48, 0x08)],
    ['SNP_REPORT_UNSIGNED', () => flip(report(), 0x48, 0x1c)],
    ['SNP_VEK_ROLE', () => flip(report(), 0x48, 0x04)],
    ['SNP_VEK_TCB', () => flip(report(), 0x187)],
    ['SNP_VEK_HWID', () => flip(report(), 0x1a0)],
    ['SNP_SIGNATURE_INVALID', () => flip(report(), 0x50)],
  ])('%s', async (code, make) => {
    const bytes = await make()
    expect(await codeOf(() => verifySnpReport(parseSnpReport(bytes), milan()))).toBe(code)
  })

  it('SNP_PRODUCT_UNKNOWN: a Turin report with the family of no known chip', async () => {
    expect(await codeOf(() => parseSnpReport(flip(file('turin-report.bin'), 0x188, 0x80)))).toBe('SNP_PRODUCT_UNKNOWN')
  })

  it.each<[string, () => Uint8Array[]]>([
    ['SNP_VEK_MISSING', () => [file('milan_ask_ark_asvk.pem')]],
    ['SNP_CHAIN_INCOMPLETE', () => [file('test-vcek.der')]],
    ['SNP_CHAIN_INCOMPLETE', () => [file('test-vcek.der'), file('genoa_ask_ark_asvk.pem')]],
    ['SNP_VEK_PRODUCT', () => [file('turin-vcek.der'), file('milan_ask_ark_asvk.pem')]],
    ['SNP_VEK_INVALID', () => [Uint8Array.of(1, 2, 3)]],
  ])('%s', async (code, files) => {
    expect(
      await codeOf(() =>
        verifySnpReport(parseSnpReport(report()), { collateral: parseSnpCollateral(files()), now: AT }),
      ),
    ).toBe(code)
  })

  it('SNP_CHAIN_ROOT: a chain of another pin', async () => {
    const roots = [{ name: 'other', product: 'Milan', keyDigest: new Uint8Array(32), simulated: false }] as const
    expect(await codeOf(() => verifySnpReport(parseSnpReport(report()), { ...milan(), roots }))).toBe('SNP_CHAIN_ROOT')
  })

  it('SNP_CHAIN_NOT_YET_VALID: judged before the chip was made', async () => {
    expect(
      await codeOf(() =>
        verifySnpReport(parseSnpReport(report()), { ...milan(), now: Date.parse('2022-01-01') / 1000 }),
      ),
    ).toBe('SNP_CHAIN_NOT_YET_VALID')
  })

  it('the refusal carries the checks made before it', async () => {
    const error = await verifySnpReport(parseSnpReport(flip(report(), 0x50)), milan()).catch(
      (thrown: EvidenceError) => thrown,
    )
    expect(error).toBeInstanceOf(EvidenceError)
    const checks = (error as EvidenceError).details['checks'] as { id: string; result: string }[]
    expect(checks.at(-1)).toMatchObject({ id: 'report.signature', result: 'fail' })
    expect(checks.filter((check) => check.result === 'pass').length).toBeGreaterThan(5)
  })

  it('claims carry the native types', () => {
    const claims = claimsOfSnpReport(parseSnpReport(report()))
    expect(claims).toMatchObject({ version: 2, vmpl: 0, policy_debug_allowed: false, reported_tcb_microcode: 115 })
  })
})
