/** Writing appraisal results, in both shapes. */
import { writeJson } from '../json.ts'
import { encodeJws } from '../token/jws.ts'
import type { JsonObject } from '../types.ts'
import type { IntelSigning } from '../verification/token.ts'
import type { AppraisedReport, IntelResult, IntelResultShape } from './types.ts'

/** Who issues results, as the framework names itself. */
const ISSUER = 'quote appraisal entity'

/** The result as data: integers beyond 2^53 are bigint. */
export function createResultDocument(result: IntelResult, shape: IntelResultShape = 'array'): unknown {
  const certificationData =
    shape === 'array'
      ? result.certificationData
      : result.certificationData.map((item) => ({ certification_data: item }))
  const document = {
    overall_appraisal_result: result.overall,
    appraisal_check_date: result.checkDate,
    nonce: result.nonce,
    quote_hash: result.quoteHashes,
    user_data: result.userData,
    appraised_reports: result.reports.map(createReport),
    certification_data: certificationData,
    simulated: result.simulated ? true : undefined,
  }
  return [{ result: shape === 'array' ? [document] : document }]
}

/** The result as JSON text. */
export function encodeIntelResult(result: IntelResult, shape: IntelResultShape = 'array'): string {
  return writeJson(createResultDocument(result, shape))
}

/**
 * The result as a token: `appraisal_result` holds the JSON text. Signed with ES384 and the public key in the header; only
 * by name unsigned, and then nothing shows who wrote it.
 */
export async function encodeResultToken(
  result: IntelResult,
  signing: IntelSigning,
  shape: IntelResultShape = 'array',
): Promise<string> {
  const payload = { iss: ISSUER, appraisal_result: encodeIntelResult(result, shape) }
  return await encodeJws(payload, signing === 'unsigned' ? undefined : signing)
}

function createReport({ verdict, report, policy, detailed }: AppraisedReport): JsonObject {
  return {
    appraisal_result: verdict,
    detailed_result: detailed,
    policy:
      policy === undefined
        ? undefined
        : {
            environment: policy.environment,
            reference: policy.reference,
            signature: policy.signature,
            signing_key: policy.signingKey,
          },
    report,
  }
}
