/** `veritee verify --tee`: the kind is demanded, and sample evidence is judged by name alone. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { encodePem } from '@veritee/codec/pem'
import { servePccs } from '@veritee/simulator'
import { createAzureWorld } from '@veritee/simulator/azure'
import { createCsvWorld } from '@veritee/simulator/csv'
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

test('an Azure machine over TDX is judged with what the collateral service gives', async () => {
  const azure = createAzureWorld({ now: NOW, seed: 'verify', tee: 'tdx' })
  const pccs = await servePccs(azure.dcap!)
  onTestFinished(() => pccs.close())
  const root = join(mkdtempSync(join(tmpdir(), 'veritee-root-')), 'root.pem')
  onTestFinished(() => rmSync(dirname(root), { recursive: true }))
  writeFileSync(root, azure.dcap!.root.pem)
  const { code, judgement } = await verify(azure.issueEvidence(), '--pccs', pccs.url, '--trust-simulated-root', root)
  expect(judgement).toMatchObject({ tee: 'az-tdx-vtpm', accepted: true, status: 'UpToDate' })
  expect(code).toBe(0)
})

test('a person reads the root and every check that passed', async () => {
  const world = createCsvWorld({ now: NOW, seed: 'verify' })
  const root = join(mkdtempSync(join(tmpdir(), 'veritee-root-')), 'hrk.pem')
  onTestFinished(() => rmSync(dirname(root), { recursive: true }))
  writeFileSync(root, encodePem('HYGON ROOT KEY', world.root.certificate))
  const { out } = await run(world.issueEvidence({ version: 2 }), '--trust-simulated-root', root)
  expect(out).toContain('  root      simulated HYGON-SSD-HRK\n')
  expect(out).toMatch(/^pass csv\.usage, .*csv\.signature, .*csv\.chain\.signatures/m)
})

test('CLI_UNFIT_INPUT: of a folder of collateral, the file that is none is named', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'veritee-collateral-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'evidence.json'), JSON.stringify(newer))
  const { code, out } = await run(newer, '--json', '--collateral', folder)
  expect(JSON.parse(out).error).toMatchObject({
    code: 'CLI_UNFIT_INPUT',
    message: expect.stringContaining('evidence.json is no collateral'),
  })
  expect(code).toBe(2)
})

test('binary certificates are no JSON, whatever bytes are in them', async () => {
  const world = createCsvWorld({ now: NOW, seed: 'verify' })
  const folder = mkdtempSync(join(tmpdir(), 'veritee-collateral-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  // The version is 1; the key id behind it may begin with any byte.
  writeFileSync(join(folder, 'hsk_cek.cert'), world.hskCek.with(4, 0x7b))
  const { judgement } = await verify(world.issueEvidence({ version: 2 }), '--collateral', join(folder, 'hsk_cek.cert'))
  expect(judgement).toMatchObject({ tee: 'csv', accepted: false })
})
