/** Judging SGX and TDX evidence. */
import { isCodedError } from '@veritee/codec/error'
import {
  appraiseDcap,
  createDcapClaims,
  type DcapAcceptance,
  type DcapCollateral,
  type DcapQuote,
  describeTcbShortfall,
  parseDcapEvidence,
  parseQuote,
  type TcbShortfall,
  type TcbStatus,
  type VerifiedDcap,
  verifyDcapQuote,
} from '@veritee/evidence/dcap'
import { AppraisalError } from '../errors.ts'
import { rankCollateral } from './dcap-collateral.ts'
import type { JudgeOptions } from './options.ts'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

/** Codes that say that collateral is for another platform than the quote. */
const OTHER_PLATFORM: ReadonlySet<string> = new Set([
  'DCAP_PCK_CRL_ISSUER_MISMATCH',
  'DCAP_TCB_INFO_FMSPC_MISMATCH',
  'DCAP_TCB_INFO_PCEID_MISMATCH',
  'DCAP_TCB_INFO_TEE_MISMATCH',
  'DCAP_QE_IDENTITY_TEE_MISMATCH',
])

/** SGX and TDX quotes, alone or as evidence JSON. */
export const DCAP_VERIFIER: TeeVerifier = {
  tees: ['tdx', 'sgx'],
  read: (content, options) => {
    if (content.kind === 'dcap-quote') return readQuote(content.bytes, options)
    const isDcap = content.kind === 'evidence-json' && (content.tee === 'tdx' || content.tee === 'sgx')
    return isDcap ? readEvidence(content.evidence, options) : undefined
  },
  readJson: readEvidence,
}

function readEvidence(evidence: object, options: JudgeOptions): ReadableEvidence {
  return readQuote(parseDcapEvidence(evidence).quote, options)
}

function readQuote(bytes: Uint8Array, { rules }: JudgeOptions): ReadableEvidence {
  const quote = parseQuote(bytes, { lenientSignatureData: rules === 'parity' })
  return {
    tee: quote.tee,
    verify: async (options) => describeGenuine(await verifyQuote(quote, options)),
    explain: ({ details }) => describeTcbShortfall(quote.tee, (details['shortfall'] ?? []) as readonly TcbShortfall[]),
  }
}

async function verifyQuote(quote: DcapQuote, options: JudgeOptions): Promise<VerifiedDcap> {
  const [best, ...others] = rankCollateral(quote, options.collateral)
  if (best === undefined) {
    throw new AppraisalError('APPRAISAL_COLLATERAL_MISSING', undefined, { details: { path: 'collateral' } })
  }
  try {
    return await verifyWith(quote, best, options)
  } catch (reason) {
    let error: unknown = reason
    for (const collateral of others) {
      if (!isCodedError(error) || !OTHER_PLATFORM.has(error.code)) break
      try {
        return await verifyWith(quote, collateral, options)
      } catch (next) {
        error = next
      }
    }
    // Why the likeliest bundle failed tells more than why the others did.
    throw reason
  }
}

function verifyWith(quote: DcapQuote, collateral: DcapCollateral, options: JudgeOptions): Promise<VerifiedDcap> {
  const { now, roots, rules, clockSkewSeconds, dcapVerifier } = options
  const moment = {
    collateral,
    now,
    allowExpired: createAcceptance(options).allowExpired === true,
    ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
  }
  if (dcapVerifier !== undefined) return dcapVerifier.verify(quote, moment)
  return verifyDcapQuote(quote, {
    ...moment,
    ...(roots === undefined ? {} : { roots }),
    ...(rules === undefined ? {} : { rules }),
  })
}

function describeGenuine(verified: VerifiedDcap): GenuineEvidence {
  const { quote, tcb, supplemental, checks, simulated, root, expiresAt } = verified
  const { report_data, init_data, ...claims } = createDcapClaims(quote, verified)
  const advisories = tcb.launch.advisoryIds
  return {
    status: tcb.status,
    advisories,
    checks,
    claims: { [quote.tee]: claims, report_data, init_data },
    tcb: {
      status: tcb.status,
      dateAt: tcb.launch.tcbDateAt,
      advisories,
      evaluationNumber: supplemental.tcbEvaluationDataNumber,
    },
    reportData: quote.body.reportData,
    initData: quote.tee === 'tdx' ? quote.body.mrConfigId : quote.body.configId,
    simulated,
    root,
    expiresAt,
    appraise: (options) => appraiseDcap(verified, createAcceptance(options)),
  }
}

/** The acceptance rules with what the expectations relax by name. */
function createAcceptance({ acceptance, expectations }: JudgeOptions): DcapAcceptance {
  const allow = expectations?.allow ?? []
  const statuses = expectations?.tcb?.statuses
  return {
    ...(statuses === undefined ? {} : { tcbStatuses: statuses as readonly TcbStatus[] }),
    ...(allow.includes('debug') ? { allowDebug: true } : {}),
    ...(allow.includes('sept_ve') ? { allowSeptVe: true } : {}),
    ...(allow.includes('migratable') ? { allowMigratable: true } : {}),
    ...(allow.includes('expired_collateral') ? { allowExpired: true } : {}),
    ...acceptance,
  }
}
