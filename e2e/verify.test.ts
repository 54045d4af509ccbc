/** `veritee verify` and `inspect` as a person types them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { veritee } from '../testkit/command.ts'
import { haveVectors, vectorPath, vectorsAbsent } from '../testkit/vectors.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'veritee-e2e-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => join(folder, name)
const judge = (world: string, ...more: string[]) =>
  veritee([
    'verify',
    at(`${world}/quote.bin`),
    '--collateral',
    at(`${world}/collateral.json`),
    '--trust-simulated-root',
    at(`${world}/root.pem`),
    ...more,
  ])

describe('a simulated quote', () => {
  beforeAll(async () => {
    const made = await veritee(['simulate', 'tdx', '--out', at('tdx'), '--report-data', '00112233'])
    expect(made).toMatchObject({ code: 0 })
  })

  it('is accepted, not known to be fresh, and called simulated', async () => {
    const { code, out } = await judge('tdx')
    expect(out.split('\n')[0]).toBe('accepted: SIMULATED tdx evidence, genuine, not known to be fresh')
    expect(code).toBe(0)
  })

  it('is fresh with its report data, and refused with another', async () => {
    expect(await judge('tdx', '--report-data', '00112233')).toMatchObject({ code: 0 })
    const { code, out } = await judge('tdx', '--report-data', '00112234')
    expect(code).toBe(1)
    expect(out).toMatch(/^refused: SIMULATED tdx evidence, not fresh/)
    expect(out).toMatch(/expected .*00112234/)
  })

  it('is refused without its root being named', async () => {
    const { code, out } = await veritee([
      'verify',
      at('tdx/quote.bin'),
      '--collateral',
      at('tdx/collateral.json'),
      '--json',
    ])
    const judgement = JSON.parse(out)
    expect(code).toBe(1)
    expect(judgement.answers).toMatchObject({ readable: 'yes', genuine: 'no' })
    expect(judgement.checks.at(-1)).toMatchObject({ result: 'fail', code: expect.stringMatching(/^DCAP_/) })
  })

  it('is held to expectations, and the finding says what differed', async () => {
    writeFileSync(at('expected.toml'), `[claims]\n"tdx.quote.body.mr_td" = "${'ab'.repeat(48)}"\n`)
    const { code, out } = await judge('tdx', '--expect', at('expected.toml'), '--json')
    const judgement = JSON.parse(out)
    expect(code).toBe(1)
    expect(judgement.answers.expected).toBe('no')
    expect(judgement.findings[0]).toMatchObject({ path: 'tdx.quote.body.mr_td', severity: 'error' })
    expect(JSON.stringify(judgement.findings[0].expected)).toContain('ab'.repeat(48))
  })

  it('comes through standard input, and as hex', async () => {
    const hex = readFileSync(at('tdx/quote.bin')).toString('hex')
    const { code } = await veritee(
      ['verify', '-', '--collateral', at('tdx/collateral.json'), '--trust-simulated-root', at('tdx/root.pem')],
      hex,
    )
    expect(code).toBe(0)
  })

  it('broken by name, it is refused with that name', async () => {
    const code = 'DCAP_QUOTE_SIGNATURE_INVALID'
    expect(await veritee(['simulate', 'tdx', '--out', at('broken'), '--break', code])).toMatchObject({ code: 0 })
    const { out, ...outcome } = await judge('broken', '--json')
    expect(outcome.code).toBe(1)
    expect(JSON.parse(out).checks.at(-1)).toMatchObject({ result: 'fail', code })
  })
})

describe('wrong usage and malformed input end with 2 and say what to do', () => {
  it.each([
    ['no file', ['verify']],
    ['an unknown option', ['verify', 'x', '--colateral', 'y']],
    ['an unknown command', ['verfy']],
    ['a file that is not there', ['verify', '/nonexistent/quote']],
    ['a time that is none', ['verify', 'package.json', '--at', 'yesterday', '--collateral', 'x']],
    ['report data that is no hex', ['verify', 'package.json', '--report-data', 'zz', '--collateral', 'x']],
    ['an unknown status', ['verify', 'package.json', '--accept-tcb', 'Fine', '--collateral', 'x']],
  ])('%s', async (_what, args) => {
    const { code, err } = await veritee(args)
    expect(code).toBe(2)
    expect(err).toMatch(/--help|next/)
  })

  it('bytes that are no evidence', async () => {
    const { code, out } = await veritee(['verify', '-', '--json'], 'hello')
    expect(code).toBe(2)
    expect(JSON.parse(out).answers).toMatchObject({ readable: 'no', genuine: 'unasked' })
  })
})

describe.skipIf(!haveVectors)(`genuine quotes${vectorsAbsent}`, () => {
  const quote = (name: string, time: string, ...more: string[]) =>
    veritee([
      'verify',
      vectorPath(`dcap/${name}`),
      '--collateral',
      vectorPath(`dcap/${name}_collateral.json`),
      '--at',
      time,
      '--json',
      ...more,
    ])

  it('TDX: genuine and up to date', async () => {
    const { code, out } = await quote('tdx_quote', '2025-06-25T00:00:00Z')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      tee: 'tdx',
      genuine: true,
      accepted: true,
      status: 'UpToDate',
      advisories: [],
      simulated: false,
    })
  })

  it('SGX: genuine, refused by its status unless that is accepted by name', async () => {
    const refused = await quote('sgx_quote', '2025-06-25T00:00:00Z')
    expect(refused.code).toBe(1)
    const judgement = JSON.parse(refused.out)
    expect(judgement).toMatchObject({
      tee: 'sgx',
      genuine: true,
      accepted: false,
      status: 'ConfigurationAndSWHardeningNeeded',
    })
    expect(judgement.advisories).toEqual(['INTEL-SA-00289', 'INTEL-SA-00615'])
    expect(
      await quote('sgx_quote', '2025-06-25T00:00:00Z', '--accept-tcb', 'ConfigurationAndSWHardeningNeeded'),
    ).toMatchObject({ code: 0 })
  })

  it('TDX, outdated: no level fits, and the component is named', async () => {
    const { code, out } = await quote('tdx_quote_outdated', '2026-02-25T00:00:00Z')
    expect(code).toBe(1)
    expect(JSON.stringify(JSON.parse(out))).toMatch(/"have":3,.*"need":5|"actual":3/)
  })

  it('inspect shows a debug quote without judging it', async () => {
    const { code, out } = await veritee(['inspect', vectorPath('dcap/trustee_tdx_quote_4.dat')])
    expect(code).toBe(0)
    expect(out).toMatch(/^not judged/)
    expect(out).toContain('705ee938')
  })
})
