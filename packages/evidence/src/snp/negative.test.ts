/** What must not pass: one row a weakness that verifiers of SNP reports are known to have, minted under a simulated root. */
import { concatBytes, encodeBase64, encodeUtf8, reverseBytes } from '@veritee/codec/bytes'
import { encodeOctetString } from '@veritee/codec/der'
import {
  assembleSnpDraft,
  createSnpWorld,
  type SnpDraft,
  type SnpIssueOptions,
  TABLE_GUIDS,
  encodeCertificateTable as tableOf,
} from '@veritee/simulator/snp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EvidenceError } from '../errors.ts'
import { recognizeEvidence } from '../recognize/index.ts'
import { appraiseSnp, type SnpAcceptance } from './acceptance.ts'
import { parseSnpCollateral } from './chain/collateral.ts'
import { encodeSnpEvidence } from './report/encode-evidence.ts'
import { parseSnpEvidence } from './report/evidence-json.ts'
import { parseSnpReport } from './report/parse.ts'
import type { SnpTrust } from './verify/types.ts'
import { verifySnpReport } from './verify/verify.ts'

const NOW = 1_790_000_000
const world = createSnpWorld({ now: NOW, seed: 'negative', authorityBits: 2048 })
const turin = createSnpWorld({ now: NOW, seed: 'negative', product: 'Turin', authorityBits: 2048 })
const VEK_ARC = '1.3.6.1.4.1.3704.1'
/** Order of P-384, most significant byte first. */
const ORDER = Uint8Array.from(
  Buffer.from(
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
    'hex',
  ),
)
const stored = (number: Uint8Array) => concatBytes(reverseBytes(number), new Uint8Array(24))

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

const verify = (report: Uint8Array, more: Partial<SnpTrust> = {}, own = world) => {
  const collateral = parseSnpCollateral([own.certificate(), encodeUtf8(own.chain()), own.crl()])
  return verifySnpReport(parseSnpReport(report), { collateral, now: NOW, roots: [own.root], ...more })
}
const verifyDraft = (edit: (draft: SnpDraft) => void, own = world, options: SnpIssueOptions = {}) => {
  const draft = own.draft(options)
  edit(draft)
  const { report, collateral, now, root } = assembleSnpDraft(draft)
  return verifySnpReport(parseSnpReport(report), { collateral: parseSnpCollateral(collateral), now, roots: [root] })
}
const withHalves = (r: Uint8Array, s: Uint8Array) => {
  const report = world.issueReport()
  report.set(r, 0x2a0)
  report.set(s, 0x2e8)
  return report
}
const genuine = world.issueReport()
const [r, s] = [genuine.slice(0x2a0, 0x2e8), genuine.slice(0x2e8, 0x330)]
const extend = (draft: SnpDraft, suffix: string, value: Uint8Array, critical = false) => {
  const { vek } = draft.certificates
  vek.extensions = [...vek.extensions, { oid: `${VEK_ARC}.${suffix}`, value, critical }]
}

describe('refused', () => {
  it.each<[string, string, () => unknown]>([
    [
      'SNP_VEK_HWID',
      'a VCEK of another chip under its real common name',
      () => verify(world.issueReport({ chipId: 'ab'.repeat(64) })),
    ],
    ['SNP_VEK_HWID', 'a masked chip id under a VCEK', () => verify(world.issueReport({ chipId: '' }))],
    [
      'SNP_VEK_HWID',
      'a Turin chip id with something behind its eight bytes',
      () => {
        const chipId = concatBytes(turin.hardwareId, Uint8Array.of(1))
        return verify(turin.issueReport({ chipId }), {}, turin)
      },
    ],
    [
      'SNP_VEK_ROLE',
      'a VLEK certificate where the report says VCEK',
      () =>
        verify(genuine, {
          collateral: parseSnpCollateral([world.certificate('vlek'), encodeUtf8(world.chain('vlek'))]),
        }),
    ],
    [
      'SNP_VEK_ROLE',
      'a VCEK certificate where the report says VLEK',
      () => verify(world.issueReport({ signedBy: 'vlek' })),
    ],
    [
      'SNP_VEK_EXTENSION',
      'a VCEK with the name of a cloud provider',
      () => verifyDraft((draft) => extend(draft, '5', encodeUtf8('\x16\x01x'))),
    ],
    [
      'SNP_VEK_EXTENSION',
      'a VLEK with a hardware id',
      () => verifyDraft((draft) => extend(draft, '4', world.hardwareId), world, { signedBy: 'vlek' }),
    ],
    [
      'SNP_REPORT_POLICY_RESERVED',
      'a policy whose bit 17 is zero',
      () => verify(world.issueReport({ policy: 0x10000n })),
    ],
    [
      'SNP_REPORT_POLICY_RESERVED',
      'a policy with a bit that must be zero',
      () => verify(world.issueReport({ policy: 0x30000n | (1n << 26n) })),
    ],
    ['SNP_REPORT_RESERVED', 's of more than 48 bytes', () => verify(withHalves(r, s.with(71, 1)))],
    ['SNP_REPORT_SIZE', 'a report with a byte behind it', () => verify(concatBytes(genuine, new Uint8Array(1)))],
    ...(
      [
        ['an offset beyond the table', 0xffff_fff0],
        ['an offset within the entries', 8],
        ['an offset whose end is beyond the table', 100],
      ] as const
    ).map(([name, offset]): [string, string, () => unknown] => [
      'SNP_CERTIFICATE_TABLE',
      name,
      () => parseSnpCollateral([tableOf([{ guid: TABLE_GUIDS.vcek, bytes: world.certificate(), offset }])]),
    ]),
    [
      'SNP_CERTIFICATE_TABLE',
      'entries without an end',
      () => parseSnpCollateral([tableOf([{ guid: TABLE_GUIDS.vcek, bytes: world.certificate() }]).subarray(0, 24)]),
    ],
    [
      'SNP_CERTIFICATE_TABLE',
      'seventeen entries',
      () =>
        parseSnpCollateral([
          tableOf(Array.from({ length: 17 }, () => ({ guid: TABLE_GUIDS.vcek, bytes: Uint8Array.of(1) }))),
        ]),
    ],
    [
      'SNP_REPORT_UNSIGNED',
      'a host that masks the key of its chip',
      () => {
        const report = genuine.slice()
        report[0x48]! |= 2
        report.fill(0, 0x2a0, 0x330)
        return verify(report)
      },
    ],
    [
      'SNP_CHAIN_ROOT',
      'an ARK that the ASK could have signed',
      () => verify(genuine, { roots: [{ ...world.root, keyDigest: new Uint8Array(32) }] }),
    ],
    [
      'SNP_CHAIN_ROOT',
      'a root of another generation',
      () => verify(genuine, { roots: [{ ...world.root, product: 'Genoa' }] }),
    ],
    ['SNP_CHAIN_EXPIRED', 'a leaf after its time', () => verify(genuine, { now: NOW + 8 * 365 * 86_400 })],
    [
      'SNP_CHAIN_CONSTRAINTS',
      'a critical extension that nobody knows',
      () => verifyDraft((draft) => extend(draft, '99', encodeOctetString(new Uint8Array(1)), true)),
    ],
    ['SNP_SIGNATURE_INVALID', 'r of zero', () => verify(withHalves(new Uint8Array(72), s))],
    ['SNP_SIGNATURE_INVALID', 's of zero', () => verify(withHalves(r, new Uint8Array(72)))],
    ['SNP_SIGNATURE_INVALID', 'r of the order', () => verify(withHalves(stored(ORDER), s))],
    ['SNP_SIGNATURE_INVALID', 's of the order', () => verify(withHalves(r, stored(ORDER)))],
    ['SNP_REPORT_RESERVED', 'r of more than 48 bytes', () => verify(withHalves(r.with(48, 1), s))],
    ['SNP_REPORT_VERSION', 'version 6', () => verify(world.issueReport({ version: 6 }))],
    ['SNP_REPORT_VERSION', 'version 1', () => verify(world.issueReport({ version: 1 }))],
    ['SNP_REPORT_SIZE', 'a report cut short', () => verify(genuine.subarray(1))],
    ['SNP_VEK_PRODUCT', 'a Turin report under a Milan certificate', () => verify(turin.issueReport())],
    [
      'SNP_REPORT_RESERVED',
      'a Turin TCB in the layout of Milan',
      () => verify(turin.issueReport({ version: 5 }).with(0x180 + 6, 24), {}, turin),
    ],
    [
      'SNP_CRL_INVALID',
      'a revocation list of tomorrow',
      () =>
        verifyDraft((draft) => {
          draft.crl.thisUpdate = draft.now + 86_400
        }),
    ],
    ['SNP_CRL_INVALID', 'a revocation list without an end', () => verifyDraft((draft) => delete draft.crl.nextUpdate)],
    [
      'SNP_CRL_REVOKED',
      'a root that revoked itself',
      () =>
        verifyDraft((draft) => {
          draft.crl.revoked = [draft.certificates.ark.serial]
        }),
    ],
  ])('%s: %s', async (code, _, work) => {
    expect(await codeOf(work)).toBe(code)
  })

  it.each(['3.1', '3.2', '3.3', '3.8', '4'])('SNP_VEK_EXTENSION: a leaf without extension %s', async (suffix) => {
    const work = () =>
      verifyDraft(({ certificates: { vek } }) => {
        vek.extensions = vek.extensions.filter(({ oid }) => oid !== `${VEK_ARC}.${suffix}`)
      })
    expect(await codeOf(work)).toMatch(/^SNP_VEK_(?:EXTENSION|MISSING)$/)
  })

  it.each<[string, Uint8Array]>([
    ['an integer with a byte too many', Uint8Array.of(2, 2, 0, 219)],
    ['an integer that is not minimal', Uint8Array.of(2, 2, 0, 5)],
    ['a level of 256', Uint8Array.of(2, 2, 1, 0)],
    ['a negative level', Uint8Array.of(2, 1, 0xff)],
    ['something behind it', Uint8Array.of(2, 1, 5, 0)],
    ['another type', Uint8Array.of(4, 1, 5)],
  ])('a microcode level as %s', async (_, value) => {
    const work = () =>
      verifyDraft(({ certificates: { vek } }) => {
        vek.extensions = vek.extensions.map((entry) => (entry.oid === `${VEK_ARC}.3.8` ? { ...entry, value } : entry))
      })
    expect(await codeOf(work)).toBe(value.length === 4 && value[3] === 219 ? 'accepted' : 'SNP_VEK_EXTENSION')
  })
})

describe('not accepted by default', () => {
  it.each<[string, Parameters<typeof world.issueReport>[0], SnpAcceptance]>([
    ['SNP_VMPL_NOT_ACCEPTED', { vmpl: 1 }, {}],
    ['SNP_VMPL_NOT_ACCEPTED', { vmpl: 0xffff_ffff }, {}],
    ['SNP_DEBUG_ALLOWED', { policy: 0xb0000n }, {}],
    ['SNP_MIGRATION_ALLOWED', { policy: 0x70000n }, {}],
    ['SNP_TCB_NOT_COMMITTED', { committedTcb: { ...world.tcb, snp: 1 } }, {}],
    ['SNP_FIRMWARE_PROVISIONAL', { currentFirmware: [1, 99, 0] }, {}],
    ['SNP_TCB_BELOW_MINIMUM', {}, { minimumTcb: { microcode: 255 } }],
    ['SNP_MITIGATION_MISSING', {}, { requireMitigations: 1n }],
    ['SNP_ALIAS_CHECK_INCOMPLETE', { platformInfo: 1n }, { requireAliasCheck: true }],
  ])('%s', async (code, values, acceptance) => {
    const findings = appraiseSnp(await verify(world.issueReport(values)), acceptance)
    expect(findings.map((finding) => finding.code)).toEqual([code])
  })
})

it('the table of a host serves as collateral, with GUIDs in either order', async () => {
  const mixed = (guid: string) => guid.replace(/^(..)(..)(..)(..)(..)(..)(..)(..)/, '$4$3$2$1$6$5$8$7')
  for (const spell of [(guid: string) => guid, mixed]) {
    const table = tableOf([
      { guid: spell(TABLE_GUIDS.vcek), bytes: world.certificate() },
      { guid: spell(TABLE_GUIDS.ask), bytes: encodeUtf8(world.chain()) },
      { guid: '00'.repeat(15).concat('01'), bytes: encodeUtf8('something else') },
    ])
    expect(await codeOf(() => verify(genuine, { collateral: parseSnpCollateral([table]) }))).toBe('accepted')
    expect(recognizeEvidence(table)).toMatchObject({ kind: 'x509', certificates: { length: 3 } })
  }
})

it('a foreign root of the same name before the genuine one changes nothing', async () => {
  const other = createSnpWorld({ now: NOW, seed: 'foreign', authorityBits: 2048 })
  const arkOf = (chain: string) => encodeUtf8(chain.slice(chain.lastIndexOf('-----BEGIN')))
  const files = [world.certificate(), arkOf(other.chain()), encodeUtf8(world.chain())]
  expect(await codeOf(() => verify(genuine, { collateral: parseSnpCollateral(files) }))).toBe('accepted')
})

describe('hostile bytes end in the words of this package', () => {
  it('each truncation of a report', () => {
    for (let end = 0; end < genuine.length; end += 37)
      expect(() => parseSnpReport(genuine.subarray(0, end))).toThrow(EvidenceError)
  })

  it('a report or its certificate changed at random', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (isReport, place, mask) => {
        const target = isReport ? genuine : world.certificate()
        const changed = target.with(place % target.length, target[place % target.length]! ^ mask)
        const [report, leaf] = isReport ? [changed, world.certificate()] : [genuine, changed]
        const work = () => verify(report, { collateral: parseSnpCollateral([leaf, encodeUtf8(world.chain())]) })
        expect(await codeOf(work)).toMatch(/^SNP_/)
      }),
      { numRuns: 150 },
    )
  })

  it('a revocation list changed at random is refused, or is none of this root', async () => {
    const list = world.crl()
    const files = [world.certificate(), encodeUtf8(world.chain())]
    await fc.assert(
      fc.asyncProperty(fc.nat(list.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
        const changed = list.with(at, list[at]! ^ mask)
        try {
          const verified = await verify(genuine, { collateral: parseSnpCollateral([...files, changed]) })
          expect(verified.revocationChecked).toBe(false)
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('evidence JSON with members of another kind', () => {
    const members = Object.keys(encodeSnpEvidence(parseSnpReport(genuine))['attestation_report'] as object)
    fc.assert(
      fc.property(fc.constantFrom(...members), fc.jsonValue(), (member, value) => {
        const evidence = encodeSnpEvidence(parseSnpReport(genuine))
        const report = { ...(evidence['attestation_report'] as object), [member]: value }
        try {
          parseSnpEvidence({ ...evidence, attestation_report: report })
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError)
        }
      }),
      { numRuns: 200 },
    )
  })
})

describe('certificates of a whole fleet', () => {
  const neighbour = createSnpWorld({ now: NOW, seed: 'another chip', authorityBits: 2048 })

  it('the one of the chip is found among others for the same TCB', async () => {
    const files = [neighbour.certificate(), world.certificate(), encodeUtf8(world.chain()), world.crl()]
    for (const own of [files, files.toReversed()]) {
      const verified = await verify(world.issueReport(), { collateral: parseSnpCollateral(own) })
      expect(verified.checks.find(({ id }) => id === 'vek.hardwareId')?.result).toBe('pass')
    }
  })

  it('SNP_VEK_HWID: none of them is of this chip', async () => {
    const collateral = parseSnpCollateral([neighbour.certificate(), encodeUtf8(neighbour.chain()), neighbour.crl()])
    expect(await codeOf(() => verify(world.issueReport(), { collateral, roots: [neighbour.root] }))).toBe(
      'SNP_VEK_HWID',
    )
  })
})

describe('the bytes of a report as base64 in evidence JSON', () => {
  const raw = world.issueReport({ reportData: 'c0ffee' })
  const evidence = { attestation_report: encodeBase64(raw), cert_chain: null }

  it('are recognised and read', () => {
    expect(recognizeEvidence(JSON.stringify(evidence))).toMatchObject({ kind: 'evidence-json', tee: 'snp' })
    expect(parseSnpEvidence(evidence).report.bytes).toEqual(raw)
  })

  it.each<[string, string]>([
    ['SNP_EVIDENCE_JSON', 'no base64 at all'],
    ['SNP_REPORT_SIZE', encodeBase64(raw.subarray(1))],
  ])('%s', async (code, attestation_report) => {
    expect(await codeOf(() => parseSnpEvidence({ ...evidence, attestation_report }))).toBe(code)
  })
})
