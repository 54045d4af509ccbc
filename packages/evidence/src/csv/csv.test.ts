// biome-ignore-all lint/suspicious/noExplicitAny: evidence JSON is edited at will here
import { decodeHex, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import { hmacSm3 } from '@veritee/codec/sm'
import { describe, expect, it } from 'vitest'
import { haveVectors, readVector, readVectorText, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { EvidenceError } from '../errors.ts'
import type { Check } from '../result/index.ts'
import { appraiseCsv } from './acceptance.ts'
import { parseAuthorityCertificate, parseHskCek } from './certificate/certificates.ts'
import { claimsOfCsv } from './claims.ts'
import { type CsvEvidence, parseCsvEvidence } from './evidence-json.ts'
import { closeCsvReport, parseCsvReport } from './report/parse.ts'
import { HYGON_ROOT } from './roots.ts'
import { verifyCsvEvidence } from './verify/verify.ts'

function refusalOf(work: () => unknown): EvidenceError | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof EvidenceError) return error
    throw error
  }
  return undefined
}

const codeOf = (work: () => unknown): string => refusalOf(work)?.code ?? 'accepted'

const MEASURE = '1178dadbf826ec7a07444ba358376d81c312cb53d703f9da83b26c1eee2ea052'

describe.skipIf(!haveVectors)(`Hygon CSV, a real chip${vectorsAbsent}`, () => {
  const chip = () => ({ ...parseHskCek(readVector('csv/hsk_cek.cert')), serialNumber: 'NZA9T14052605' })
  /** As the firmware wrote it, with the sealing key of its guest still inside. */
  const open = () => readVector('csv/report.cert')
  const mnonce = decodeHex('67c6697351ff4aec29cdbaabf2fbe346')
  const closed = () => closeCsvReport(open(), 1, mnonce)
  const evidenceOf = (page: Uint8Array): CsvEvidence => {
    const report = parseCsvReport(page, 1)
    return { report, pek: report.pek }
  }
  const flip = (at: number, mask = 1) => {
    const page = closed()
    page[at]! ^= mask
    return page
  }

  it('the pinned root is the one that is published, and signs itself', () => {
    const hrk = parseAuthorityCertificate(readVector('csv/hrk.cert'), 'hrk')
    expect(encodeHex(hrk.key.point!)).toBe(encodeHex(HYGON_ROOT.publicKey))
    expect(encodeHex(hrk.keyId)).toBe(encodeHex(HYGON_ROOT.keyId))
  })

  it('the whole chain passes, from the root to the report and its MAC', () => {
    const verified = verifyCsvEvidence(evidenceOf(closed()), { chips: [chip()] })
    const { report } = verified.evidence
    expect(report.serialNumber).toBe('NZA9T14052605')
    expect(report.anonce).toBe(0x1291429b)
    expect(encodeHex(report.measure)).toBe(MEASURE)
    expect(encodeHex(report.mnonce)).toBe(encodeHex(mnonce))
    expect(report.policyBits >>> 0).toBe(0x40000001)
    expect(new TextDecoder().decode(report.reportData)).toMatch(/^user data/)
    expect(verified.serialNumberBound).toBe(true)
    expect(claimsOfCsv(verified)).toMatchObject({ version: '1', measure: MEASURE, anonce: '9b429112' })
  })

  it('the serial number is bound only by certificates that were fetched for it', () => {
    const { hsk, cek } = chip()
    for (const chips of [[{ hsk, cek }], [{ hsk, cek, serialNumber: 'OTHER' }]]) {
      const verified = verifyCsvEvidence(evidenceOf(closed()), { chips })
      expect(verified.serialNumberBound).toBe(false)
      const codes = appraiseCsv(verified, { allowUnboundSerialNumber: false }).map((finding) => finding.code)
      expect(codes).toContain('CSV_SERIAL_NUMBER_UNBOUND')
    }
  })

  it('CSV_SEALING_KEY_PRESENT: a page that still carries the secret is refused, whatever else holds', () => {
    const error = refusalOf(() => verifyCsvEvidence(evidenceOf(open()), { chips: [chip()] }))
    expect(error?.code).toBe('CSV_SEALING_KEY_PRESENT')
    const checks = error?.details['checks'] as readonly Check[]
    expect(checks.filter(({ result }) => result !== 'pass').map(({ id }) => id)).toEqual(['csv.sealingKey'])
    expect(checks.map(({ id }) => id)).toContain('csv.mac')
    expect(JSON.stringify(checks)).not.toContain(encodeHex(open().subarray(0x9b4, 0x9d4)))
  })

  it('CSV_MAC_INVALID: a page as the firmware wrote it, with a changed key', () => {
    const page = open()
    page[0x9b4]! ^= 1
    expect(codeOf(() => verifyCsvEvidence(evidenceOf(page), { chips: [chip()] }))).toBe('CSV_MAC_INVALID')
  })

  it('CSV_MAC_INVALID: another nonce, or a changed key', () => {
    expect(codeOf(() => closeCsvReport(open(), 1, new Uint8Array(16)))).toBe('CSV_MAC_INVALID')
    const page = open()
    page[0x160]! ^= 1
    expect(codeOf(() => closeCsvReport(page, 1, mnonce))).toBe('CSV_MAC_INVALID')
  })

  it('each flipped byte of the signed part is refused', () => {
    for (let at = 0; at < 180; at += 3) {
      expect(
        codeOf(() => verifyCsvEvidence(evidenceOf(flip(at)), { chips: [chip()] })),
        `byte ${at}`,
      ).toBe('CSV_SIGNATURE_INVALID')
    }
  })

  it.each([
    ['CSV_REPORT_USAGE', 0xb4],
    ['CSV_REPORT_USAGE', 0xb8],
    ['CSV_SIGNATURE_INVALID', 0xc0],
    ['CSV_CERTIFICATE_MALFORMED', 0xc0 + 40],
    ['CSV_SERIAL_NUMBER', 0x150 + 2084 + 20],
    ['CSV_REPORT_SIZE', -1],
  ])('%s at byte %i', (code, at) => {
    expect(
      codeOf(() => verifyCsvEvidence(evidenceOf(at < 0 ? closed().subarray(1) : flip(at)), { chips: [chip()] })),
    ).toBe(code)
  })

  it('a changed nonce keeps the signature but not a pinned measurement', () => {
    const page = flip(0xbc, 0x01)
    // Whoever changes the unsigned nonce can also mend the unsigned usage, and key and serial number arrive in the clear.
    page[0xb4]! ^= 0x01
    page[0xb8]! ^= 0x01
    const clear = parseCsvReport(closed(), 1)
    page.set(clear.pek.bytes, 0x150)
    page.fill(0, 0x150 + 2084, 0x150 + 2084 + 64)
    page.set(encodeUtf8(clear.serialNumber), 0x150 + 2084)
    const verified = verifyCsvEvidence(evidenceOf(page), { chips: [chip()] })
    expect(encodeHex(verified.evidence.report.measure)).not.toBe(MEASURE)
    const pins = { measure: [decodeHex(MEASURE)] }
    expect(appraiseCsv(verified, { pins }).map((finding) => finding.code)).toContain('CSV_NONCE_UNPINNED')
    const genuine = verifyCsvEvidence(evidenceOf(closed()), { chips: [chip()] })
    expect(appraiseCsv(genuine, { pins })).toEqual([])
    expect(appraiseCsv(genuine).map((finding) => finding.code)).toEqual(['CSV_NONCE_UNPINNED'])
  })

  it.each<[string, (hskCek: Uint8Array) => void]>([
    [
      'CSV_CHAIN_SIGNATURE',
      (bytes) => {
        bytes[600]! ^= 1
      },
    ],
    [
      'CSV_CHAIN_SIGNATURE',
      (bytes) => {
        bytes[832 + 1052]! ^= 1
      },
    ],
    [
      'CSV_CHAIN_ROOT',
      (bytes) => {
        bytes[20]! ^= 1
      },
    ],
    [
      'CSV_CHAIN_ISSUER',
      (bytes) => {
        bytes[832 + 420]! ^= 1
      },
    ],
    [
      'CSV_CERTIFICATE_ROLE',
      (bytes) => {
        bytes[36] = 0
      },
    ],
    [
      'CSV_CERTIFICATE_ROLE',
      (bytes) => {
        bytes[832 + 8] = 2
      },
    ],
    [
      'CSV_CERTIFICATE_KEY',
      (bytes) => {
        bytes[64] = 1
      },
    ],
    [
      'CSV_CERTIFICATE_KEY',
      (bytes) => {
        bytes[70]! ^= 1
      },
    ],
    [
      'CSV_CERTIFICATE_KEY',
      (bytes) => {
        bytes[832 + 12] = 5
      },
    ],
    [
      'CSV_CERTIFICATE_MALFORMED',
      (bytes) => {
        bytes[213] = 0xff
      },
    ],
    [
      'CSV_CERTIFICATE_MALFORMED',
      (bytes) => {
        bytes[0] = 9
      },
    ],
    [
      'CSV_CERTIFICATE_MALFORMED',
      (bytes) => {
        bytes[832] = 9
      },
    ],
  ])('%s: a changed certificate', (code, change) => {
    const bytes = readVector('csv/hsk_cek.cert').slice()
    change(bytes)
    expect(codeOf(() => verifyCsvEvidence(evidenceOf(closed()), { chips: [parseHskCek(bytes)] }))).toBe(code)
  })

  const json = () => parseJson(readVectorText('csv/csv_evidence.json')) as Record<string, any>

  it('evidence JSON without HSK and CEK says that its chain is incomplete', () => {
    expect(codeOf(() => verifyCsvEvidence(parseCsvEvidence(json())))).toBe('CSV_CHAIN_INCOMPLETE')
  })

  it('evidence JSON is refused under the certificates of another chip', () => {
    expect(codeOf(() => verifyCsvEvidence(parseCsvEvidence(json()), { chips: [chip()] }))).toBe('CSV_CHAIN_SIGNATURE')
  })

  it('evidence JSON reads as stated', () => {
    const { report } = parseCsvEvidence(json())
    expect(report.serialNumber).toBe('KPA64911240507')
    expect(encodeHex(report.measure)).toBe('ae2a2cf1f41a485fa37bf9ae92f678783c59fbc79de7b5d237743d58f5538034')
    expect(report.policyBits).toBe(0x45)
  })

  it.each<[string, (json: Record<string, any>) => void]>([
    [
      'CSV_SERIAL_NUMBER',
      (value) => {
        value['serial_number'][0] = 0x41
      },
    ],
    [
      'CSV_SERIAL_NUMBER',
      (value) => {
        value['serial_number'][0] = 0x2f
      },
    ],
    [
      'CSV_PEK_MISMATCH',
      (value) => {
        value['cert_chain'].pek.body.data.firmware.major = 7
      },
    ],
    [
      'CSV_REPORT_FORMAT',
      (value) => {
        value['attestation_report'].magic[0] = 1
      },
    ],
    [
      'CSV_EVIDENCE_JSON',
      (value) => {
        value['attestation_report'].data.pop()
      },
    ],
    [
      'CSV_EVIDENCE_JSON',
      (value) => {
        delete value['cert_chain']
      },
    ],
    [
      'CSV_EVIDENCE_JSON',
      (value) => {
        value['cert_chain'].pek.body.data.uid_size = 70_000
      },
    ],
    [
      'CSV_EVIDENCE_JSON',
      (value) => {
        value['cert_chain'].pek.sigs = []
      },
    ],
    [
      'CSV_REPORT_RESERVED',
      (value) => {
        value['attestation_report'].data[4000] = 1
      },
    ],
    [
      'CSV_EVIDENCE_JSON',
      (value) => {
        value['cc_eventlog'] = 5
      },
    ],
  ])('%s: changed evidence JSON', (code, change) => {
    const value = json()
    change(value)
    expect(codeOf(() => verifyCsvEvidence(parseCsvEvidence(value)))).toBe(code)
  })

  it('a version 1 page under the label of version 2 is refused', () => {
    const value = json()
    value['attestation_report'].magic = [...encodeUtf8('ATTESTATION_EXT\0')]
    value['attestation_report'].flags = 1
    expect(codeOf(() => verifyCsvEvidence(parseCsvEvidence(value), { chips: [chip()] }))).toMatch(/^CSV_/)
  })
})

it('the published HMAC vector holds', () => {
  expect(encodeHex(hmacSm3(new Uint8Array(16), new Uint8Array(4)))).toBe(
    '5f08f19a7d6d8aceb7a6955b1533173cdd342039d4f76a117fe1aaaab7b27fec',
  )
})
