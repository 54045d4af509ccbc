/** Judging SGX and TDX evidence. */
import { isCodedError } from '@veritee/codec/error'
import {
  appraiseDcap,
  createDcapClaims,
  type DcapAcceptance,
  type DcapCollateral,
  type DcapQuote,
  type DcapTrust,
  describeTcbShortfall,
  parseDcapCollateral,
  parseDcapEvidence,
  parseQuote,
  type TcbShortfall,
  type TcbStatus,
  type TdxQuote,
  type VerifiedDcap,
  verifyDcapQuote,
} from '@veritee/evidence/dcap'
import type { Check } from '@veritee/evidence/result'
import { AppraisalError } from '../errors.ts'
import { sortGiven } from './collateral.ts'
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
  read: (content, options) => {
    if (content.kind === 'evidence-json') return readEvidence(content.evidence, options)
    return readQuote((content as { readonly bytes: Uint8Array }).bytes, options)
  },
  readJson: readEvidence,
}

function readEvidence(evidence: object, options: JudgeOptions): ReadableEvidence {
  const { quote, ccEventLog, gpuEvidence } = parseDcapEvidence(evidence)
  const read = readQuote(quote, options, ccEventLog)
  if (gpuEvidence === undefined) return read
  return {
    ...read,
    verify: async (own) => {
      const genuine = await read.verify(own)
      if (read.tee !== 'tdx') return skipDevices(genuine)
      const { withEnclosedDevices } = await import('./enclosed-devices.ts')
      return await withEnclosedDevices(genuine, gpuEvidence, own)
    },
  }
}

function readQuote(bytes: Uint8Array, { rules }: JudgeOptions, ccEventLog?: Uint8Array): ReadableEvidence {
  const quote = parseQuote(bytes, { lenientSignatureData: rules === 'parity' })
  return {
    tee: quote.tee,
    verify: async (options) => {
      const genuine = describeDcap(await verifyQuote(quote, options))
      const { eventLog = ccEventLog } = options
      if (eventLog === undefined) return genuine
      return quote.tee === 'tdx' ? withEventLog(genuine, quote, eventLog) : skipEventLog(genuine)
    },
    explain: ({ details }) => describeTcbShortfall(quote.tee, (details['shortfall'] ?? []) as readonly TcbShortfall[]),
  }
}

/** What the log says goes beside the claims of the quote once it leads to the quote's registers. */
async function withEventLog(genuine: GenuineEvidence, quote: TdxQuote, eventLog: Uint8Array): Promise<GenuineEvidence> {
  const { bankOfTdxQuote, claimsOfBootLog, replayBootLog } = await import('@veritee/evidence/boot-log')
  const { bootLog, checks } = replayBootLog(genuine.checks, 'tdx.eventLog', eventLog, bankOfTdxQuote(quote))
  const claims = { ...(genuine.claims['tdx'] as object), ...claimsOfBootLog(bootLog) }
  return { ...genuine, checks, claims: { ...genuine.claims, tdx: claims }, isLogReplayed: true }
}

/** An enclave has no devices: nobody says what evidence of some beside its quote would be tied to. */
function skipDevices(genuine: GenuineEvidence): GenuineEvidence {
  const skipped: Check = {
    id: 'gpuEvidence',
    result: 'skip',
    code: 'APPRAISAL_DEVICES_UNJUDGED',
    message: 'The evidence of graphics processors beside the quote of an enclave was not judged.',
    next: 'Send them as composite evidence, under the name nvidia.',
  }
  return { ...genuine, checks: [...genuine.checks, skipped] }
}

/** An enclave has no registers. */
function skipEventLog(genuine: GenuineEvidence): GenuineEvidence {
  const message = 'An enclave has no registers to replay an event log against.'
  const skipped: Check = { id: 'sgx.eventLog', result: 'skip', code: 'BOOT_LOG_UNPROVABLE', message }
  return { ...genuine, checks: [...genuine.checks, skipped] }
}

function verifyQuote(quote: DcapQuote, options: JudgeOptions): Promise<VerifiedDcap> {
  return tryCollateral(quote, options, (collateral) => verifyWith(quote, collateral, options))
}

/** Calls `verify` with what is trusted of a quote, collateral by collateral, until one is for its platform. */
export function trustDcap<T>(
  quote: Uint8Array | undefined,
  options: JudgeOptions,
  verify: (trust: DcapTrust) => Promise<T>,
): Promise<T> {
  const own = parseQuote(quote ?? new Uint8Array(), { lenientSignatureData: options.rules === 'parity' })
  return tryCollateral(own, options, (collateral) => verify(createTrust(collateral, options)))
}

async function tryCollateral<T>(
  quote: DcapQuote,
  options: JudgeOptions,
  verify: (collateral: DcapCollateral) => Promise<T>,
): Promise<T> {
  const [best, ...others] = rankCollateral(quote, listCollateral(options))
  if (best === undefined) {
    throw new AppraisalError('APPRAISAL_COLLATERAL_MISSING', undefined, { details: { path: 'collateral' } })
  }
  try {
    return await verify(best)
  } catch (reason) {
    let error: unknown = reason
    for (const collateral of others) {
      if (!isCodedError(error) || !OTHER_PLATFORM.has(error.code)) break
      try {
        return await verify(collateral)
      } catch (next) {
        error = next
      }
    }
    // Why the likeliest bundle failed tells more than why the others did.
    throw reason
  }
}

/** Bundles given as such, then those among the files. */
function listCollateral(options: JudgeOptions): readonly DcapCollateral[] {
  const { collateral = [] } = options
  const given = Array.isArray(collateral) ? (collateral as readonly DcapCollateral[]) : [collateral as DcapCollateral]
  return [...given, ...sortGiven(options).dcap.map((text) => parseDcapCollateral(text))]
}

function verifyWith(quote: DcapQuote, collateral: DcapCollateral, options: JudgeOptions): Promise<VerifiedDcap> {
  const { roots, rules, ...moment } = createTrust(collateral, options)
  if (options.dcapVerifier !== undefined) return options.dcapVerifier.verify(quote, moment)
  return verifyDcapQuote(quote, createTrust(collateral, options))
}

function createTrust(collateral: DcapCollateral, options: JudgeOptions): DcapTrust {
  const { now, roots, rules, clockSkewSeconds } = options
  return {
    collateral,
    now,
    allowExpired: createAcceptance(options).allowExpired === true,
    ...(clockSkewSeconds === undefined ? {} : { clockSkewSeconds }),
    ...(roots === undefined ? {} : { roots }),
    ...(rules === undefined ? {} : { rules }),
  }
}

/** A verified quote as a judgement looks at it. */
export function describeDcap(verified: VerifiedDcap): GenuineEvidence {
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
    isLogReplayed: false,
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
