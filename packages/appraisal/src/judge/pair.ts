/** Evidence of one machine that was judged piece by piece, as the key broker protocol brings it. */
import type { Check } from '@veritee/evidence/result'
import type { Judgement } from './types.ts'

/** One piece and its judgement. */
export interface JudgedPiece {
  readonly tee: string
  /** Evidence JSON. */
  readonly evidence: unknown
  readonly judgement: Judgement
}

/**
 * Checks what ties the pieces of one machine to each other: a TPM beside an SNP report with a services manifest must be
 * the vTPM that the manifest names. The check is added to the judgement of the TPM, and refuses it where it fails. Other
 * pieces are left as they are.
 *
 * @param pieces a machine and what is beside it
 * @returns the judgements, in the order of the pieces
 */
export async function pairJudgements(pieces: readonly JudgedPiece[]): Promise<readonly Judgement[]> {
  const judgements = pieces.map(({ judgement }) => judgement)
  const machine = pieces.find(({ tee }) => tee === 'snp') ?? pieces.find(({ tee }) => tee !== 'tpm')
  const tpm = pieces.findIndex(({ tee }) => tee === 'tpm')
  const evidence = pieces[tpm]?.evidence
  if (machine === undefined || !isObject(machine.evidence) || !isObject(evidence)) return judgements
  const { checkPair } = await import('./composite.ts')
  const devices = [{ tee: 'tpm', evidence }]
  const pair = checkPair(machine.judgement, judgements, { primary: machine.evidence, additionalText: '', devices })
  return judgements.with(tpm, addPair(judgements[tpm]!, pair))
}

function addPair(judgement: Judgement, pair: readonly Check[]): Judgement {
  const checks = [...judgement.checks, ...pair]
  if (pair.every(({ result }) => result !== 'fail')) return { ...judgement, checks }
  const answers = { ...judgement.answers, genuine: 'no' } as const
  return { ...judgement, answers, genuine: false, accepted: false, checks, claims: {} }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
