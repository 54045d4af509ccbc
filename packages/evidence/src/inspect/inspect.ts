import { parseAzureEvidence } from '../azure/index.ts'
import { parseDcapEvidence } from '../dcap/evidence/index.ts'
import { type Recognized, recognizeEvidence } from '../recognize/index.ts'
import { claimsOfSnpReport, parseSnpEvidence, parseSnpReport } from '../snp/index.ts'
import { describeCollateral, describeDocument } from './collateral.ts'
import { describeKey } from './key.ts'
import { describeQuote } from './quote.ts'
import { describeEnclaveFile, describeSigstruct, describeTdReport } from './report.ts'
import { describeToken } from './token.ts'
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
      return { sizeBytes: found.bytes.length }
    case 'x509':
      return { certificates: found.certificates.map(describeCertificate), crls: found.crls.map(describeCrl) }
    case 'token':
      return describeToken(found.token)
    case 'evidence-json':
      return { tee: found.tee, members: Object.keys(found.evidence), ...describeEvidence(found) }
    case 'composite-evidence':
      return { members: Object.keys(found.evidence) }
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
  return {}
}

/** The hardware report inside, and the quote made from it; the vTPM's own quote is left to its verifier. */
function describeAzure(evidence: object): Description {
  const { version, hcl, tdQuote } = parseAzureEvidence(evidence)
  const { kind, hardwareReport } = hcl
  const report =
    kind === 'tdx' ? describeTdReport(hardwareReport) : { claims: claimsOfSnpReport(parseSnpReport(hardwareReport)) }
  return { version, hardwareReport: report, ...(tdQuote === undefined ? {} : { quote: describeQuote(tdQuote) }) }
}
