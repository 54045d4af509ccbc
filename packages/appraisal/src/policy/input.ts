/** The one document that policies are evaluated on: the nested claims, and the flat names that older policies read. */
import type { Claims } from '@veritee/evidence/result'
import { AppraisalError } from '../errors.ts'

/** Claims of one piece of evidence that was accepted. */
export interface PolicyEvidence {
  readonly tee: string
  /** As a judgement has them: the object under the name of the TEE, beside `report_data` and `init_data`. */
  readonly claims: Claims
  /** What the report data is the digest of. */
  readonly runtimeData?: unknown
  /** What the init data says. */
  readonly initData?: unknown
}

/** Members of claims that are no claims of a TEE. */
const SHARED: ReadonlySet<string> = new Set(['report_data', 'init_data', 'runtime_data_claims', 'init_data_claims'])
const MAX_DEPTH = 32

/**
 * Makes the input document of a policy.
 *
 * Nested: `input.tdx.quote.body.mr_td`, `report_data`, `init_data`, `runtime_data_claims`, `init_data_claims`. Flat, beside
 * it: `input["tdx.quote.body.mr_td"]` for everything under the name of a TEE, `measurement.PART.ALG` without the name, and
 * for TDX the older `tdx.ccel.measurement.PART.ALG` and `tdx.ccel.kernel_cmdline`, which begins with the boot loader's word.
 *
 * What a guest chooses the names of is never flattened to a plain value, because a policy that compares by the end of a name
 * would take it for a measurement: runtime data and init data stay nested, and runtime measurements (`aael.…`) stay lists.
 *
 * Throws APPRAISAL_POLICY_INPUT_AMBIGUOUS where two pieces of evidence are of one kind.
 */
export function createPolicyInput(evidence: readonly PolicyEvidence[]): Claims {
  const input: Record<string, unknown> = { report_data: '', init_data: '' }
  const measured = new Map<string, unknown>()
  evidence.forEach(({ claims, runtimeData, initData }, index) => {
    for (const [name, value] of Object.entries(claims)) {
      if (SHARED.has(name)) {
        if (index === 0) input[name] = value
        continue
      }
      if (Object.hasOwn(input, name)) throw ambiguous(name)
      input[name] = value
      flatten(input, name, value, 0)
      addDerived(input, measured, name, value)
    }
    if (index > 0) return
    if (runtimeData !== undefined) input['runtime_data_claims'] = runtimeData
    if (initData !== undefined) input['init_data_claims'] = initData
  })
  for (const [name, value] of measured) input[name] ??= value
  return input
}

function flatten(into: Record<string, unknown>, path: string, value: unknown, depth: number): void {
  if (!isObject(value) || depth >= MAX_DEPTH) return
  for (const [name, member] of Object.entries(value)) {
    const whole = `${path}.${name}`
    if (isObject(member)) flatten(into, whole, member, depth + 1)
    else into[whole] = member
  }
}

const RUNTIME = /^aael\.(cryptpilot\.alibabacloud\.com)\/(load_config|fde_rootfs_hash|initrd_switch_root)$/

function addDerived(
  input: Record<string, unknown>,
  measured: Map<string, unknown>,
  tee: string,
  claims: unknown,
): void {
  if (!isObject(claims)) return
  for (const [name, value] of Object.entries(claims)) {
    if (name.startsWith('measurement.')) {
      // Two machines in one that were not booted alike: a list of both equals neither.
      measured.set(name, measured.has(name) && measured.get(name) !== value ? [measured.get(name), value] : value)
      if (tee === 'tdx') input[`tdx.ccel.${name}`] = value
    }
    if (name === 'kernel_cmdline' && tee === 'tdx') input['tdx.ccel.kernel_cmdline'] = findLoggedLine(claims, value)
    const runtime = RUNTIME.exec(name)
    if (runtime !== null && Array.isArray(value) && value.length === 1)
      input[`AA.eventlog.${runtime[1]}.${runtime[2]}`] = value[0]
  }
}

/** The command line as the boot loader logged it, with its word in front, where one event says just this line. */
function findLoggedLine({ uefi_event_logs: events }: Record<string, unknown>, line: unknown): unknown {
  if (!Array.isArray(events) || typeof line !== 'string') return line
  const logged = events.flatMap((event: unknown) => {
    const { type_name: type, details } = (event ?? {}) as { type_name?: unknown; details?: { string?: unknown } }
    const text = details?.string
    return type === 'EV_IPL' && typeof text === 'string' && LOGGED.exec(text)?.[1] === line ? [text] : []
  })
  return new Set(logged).size === 1 ? logged[0] : line
}

const LOGGED = /^(?:grub_kernel_cmdline|kernel_cmdline|grub_cmd)(?:: | )(.*)$/s

function ambiguous(name: string): AppraisalError {
  return new AppraisalError('APPRAISAL_POLICY_INPUT_AMBIGUOUS', undefined, {
    details: { path: name, expected: 'one piece of evidence of each kind', actual: 'two' },
  })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
