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
  const [first, ...others] = listCollateral(quote, options.collateral)
  if (first === undefined)
    throw new AppraisalError('APPRAISAL_COLLATERAL_MISSING', undefined, { details: { path: 'collateral' } })
  for (let collateral = first; ; ) {
    try {
      return await verifyWith(quote, collateral, options)
    } catch (error) {
      const next = others.shift()
      if (next === undefined || !(isCodedError(error) && OTHER_PLATFORM.has(error.code))) throw error
      collateral = next
    }
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

/** Those for the kind of the quote first: the rest could only fail, and is tried for the reason it fails with. */
function listCollateral(quote: DcapQuote, given: JudgeOptions['collateral']): DcapCollateral[] {
  const list = given === undefined ? [] : Array.isArray(given) ? (given as DcapCollateral[]) : [given as DcapCollateral]
  const isOfKind = ({ tcbInfo }: DcapCollateral) => /"id"\s*:\s*"TDX"/.test(tcbInfo) === (quote.tee === 'tdx')
  return [...list.filter(isOfKind), ...list.filter((collateral) => !isOfKind(collateral))]
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
