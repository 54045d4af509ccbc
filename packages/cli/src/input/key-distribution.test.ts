/** `veritee verify --kds`: the certificates of a chip come from its vendor, here a simulated one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { encodePem } from '@veritee/codec/pem'
import { createAzureWorld } from '@veritee/simulator/azure'
import { createCsvWorld } from '@veritee/simulator/csv'
import { type RunningKds, serveKds } from '@veritee/simulator/kds'
import { createSnpWorld } from '@veritee/simulator/snp'
import { createSvsmWorld } from '@veritee/simulator/svsm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { main } from '../main.ts'

const NOW = 1_800_000_000
const snp = createSnpWorld({ now: NOW, seed: 'verify kds', authorityBits: 2048 })
const stranger = createSnpWorld({ now: NOW, seed: 'not served', authorityBits: 2048 })
const csv = createCsvWorld({ now: NOW, seed: 'verify kds' })
const azure = createAzureWorld({ now: NOW, seed: 'verify kds', tee: 'snp' })
const svsm = createSvsmWorld({ now: NOW, seed: 'verify kds' })
let kds: RunningKds
let folder: string

beforeAll(async () => {
  kds = await serveKds({ snp: [snp], csv: [csv] })
  folder = mkdtempSync(join(tmpdir(), 'veritee-kds-'))
})
afterAll(async () => {
  await kds.close()
  rmSync(folder, { recursive: true })
})

async function verify(evidence: Uint8Array | object, root: string, ...more: string[]) {
  const [file, rootFile] = [join(folder, 'evidence'), join(folder, 'root')]
  writeFileSync(file, evidence instanceof Uint8Array ? evidence : JSON.stringify(evidence))
  writeFileSync(rootFile, root)
  let [out, err] = ['', '']
  const io = {
    stdin: Readable.from([]),
    out: (text: string | Uint8Array) => {
      out += text
    },
    err: (text: string) => {
      err += text
    },
    colour: false,
    progress: false,
    env: {},
    now: () => NOW,
    signal: new AbortController().signal,
  }
  const code = await main(['verify', file, '--json', '--trust-simulated-root', rootFile, ...more], io)
  return { code, out, err }
}

const hrk = encodePem('HYGON ROOT KEY', csv.root.certificate)

test.each([
  ['an SNP report', snp.issueReport(), snp.root.pem],
  ['CSV evidence without its chain', csv.issueEvidence({ version: 2, withChain: false }), hrk],
  ['a CSV page', csv.issueReport({ version: 2 }), hrk],
])('%s is judged with what the service gives', async (_name, evidence, root) => {
  const without = await verify(evidence, root)
  expect(without.code).toBe(1)
  expect(JSON.parse(without.out).checks.at(-1).next).toContain('--kds')
  const { code, out } = await verify(evidence, root, '--kds', kds.url)
  expect(JSON.parse(out)).toMatchObject({ accepted: true, genuine: true, simulated: true })
  expect(code).toBe(0)
})

test.each([
  ['an Azure machine over SNP', azure.snp!, azure.issueEvidence(), azure.snp!.root.pem],
  ['an SNP machine with a device beside it', svsm.snp, svsm.issueEvidence(), svsm.roots],
])('the chip behind %s is found', async (_name, chip, evidence, root) => {
  const own = await serveKds({ snp: [chip], csv: [] })
  onTestFinished(() => own.close())
  const without = JSON.parse((await verify(evidence, root)).out)
  expect(without.checks).toContainEqual(expect.objectContaining({ code: 'SNP_CHAIN_INCOMPLETE' }))
  const { code, out } = await verify(evidence, root, '--kds', own.url)
  expect(JSON.parse(out)).toMatchObject({ accepted: true, genuine: true, simulated: true })
  expect(code).toBe(0)
})

test('certificates that were fetched for the serial number bind it; those of a file do not', async () => {
  const evidence = csv.issueEvidence({ version: 2, withChain: false })
  const chip = join(folder, 'hsk_cek.cert')
  writeFileSync(chip, csv.hskCek)
  const beside = JSON.parse((await verify(evidence, hrk, '--collateral', chip)).out)
  expect(beside).toMatchObject({ accepted: true, claims: { csv: { serial_number_bound: false } } })
  expect(beside.findings).toMatchObject([{ code: 'CSV_SERIAL_NUMBER_UNBOUND', severity: 'warning' }])
  const fetched = JSON.parse((await verify(evidence, hrk, '--kds', kds.url)).out)
  expect(fetched).toMatchObject({ accepted: true, claims: { csv: { serial_number_bound: true } }, findings: [] })
})

test('COLLATERAL_NOT_FOUND: a chip that the service does not know', async () => {
  const { code, out, err } = await verify(stranger.issueReport(), stranger.root.pem, '--kds', kds.url)
  expect(code).not.toBe(0)
  expect(out + err).toContain('COLLATERAL_NOT_FOUND')
})

test('nobody is asked about other evidence', async () => {
  const tpm = createTpmWorld({ now: NOW, seed: 'verify kds' })
  const before = kds.requests.length
  const root = encodePem('CERTIFICATE', tpm.authority)
  const { code } = await verify(tpm.issueEvidence(), root, '--kds', kds.url)
  expect(code).toBe(0)
  expect(kds.requests).toHaveLength(before)
})
