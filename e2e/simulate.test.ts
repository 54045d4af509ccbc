/** Every simulated kind: made, judged with the line that it prints, and broken by name. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { veritee } from '../testkit/command.ts'

interface Made {
  readonly simulated: boolean
  readonly verify?: string
}

async function simulate(kind: string, ...more: string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), `veritee-${kind}-`))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const { code, out, err } = await veritee(['simulate', kind, '--out', folder, '--json', ...more])
  expect(code, err).toBe(0)
  const made = JSON.parse(out) as Made
  expect(made.simulated).toBe(true)
  return made.verify!.split(' ').slice(1)
}

it.each(['snp', 'svsm', 'csv', 'tpm', 'hygontpm', 'gpu', 'az-snp-vtpm', 'az-tdx-vtpm', 'dcu', 'enclave', 'composite'])(
  '%s: genuine, fresh, and called simulated',
  async (kind) => {
    const line = await simulate(kind, '--report-data', '00112233')
    const { code, out } = await veritee([...line, '--report-data', '00112233', '--json'])
    expect(JSON.parse(out)).toMatchObject({ genuine: true, accepted: true, simulated: true, answers: { fresh: 'yes' } })
    expect(code).toBe(0)
    const stale = await veritee([...line, '--report-data', '00112234', '--json'])
    expect(stale.code).toBe(1)
    const unnamed = await veritee([...line.slice(0, line.indexOf('--trust-simulated-root')), '--json'])
    expect(unnamed.code).toBe(1)
    expect(JSON.parse(unnamed.out).answers.genuine).toBe('no')
  },
)

it.each([
  ['snp', 'SNP_SIGNATURE_INVALID'],
  ['snp', 'SNP_VEK_TCB'],
  ['csv', 'CSV_SIGNATURE_INVALID'],
  ['csv', 'CSV_CHAIN_SIGNATURE'],
  ['gpu', 'GPU_SIGNATURE_INVALID'],
  ['gpu', 'GPU_FIRMWARE_MISMATCH'],
  ['tpm', 'TPM_PCR_DIGEST'],
  ['az-tdx-vtpm', 'AZURE_TD_QUOTE_MISMATCH'],
  ['dcu', 'DCU_SIGNATURE_INVALID'],
  ['enclave', 'ENCLAVE_CHAIN_ROOT'],
])('%s broken as %s is refused as that', async (kind, broken) => {
  const line = await simulate(kind, '--break', broken)
  const { code, out } = await veritee([...line, '--json'])
  expect(code).not.toBe(0)
  expect(JSON.parse(out).checks.at(-1)).toMatchObject({ result: 'fail', code: broken })
})

it('a code that nothing raises is wrong usage, and names those that are', async () => {
  const { code, err } = await veritee(['simulate', 'snp', '--out', '/tmp/never', '--break', 'SNP_NONSENSE'])
  expect(code).toBe(2)
  expect(err).toContain('SNP_SIGNATURE_INVALID')
})
