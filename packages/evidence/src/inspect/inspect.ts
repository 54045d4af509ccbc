import { type HclReport, parseAzureEvidence, parseHclReport } from '../azure/index.ts'
import { parseCompositeEvidence } from '../composite/index.ts'
import { parseCsvEvidence } from '../csv/index.ts'
import { parseDcapEvidence } from '../dcap/evidence/index.ts'
import { claimsOfDcu, parseDcuEvidence } from '../dcu/index.ts'
import { parseEnclaveDocument, parseEnclaveEvidence } from '../enclave/index.ts'
import { EvidenceError } from '../errors.ts'
import { claimsOfGpu, parseGpuEvidence, parseGpuReport } from '../gpu/index.ts'
import { type Recognized, recognizeEvidence } from '../recognize/index.ts'
import { claimsOfSample, parseSampleEvidence } from '../sample/index.ts'
import { claimsOfSnpReport, parseSnpEvidence, parseSnpReport } from '../snp/index.ts'
import { parseTpmEvidence } from '../tpm/index.ts'
import { describeCollateral, describeDocument } from './collateral.ts'
import { describeDocumentOfEnclave } from './enclave.ts'
import { describeLog } from './event-log.ts'
import { describeCsvPage, describeCsvReport, describeHygonCertificates } from './hygon.ts'
import { describeKey } from './key.ts'
import { describeQuote } from './quote.ts'
import { describeEnclaveFile, describeSigstruct, describeTdReport } from './report.ts'
import { describeToken } from './token.ts'
import { describeTpmEvidence, describeTpmStructure } from './tpm.ts'
import type { Description } from './types.ts'
import { describeCertificate, describeCrl } from './x509.ts'

/**
 * Describes evidence or a document of any recognised kind as plain JSON data: `kind`, `wrappings`, and what the kind has
 * to say. It shows and does not judge: no signature is verified, and nothing in the result vouches for anything.
 *
 * @throws EvidenceError what `recognizeEvidence` and the parser of the kind throw.
 */
export function inspectEvidence(input: Uint8Array | string | Recognized): Description {
  const found = typeof input === 'string' || input instanceof Uint8Array ? recognizeEvidence(input) : input
  return { kind: found.kind, wrappings: found.wrappings, ...describe(found) }
}

function describe(found: Recognized): Description {
  switch (found.kind) {
    case 'dcap-quote':
      return describeQuote(found.bytes)
    case 'tdreport':
      return describeTdReport(found.bytes)
    case 'snp-report':
      return { claims: claimsOfSnpReport(parseSnpReport(found.bytes)) }
    case 'enclave-file':
      return describeEnclaveFile(found.bytes)
    case 'sigstruct':
      return describeSigstruct(found.bytes)
    case 'event-log':
      return describeLog(found.bytes)
    case 'csv-report':
      return describeCsvPage(found.bytes)
    case 'hygon-certificates':
      return describeHygonCertificates(found.bytes)
    case 'gpu-report':
      return { claims: claimsOfGpu({ architecture: 'unknown', report: parseGpuReport(found.bytes), chain: '' }) }
    case 'tpm-structure':
      return describeTpmStructure(found.structure, found.bytes)
    case 'hcl-report':
      return describeHcl(parseHclReport(found.bytes))
    case 'cose-document':
      return describeDocumentOfEnclave(parseEnclaveDocument(found.bytes))
    case 'x509':
      return { certificates: found.certificates.map(describeCertificate), crls: found.crls.map(describeCrl) }
    case 'token':
      return describeToken(found.token)
    case 'evidence-json':
      return { tee: found.tee, members: Object.keys(found.evidence), ...describeEvidence(found) }
    case 'composite-evidence':
      return { members: Object.keys(found.evidence), ...describeComposite(found.evidence) }
    case 'dcap-collateral':
      return describeCollateral(found.text)
    case 'dcap-document':
      return { name: found.name, ...describeDocument(found.text, found.name) }
    case 'jwks':
      return { keys: found.keys.map(describeKey) }
  }
}

function describeEvidence({ tee, evidence }: Extract<Recognized, { kind: 'evidence-json' }>): Description {
  if (tee === 'tdx' || tee === 'sgx') {
    const { quote, ccEventLog } = parseDcapEvidence(evidence)
    return {
      quote: describeQuote(quote),
      ...(ccEventLog === undefined ? {} : { ccEventLog: { sizeBytes: ccEventLog.length } }),
    }
  }
  if (tee === 'az-tdx-vtpm' || tee === 'az-snp-vtpm') return describeAzure(evidence)
  if (tee === 'snp') {
    const { report, certificates } = parseSnpEvidence(evidence)
    return { claims: claimsOfSnpReport(report), certificates: certificates.map(({ kind }) => kind) }
  }
  if (tee === 'csv') {
    const { report, hsk, eventLog } = parseCsvEvidence(evidence, { experimental: true })
    return {
      ...describeCsvReport(report),
      chipCertificates: hsk !== undefined,
      ...(eventLog === undefined ? {} : { eventLog: { sizeBytes: eventLog.length } }),
    }
  }
  if (tee === 'enclave') return describeDocumentOfEnclave(parseEnclaveEvidence(evidence))
  if (tee === 'hygondcu') return { claims: claimsOfDcu(parseDcuEvidence(evidence)) }
  if (tee === 'tpm' || tee === 'hygontpm') return describeTpmEvidence(parseTpmEvidence(evidence))
  if (tee === 'sample') {
    const { eventLog, ...sample } = parseSampleEvidence(evidence)
    return {
      claims: claimsOfSample({ evidence: sample, checks: [] }),
      ...(eventLog === undefined ? {} : { eventLog: { sizeBytes: eventLog.length } }),
    }
  }
  if (tee === 'nvidia') return { devices: parseGpuEvidence(evidence).map(claimsOfGpu) }
  return {}
}

/** The machine and each device beside it, by their names. */
function describeComposite(evidence: object): Description {
  const { primary, devices } = parseCompositeEvidence(evidence)
  return {
    primary: describePart(primary),
    devices: Object.fromEntries(devices.map(({ tee, evidence: own }) => [tee, describePart(own)])),
  }
}

/** A part that is no evidence by itself is shown by its members; composite evidence has no parts of its own kind. */
function describePart(evidence: object): Description {
  const members = Object.keys(evidence)
  if ('primary_evidence' in evidence) return { kind: 'composite-evidence', members }
  try {
    return inspectEvidence(JSON.stringify(evidence))
  } catch (error) {
    if (error instanceof EvidenceError && error.code === 'EVIDENCE_KIND_UNKNOWN') return { kind: 'unknown', members }
    throw error
  }
}

/** The hardware report inside, and the quote made from it; the vTPM's own quote is left to its verifier. */
function describeAzure(evidence: object): Description {
  const { version, hcl, tdQuote } = parseAzureEvidence(evidence)
  return { version, ...describeHcl(hcl), ...(tdQuote === undefined ? {} : { quote: describeQuote(tdQuote) }) }
}

function describeHcl({ kind, hardwareReport, userData }: HclReport): Description {
  const report =
    kind === 'tdx' ? describeTdReport(hardwareReport) : { claims: claimsOfSnpReport(parseSnpReport(hardwareReport)) }
  return { hardwareReport: report, ...(userData === undefined ? {} : { userData }) }
}
