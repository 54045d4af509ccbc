/** Judges, describes and replays real vectors in any runtime; what goes in and comes out is JSON. */
import { judgeEvidence } from '@veritee/appraisal/judge'
import { decodeBase64, decodeHex, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { describeEventLog, parseEventLog, replayEventLog } from '@veritee/codec/eventlog'
import { digest } from '@veritee/codec/hash'
import { canonicalizeJson } from '@veritee/codec/json'
import { inspectEvidence } from '@veritee/evidence'

/** One row: bytes in base64, and what to do with them. */
export type VectorCase = { readonly name: string; readonly input: string } & (
  | {
      readonly work: 'judge'
      /** Epoch seconds. */
      readonly now: number
      readonly tee?: string
      /** Files in base64. */
      readonly collateral?: readonly string[]
      /** Hexadecimal. */
      readonly reportData?: string
      readonly allowVmpl?: readonly number[]
      /** SHA-256 of attestation keys, hexadecimal. */
      readonly allowedKeys?: readonly string[]
      /** A path and its value, pinned. */
      readonly pin?: readonly [string, string]
      /** Claims to show: dotted paths, and a prefix of what they must hold. */
      readonly show?: readonly string[]
      /** Every how many bytes one is flipped and the input judged again. */
      readonly flipEvery?: number
    }
  | { readonly work: 'inspect'; readonly show: readonly string[] }
  | { readonly work: 'replay'; readonly kind: 'cc' | 'tpm' }
)

/** Outcomes by name. */
export async function run(cases: readonly VectorCase[]): Promise<Record<string, unknown>> {
  const outcomes: Record<string, unknown> = {}
  for (const item of cases) outcomes[item.name] = await outcomeOf(item)
  return outcomes
}

async function outcomeOf(item: VectorCase): Promise<unknown> {
  const bytes = decodeBase64(item.input)
  if (item.work === 'judge') return judge(item, bytes)
  try {
    return item.work === 'inspect' ? pick(inspectEvidence(bytes), item.show) : replay(bytes, item.kind)
  } catch (error) {
    if (!isCodedError(error)) throw error
    return { code: error.code }
  }
}

type Judged = Extract<VectorCase, { work: 'judge' }>

async function judge(item: Judged, bytes: Uint8Array): Promise<unknown> {
  const judgement = await judgeOnce(item, bytes)
  const { tee, answers, accepted, status, advisories, checks, findings, claims, simulated } = judgement
  const [readable, genuine, fresh, expected] = [answers.readable, answers.genuine, answers.fresh, answers.expected]
  return {
    tee,
    answers: [readable, genuine, fresh, expected].join(' '),
    accepted,
    ...(status === undefined ? {} : { status, advisories }),
    simulated,
    refusals: [
      ...checks.filter(({ result }) => result === 'fail').map(({ code }) => code),
      ...findings.filter(({ severity }) => severity === 'error').map(({ code }) => code),
    ],
    ...pick(claims, item.show ?? []),
    ...(item.flipEvery === undefined ? {} : { acceptedFlips: await countAcceptedFlips(item, bytes, item.flipEvery) }),
  }
}

function judgeOnce(item: Judged, bytes: Uint8Array): ReturnType<typeof judgeEvidence> {
  const { now, tee, collateral = [], reportData, allowVmpl, allowedKeys = [], pin } = item
  return judgeEvidence(bytes, {
    now,
    ...(tee === undefined ? {} : { tee }),
    collateralFiles: collateral.map((text, index) => ({ name: `file ${index}`, bytes: decodeBase64(text) })),
    ...(reportData === undefined ? {} : { reportData: decodeHex(reportData) }),
    ...(allowVmpl === undefined ? {} : { acceptance: { snp: { allowVmpl } } }),
    trust: { tpm: { allowed: allowedKeys.map((key) => decodeHex(key)) } },
    ...(pin === undefined
      ? {}
      : { expectations: { allow: [], claims: [{ path: pin[0], rule: { kind: 'one-of', values: [pin[1]] } }] } }),
  })
}

async function countAcceptedFlips(item: Judged, bytes: Uint8Array, every: number): Promise<number> {
  let accepted = 0
  for (let at = 0; at < bytes.length; at += every) {
    const changed = bytes.slice()
    changed[at]! ^= 0x10
    if ((await judgeOnce(item, changed)).genuine) accepted++
  }
  return accepted
}

function replay(bytes: Uint8Array, kind: 'cc' | 'tpm'): unknown {
  const log = parseEventLog(bytes)
  const banks = log.algorithms.map((algorithm) => {
    const { registers } = replayEventLog(log, algorithm, { registers: kind })
    return [algorithm, Object.fromEntries([...registers].map(([index, value]) => [index, encodeHex(value)]))]
  })
  return { events: log.events.length, structure: digestOf(describeEventLog(log)), banks: Object.fromEntries(banks) }
}

/** Digest of a described log, without the member that the parsed forms lack. */
export function digestOf(description: unknown): string {
  const bare = JSON.parse(
    JSON.stringify(description, (key, value) => (key === 'digest_matches_event' ? undefined : value)),
  )
  return encodeHex(digest('sha256', encodeUtf8(canonicalizeJson(bare))))
}

function pick(value: object, paths: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(paths.map((path) => [path, find(value, path.split('/'))]))
}

function find(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value
  return typeof value === 'object' && value !== null ? find((value as Record<string, unknown>)[name], rest) : undefined
}
