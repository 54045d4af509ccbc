/** `veritee verify --tee`: the kind is demanded, and sample evidence is judged by name alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createSvsmWorld } from '@veritee/simulator/svsm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { expect, onTestFinished, test } from 'vitest'
import { main } from '../main.ts'

const NOW = 1_800_000_000

async function run(evidence: object, ...more: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'veritee-verify-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'evidence.json')
  writeFileSync(file, JSON.stringify(evidence))
  let out = ''
  const io = {
    stdin: Readable.from([]),
    out: (text: string | Uint8Array) => {
      out += text
    },
    err: () => {},
    colour: false,
    progress: false,
    env: {},
    now: () => NOW,
    signal: new AbortController().signal,
  }
  const code = await main(['verify', file, ...more], io)
  return { code, out }
}

async function verify(evidence: object, ...more: string[]) {
  const { code, out } = await run(evidence, '--json', ...more)
  return { code, judgement: JSON.parse(out) }
}

const older = { svn: '1', report_data: 'aGVsbG8=', measure_register: '11'.repeat(32) }
const newer = { svn: '1', report_data: 'aGVsbG8=' }

test.each([older, newer])(
  'SAMPLE_NOT_NAMED: sample evidence is refused until it is named, and every verdict says it',
  async (json) => {
    const unnamed = await verify(json)
    expect(unnamed.code).toBe(1)
    expect(unnamed.judgement.checks.at(-1)).toMatchObject({
      code: 'SAMPLE_NOT_NAMED',
      next: expect.stringContaining('--tee sample'),
    })
    const { code, judgement } = await verify(json, '--tee', 'sample', '--report-data', '68656c6c6f')
    expect(judgement).toMatchObject({ accepted: true, simulated: true, answers: { fresh: 'yes' } })
    expect(judgement.findings).toMatchObject([{ code: 'SAMPLE_EVIDENCE', severity: 'warning' }])
    expect(code).toBe(0)
  },
)

test('APPRAISAL_EVIDENCE_TEE_MISMATCH: evidence of another kind than was demanded', async () => {
  const evidence = createTpmWorld({ now: NOW, seed: 'verify' }).issueEvidence()
  const { code, judgement } = await verify(evidence, '--tee', 'snp')
  expect(judgement.checks.at(-1)).toMatchObject({
    code: 'APPRAISAL_EVIDENCE_TEE_MISMATCH',
    expected: 'snp',
    actual: 'tpm',
  })
  expect(code).toBe(2)
})

test('APPRAISAL_EVIDENCE_UNSUPPORTED: keys are no evidence, whatever they are called', async () => {
  const { judgement } = await verify({ keys: [] })
  expect(judgement.checks.at(-1)).toMatchObject({
    code: 'APPRAISAL_EVIDENCE_UNSUPPORTED',
    message: 'These are keys, not evidence.',
  })
})

test('devices beside a machine are named with what became of each', async () => {
  const evidence = createSvsmWorld({ now: NOW, seed: 'verify' }).issueEvidence()
  const { code, out } = await run(evidence)
  expect(code).toBe(1)
  expect(out).toContain('beside it tpm: refused')
})
