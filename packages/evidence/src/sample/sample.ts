/** Sample evidence: what attesters send where there is no trusted hardware at all, in the shapes of both forks. */
import { decodeBase64, decodeHex, encodeBase64, encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { checkBootLog } from '../boot-log/check.ts'
import { claimsOfBootLog } from '../boot-log/claims.ts'
import type { BootLog, LoggedBank } from '../boot-log/replay.ts'
import { Checks } from '../result/checks.ts'
import type { Check, Claims, Finding } from '../result/index.ts'
import { SampleError } from './codes.ts'

/** Sample evidence as read. Nothing can verify it. */
export interface SampleEvidence {
  readonly svn: string
  readonly reportData: Uint8Array
  /** Digest of the init data, as the attester states it. */
  readonly initData?: Uint8Array
  /** 32 bytes; one of the two shapes has it. */
  readonly measureRegister?: Uint8Array
  readonly eventLog?: Uint8Array
}

/** Sample evidence that the caller accepted by name. It is not of a `Verified` type: nothing was. */
export interface AcceptedSample {
  readonly evidence: SampleEvidence
  readonly bootLog?: BootLog
  readonly checks: readonly Check[]
}

/**
 * Reads `{svn, report_data, init_data?, measure_register?, cc_eventlog?}`, parsed already by a strict, bounded parser.
 *
 * @throws EvidenceError SAMPLE_EVIDENCE_JSON
 */
export function parseSampleEvidence(json: unknown): SampleEvidence {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw misshapen('evidence', 'an object')
  const members = json as Readonly<Record<string, unknown>>
  const { svn, report_data: reportData, init_data: initData, measure_register: register, cc_eventlog: log } = members
  if (typeof svn !== 'string' && typeof svn !== 'number') throw misshapen('svn', 'text')
  return {
    svn: String(svn),
    reportData: decode(reportData, 'report_data', decodeBase64),
    ...(initData === undefined || initData === null ? {} : { initData: decode(initData, 'init_data', decodeBase64) }),
    ...(register === undefined || register === null ? {} : { measureRegister: registerAt(register) }),
    ...(log === undefined || log === null ? {} : { eventLog: decode(log, 'cc_eventlog', decodeBase64) }),
  }
}

/**
 * Accepts sample evidence, if the caller names the kind. An event log must lead to the register all the same.
 *
 * @throws EvidenceError SAMPLE_NOT_NAMED, BOOT_LOG_*
 */
export function acceptSample(evidence: SampleEvidence, isNamed: boolean): AcceptedSample {
  const checks = new Checks()
  checks.check('sample.named', () => {
    if (!isNamed) throw new SampleError('SAMPLE_NOT_NAMED', undefined, { details: { path: 'tee' } })
  })
  checks.skip('sample.signature', 'SAMPLE_UNSIGNED', 'Sample evidence has no signature: anybody can write it.')
  const bootLog = replayLog(checks, evidence)
  return { evidence, ...(bootLog === undefined ? {} : { bootLog }), checks: checks.made }
}

function replayLog(checks: Checks, { eventLog, measureRegister }: SampleEvidence): BootLog | undefined {
  const id = 'sample.eventLog'
  if (eventLog === undefined) return undefined
  if (measureRegister !== undefined) return checkBootLog(checks, id, eventLog, bankOf(measureRegister))
  checks.skip(id, 'BOOT_LOG_UNPROVABLE', 'The evidence has no register to replay the event log against.')
  return undefined
}

/** Said in each verdict, whatever else holds. */
export function appraiseSample(): Finding[] {
  return [
    {
      code: 'SAMPLE_EVIDENCE',
      severity: 'warning',
      path: 'sample',
      message: 'This is sample evidence: anybody can write it, and it proves nothing about any machine.',
      next: 'Do not name the kind sample where secrets are released.',
    },
  ]
}

/** Claims under the key `sample`. The shape without a register gets the fixed claims that its policies look at. */
export function claimsOfSample({ evidence, bootLog }: AcceptedSample): Claims {
  const { svn, reportData, initData, measureRegister } = evidence
  return {
    svn,
    report_data: encodeBase64(reportData),
    ...(initData === undefined ? {} : { init_data: encodeBase64(initData) }),
    ...(measureRegister === undefined
      ? { launch_digest: 'abcde', platform_version: { major: 1, minor: 4 }, debug: false }
      : { measure_register: encodeHex(measureRegister) }),
    ...(bootLog === undefined ? {} : claimsOfBootLog(bootLog)),
  }
}

/** One register, index 1, SHA-256. */
function bankOf(value: Uint8Array): LoggedBank {
  return {
    algorithm: 'SHA-256',
    kind: 'cc',
    registers: [{ name: 'measure_register', index: 1, value, unlogged: 'zero' }],
  }
}

function registerAt(value: unknown): Uint8Array {
  const register = decode(value, 'measure_register', decodeHex)
  if (register.length !== 32) throw misshapen('measure_register', '32 bytes in hexadecimal')
  return register
}

function decode(value: unknown, path: string, work: (text: string) => Uint8Array): Uint8Array {
  if (typeof value !== 'string') throw misshapen(path, 'text')
  try {
    return work(value)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw misshapen(path, cause.message)
  }
}

function misshapen(path: string, expected: string): SampleError {
  return new SampleError('SAMPLE_EVIDENCE_JSON', `The sample evidence is malformed at ${path}.`, {
    details: { path, expected },
  })
}
