/** Judging Hygon CSV evidence. */
import { decodeHex } from '@veritee/codec/bytes'
import {
  appraiseCsv,
  type CsvAcceptance,
  type CsvEvidence,
  type CsvTrust,
  claimsOfCsv,
  parseCsvEvidence,
  parseCsvPage,
  parseHygonCertificates,
  type VerifiedCsv,
  verifyCsvEvidence,
} from '@veritee/evidence/csv'
import { sortGiven } from './collateral.ts'
import { isDebugAllowed } from './debug.ts'
import type { JudgeOptions } from './options.ts'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

/** Claims that the guest cannot choose: an expectation of one makes the nonce of a version 1 report certain. */
const PINS: readonly string[] = ['csv.measure', 'csv.vm_id', 'csv.user_pubkey_digest']
/** Key usage of a CEK and of an HSK. */
const [HSK, CEK] = [0x13, 0x1004]

/** Raw report pages and evidence JSON. */
export const CSV_VERIFIER: TeeVerifier = {
  read: (content, options) => {
    if (content.kind === 'evidence-json') return readJson(content.evidence, options)
    return readEvidence(parseCsvPage((content as { readonly bytes: Uint8Array }).bytes))
  },
  readJson,
}

function readJson(evidence: object, { acceptance }: JudgeOptions): ReadableEvidence {
  return readEvidence(parseCsvEvidence(evidence, { experimental: acceptance?.csv?.allowExperimental === true }))
}

function readEvidence(evidence: CsvEvidence): ReadableEvidence {
  return {
    tee: 'csv',
    verify: async (options) => {
      const { roots } = options.trust?.csv ?? {}
      const { eventLog = evidence.eventLog } = options
      const own = { ...evidence, ...(eventLog === undefined ? {} : { eventLog }) }
      const trust = { chips: listChips(options), ...(roots === undefined ? {} : { roots }) }
      return describeGenuine(verifyCsvEvidence(own, trust))
    },
  }
}

/** Every HSK and CEK among the files given, each CEK with the HSK that it names. */
export function listChips(options: JudgeOptions): NonNullable<CsvTrust['chips']> {
  const files = sortGiven(options).hygon
  const certificates = files.flatMap(({ bytes, serialNumber }) =>
    parseHygonCertificates(bytes).map((certificate) => ({ ...certificate, serialNumber })),
  )
  return certificates.flatMap(({ serialNumber, ...entry }) => {
    if (entry.form !== 'platform' || entry.certificate.usage !== CEK) return []
    const cek = entry.certificate
    const issuer = certificates.find(
      (other) =>
        other.form === 'authority' &&
        other.certificate.usage === HSK &&
        other.certificate.keyId.every((byte, i) => byte === cek.issuerId[i]),
    )
    if (issuer?.form !== 'authority') return []
    return [{ hsk: issuer.certificate, cek, ...(serialNumber === undefined ? {} : { serialNumber }) }]
  })
}

function describeGenuine(verified: VerifiedCsv): GenuineEvidence {
  const { report } = verified.evidence
  const { report_data, ...claims } = claimsOfCsv(verified)
  return {
    advisories: [],
    checks: verified.checks,
    claims: { csv: claims, report_data },
    reportData: report.reportData,
    ...(report.hostData === undefined ? {} : { initData: report.hostData }),
    isLogReplayed: verified.bootLog !== undefined,
    simulated: verified.simulated,
    root: verified.root,
    appraise: (options) => appraiseCsv(verified, createAcceptance(options)),
  }
}

/** The acceptance rules with what the expectations relax by name; an exact expectation is a pin, and is held to as one. */
function createAcceptance(options: JudgeOptions): CsvAcceptance {
  const { acceptance, expectations } = options
  const pinned = expectations?.claims.some(
    ({ path, rule }) =>
      PINS.includes(path) && rule.kind === 'one-of' && rule.values.every((value) => isDigest(value, path)),
  )
  return {
    ...(isDebugAllowed(options) ? { allowDebug: true } : {}),
    ...(pinned === true ? { allowUnpinnedNonce: true } : {}),
    ...acceptance?.csv,
  }
}

function isDigest(value: unknown, path: string): boolean {
  const size = path === 'csv.vm_id' ? 16 : 32
  return typeof value === 'string' && /^[0-9a-f]+$/i.test(value) && value.length === 2 * size && !isZero(value)
}

function isZero(hex: string): boolean {
  return decodeHex(hex).every((byte) => byte === 0)
}
