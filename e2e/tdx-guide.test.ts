/** The guide to TDX guests, typed line by line: on a simulated guest, and from the quote on with a production quote. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadWorld, servePccs } from '@veritee/simulator'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { root, veritee } from '../testkit/command.ts'
import { typePage } from '../testkit/page.ts'
import { haveVectors, vectorPath, vectorsAbsent } from '../testkit/vectors.ts'

const haveTools = ['jq', 'make', 'xxd', 'awk'].every((tool) => spawnSync('which', [tool]).status === 0)
const toolsAbsent = haveTools ? '' : ' (skipped: jq, make, xxd or awk is not installed)'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'veritee-tdx-guide-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Types lines in one shell, as root: `sudo` is there and does nothing. */
function type(lines: string): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-ec', `sudo() { "$@"; }\n${lines}`], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    let err = ''
    child.stdout.on('data', (part: Buffer) => {
      out += part
    })
    child.stderr.on('data', (part: Buffer) => {
      err += part
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

describe.skipIf(!haveTools)(`the guide on a simulated guest${toolsAbsent}`, () => {
  const GENERATION = 'alibaba/tdx-quote-generation-sample'
  const VERIFICATION = 'alibaba/tdx-quote-verification-sample'
  const QUOTE = '../tdx-quote-generation-sample/quote.dat'

  beforeAll(async () => {
    expect(await veritee(['simulate', 'tdx', '--out', join(folder, 'world')])).toMatchObject({ code: 0 })
    const install = ['compat', 'install', join(folder, 'alibaba'), '--world', join(folder, 'world')]
    expect(await veritee(install)).toMatchObject({ code: 0 })
  })

  it('shows that the guest is protected', async () => {
    const shown = await type(
      'cd alibaba/teesdk/intel/sgxsdk/SampleCode/TDXReportParse\nsudo make\nsudo ./tdx_report_parse',
    )
    expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/^attributes:.*NO_DEBUG/m) })
    expect(shown.out).toContain('SIMULATED')
    expect(await type('alibaba/tdx_report_parse')).toMatchObject({ code: 0 })
  })

  it('makes quotes: random, with given report data, with the words of xxd', async () => {
    const HEX = '1234567890abcdef'.repeat(4)
    const reportData = async (file: string): Promise<string> => {
      const { out } = await veritee(['inspect', file, '--json'])
      return /"reportData":"([0-9a-f]{128})"|"report_data":"([0-9a-f]{128})"/.exec(out)!.slice(1).join('')
    }
    const file = join(folder, GENERATION, 'quote.dat')
    expect(await type(`cd ${GENERATION}\nsudo make\nsudo ./app`)).toMatchObject({ code: 0 })
    const first = await reportData(file)
    expect(await type(`cd ${GENERATION}\nsudo ./app`)).toMatchObject({ code: 0 })
    expect(await reportData(file)).not.toBe(first)
    expect(await type(`cd ${GENERATION}\nsudo ./app -d ${HEX}`)).toMatchObject({ code: 0 })
    expect(await reportData(file)).toBe(HEX + '0'.repeat(64))
    // 64 bytes come from xxd on several lines, that is, in several words.
    writeFileSync(
      join(folder, GENERATION, 'data.dat'),
      Uint8Array.from({ length: 64 }, (_, index) => index),
    )
    expect(await type(`cd ${GENERATION}\nsudo ./app -d $(cat data.dat | xxd -p)`)).toMatchObject({ code: 0 })
    expect(await reportData(file)).toMatch(/^000102.*3e3f$/)
  })

  it.each([
    ['an odd number of digits', '123'],
    ['65 bytes', '00'.repeat(65)],
    ['no hexadecimal', 'xyz0'],
  ])('refuses report data: %s', async (_name, hex) => {
    expect(await type(`cd ${GENERATION}\n./app -d ${hex}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('CLI_ARGUMENT_INVALID'),
    })
  })

  it('signs the policy, builds, verifies, and the relying party reads 1', async () => {
    expect(await type(`cd ${VERIFICATION}\nsudo make Policies/tenant_td_policy.jwt\nsudo make all`)).toMatchObject({
      code: 0,
    })
    const token = await type(`cd ${VERIFICATION}\n./verifier -quote ${QUOTE}`)
    expect(token.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const overall = await type(
      `cd ${VERIFICATION}\n./verifier -quote ${QUOTE} |./relying_party -v |grep "json payload" |awk -F 'payload:' '{print $2}'|jq '.[0].result.overall_appraisal_result'`,
    )
    expect(overall).toMatchObject({ code: 0, out: '1\n' })
    const whole = await type(
      `cd ${VERIFICATION}\n./verifier -quote ${QUOTE} |./relying_party -v |grep "json payload" |awk -F 'payload:' '{print $2}'|jq `,
    )
    const [{ result }] = JSON.parse(whole.out)
    expect(result.simulated).toBe(true)
    expect(result.appraised_reports.map((report: { appraisal_result: number }) => report.appraisal_result)).toEqual([
      1, 1, 1,
    ])
    const bound = await type(
      `cd ${VERIFICATION}\n./verifier -quote ${QUOTE} |./relying_party -v -a|grep "json payload" |awk -F 'payload:' '{print $2}'|jq '.. | .tdx_reportdata? | select(. != null)'`,
    )
    // Last byte first, as everywhere in these documents.
    expect(bound.out).toMatch(/^"3F3E.*020100"\n$/)
  })

  it('reads 0 and names the check once the policy asks for something else', async () => {
    const path = join(folder, VERIFICATION, 'Policies/tenant_td_policy.json')
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('"0000000010000000",', `"0000000010000000", "tdx_rtmr3": "${'11'.repeat(48)}",`))
    const overall = await type(
      `cd ${VERIFICATION}\nmake Policies/tenant_td_policy.jwt >&2\n./verifier -quote ${QUOTE} |./relying_party -v |grep "json payload" |awk -F 'payload:' '{print $2}'|jq '.[0].result.overall_appraisal_result'`,
    )
    expect(overall).toMatchObject({ out: '0\n', err: expect.stringContaining('fail td_rtmr3_check') })
    writeFileSync(path, text)
    expect(await type(`cd ${VERIFICATION}\nmake Policies/tenant_td_policy.jwt`)).toMatchObject({ code: 0 })
  })

  it('tee_appraisal_tool writes, signs and verifies a policy', async () => {
    const openssl = await type('openssl ecparam -name secp384r1 -genkey -noout -out owner.pem')
    expect(openssl.code).toBe(0)
    const report = ['tdx', 'report', 'parse', '--live', '--attester', 'simulated', '--world', join(folder, 'world')]
    expect(await veritee([...report, '-o', join(folder, 'report.dat')])).toMatchObject({ code: 0 })
    const tool = 'alibaba/tee_appraisal_tool'
    const made = await type(
      `${tool} gen_payload -in report.dat -out td.json\n${tool} sign_policy -in td.json -key owner.pem -out td.jwt\n${tool} verify_policy -in td.jwt`,
    )
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining('the signature holds') })
    expect(made.out).toContain('tdx_rtmr2 = ')
    expect(await type(`${tool} sign_policy -in td.json`)).toMatchObject({ code: 2 })
  })

  it('asks the collateral service that PCCS_URL names', async () => {
    const world = await loadWorld(join(folder, 'world'), Math.floor(Date.now() / 1000))
    const pccs = await servePccs(world)
    try {
      writeFileSync(
        join(folder, 'qcnl.conf'),
        '# comment\nPCCS_URL=https://localhost:8081/sgx/certification/v4/\nUSE_SECURE_CERT=TRUE\n',
      )
      const edit = `sed -i.$(date "+%m%d%y") 's|PCCS_URL=.*|PCCS_URL=${pccs.baseUrl}|' qcnl.conf`
      const veriteeWords = `'${process.execPath}' '${join(root, 'packages/cli/bin/veritee.js')}'`
      const verify = `QCNL_CONF_PATH=$PWD/qcnl.conf ${veriteeWords} tdx verify -quote ${GENERATION}/quote.dat --policy ${VERIFICATION}/Policies/tenant_td_policy.jwt --unsigned --trust-simulated-root world/root.pem`
      expect(await type(`${edit}\n${verify}`)).toMatchObject({
        code: 0,
        err: expect.stringContaining('overall_appraisal_result 1'),
      })
      expect(pccs.requests.some((request) => request.startsWith('/tdx/certification/v4/tcb?fmspc='))).toBe(true)
    } finally {
      await pccs.close()
    }
  })

  it('keeps a changed policy, and replaces nothing that is another program’s', async () => {
    const path = join(folder, VERIFICATION, 'Policies/tenant_td_policy.json')
    writeFileSync(path, '{"policy_array": []}')
    const again = ['compat', 'install', join(folder, 'alibaba'), '--world', join(folder, 'world')]
    expect(await veritee(again)).toMatchObject({ code: 0, out: expect.stringContaining('kept tdx-quote-verification') })
    expect(readFileSync(path, 'utf8')).toBe('{"policy_array": []}')
    mkdirSync(join(folder, 'taken'))
    writeFileSync(join(folder, 'taken/tdx_report_parse'), 'another')
    expect(await veritee(['compat', 'install', join(folder, 'taken')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('CLI_FILE_EXISTS'),
    })
  })
})

describe.skipIf(!haveVectors)(`a production quote at its time${vectorsAbsent}`, () => {
  const quote = () => vectorPath('dcap/tdx_quote')
  const base = () => [
    'tdx',
    'verify',
    '-quote',
    quote(),
    '--collateral',
    vectorPath('dcap/tdx_quote_collateral.json'),
    '--at',
    '2025-06-25T00:00:00Z',
  ]
  const file = (name: string) => join(folder, name)
  let token: string

  beforeAll(async () => {
    for (const name of ['owner', 'verifier', 'stranger']) {
      const made = await veritee(['tdx', 'key', file(`${name}.key`), '--public-key-out', file(`${name}.pub`)])
      expect(made.code).toBe(0)
    }
    expect((await veritee(['tdx', 'policy', 'init', '-o', file('guide.json')])).code).toBe(0)
    expect((await veritee(['tdx', 'policy', 'init', '--from-quote', quote(), '-o', file('pinned.json')])).code).toBe(0)
    for (const name of ['guide', 'pinned']) {
      const sign = [
        'tdx',
        'policy',
        'sign',
        file(`${name}.json`),
        '--key',
        file('owner.key'),
        '-o',
        file(`${name}.jwt`),
      ]
      expect((await veritee(sign)).code).toBe(0)
    }
    const { code, out } = await veritee([
      ...base(),
      '--policy',
      file('guide.jwt'),
      '--result-key',
      file('verifier.key'),
    ])
    expect(code).toBe(0)
    token = out
  })

  test('overall 1; the relying party accepts verifier, policies, owners and quote', async () => {
    const rely = [
      'tdx',
      'relying-party',
      '-v',
      '-a',
      '--result-key',
      file('verifier.pub'),
      '--policy',
      file('guide.jwt'),
    ]
    const { code, out, err } = await veritee([...rely, '--policy-key', file('owner.pub'), '-quote', quote()], token)
    expect(code).toBe(0)
    expect(err).toContain('policies: success')
    expect(err).toContain('policy owners: success')
    const [{ result }] = JSON.parse(out.replace(/^json payload:/, ''))
    expect(result.overall_appraisal_result).toBe(1)
    expect(out).toContain('"appraisal_check_date":1750809600000000000,')
    const td = result.appraised_reports.find(
      (entry: { report: { environment: { Description?: string } } }) =>
        entry.report.environment.Description === 'Application TD TCB',
    )
    expect(td.policy.signing_key).toMatchObject({ kty: 'EC', crv: 'P-384', alg: 'ES384' })
    // The report data of the quote, last byte first.
    const { out: shown } = await veritee(['inspect', quote(), '--json'])
    const memory = /"reportData":"([0-9a-f]{128})"|"report_data":"([0-9a-f]{128})"/.exec(shown)!.slice(1).join('')
    const reversed = Buffer.from(memory, 'hex').reverse().toString('hex').toUpperCase()
    expect(out).toContain(`"tdx_reportdata":"${reversed}"`)
  })

  test('0 after each single reference is changed, with the check named', { timeout: 240_000 }, async () => {
    const document = JSON.parse(readFileSync(file('pinned.json'), 'utf8'))
    const references = document.policy_array[0].reference as Record<string, string>
    const names = Object.keys(references).filter((name) => !name.endsWith('_mask'))
    expect(names).toHaveLength(10)
    for (const name of names) {
      const changed = structuredClone(document)
      const value = references[name]!
      changed.policy_array[0].reference[name] = (value[0] === 'F' ? '0' : 'F') + value.slice(1)
      writeFileSync(file('changed.json'), JSON.stringify(changed))
      const args = [...base(), '--policy', file('changed.json'), '--allow-unsigned-policy', '--unsigned']
      const { code, err } = await veritee(args)
      expect(code, name).toBe(1)
      expect(err).toContain(`fail ${name.replace('tdx_', 'td_')}_check`)
      expect(err).toContain('overall_appraisal_result 0')
      expect(err).toContain(`actual    ${value}`)
    }
  })

  test('explains a result with expected and actual', async () => {
    writeFileSync(file('result.jwt'), token)
    const { code, out } = await veritee(['tdx', 'policy', 'explain', file('result.jwt')])
    expect(code).toBe(0)
    expect(out).toContain('pass td_attributes_check')
    expect(out).toMatch(/expected {2}0000000010000000\n {7}actual {4}0000000010000000/)
  })

  test('compares two policies', async () => {
    const { out } = await veritee(['tdx', 'policy', 'diff', file('guide.json'), file('pinned.jwt'), '--json'])
    const { changes } = JSON.parse(out)
    expect(changes.find((change: { key?: string }) => change.key === 'tdx_mrtd')).toMatchObject({ effect: 'stricter' })
  })

  const badVerify: [string, number, () => string[]][] = [
    ['INTEL_POLICY_UNSIGNED', 1, () => ['--policy', file('guide.json'), '--unsigned']],
    ['CLI_ARGUMENT_INVALID', 2, () => ['--policy', file('guide.jwt')]],
    [
      'INTEL_POLICY_CLASS_DUPLICATE',
      2,
      () => ['--policy', file('guide.jwt'), '--policy', file('pinned.jwt'), '--unsigned'],
    ],
    ['INTEL_POLICY_KEY_UNKNOWN', 2, () => ['--policy', file('misspelt.json'), '--allow-unsigned-policy', '--unsigned']],
    ['INTEL_POLICY_CLASS_ABSENT', 1, () => ['--policy', file('absent.json'), '--allow-unsigned-policy', '--unsigned']],
    ['INTEL_KEY_INVALID', 2, () => ['--policy', file('guide.jwt'), '--result-key', file('guide.json')]],
  ]
  test.each(badVerify)('verify refuses with %s', async (expected, status, args) => {
    const policy = (classId: string, reference: object) =>
      JSON.stringify({ policy_array: [{ environment: { class_id: classId }, reference }] })
    const strict = { accepted_tcb_status: ['UpToDate'], collateral_grace_period: 0, allow_dynamic_plaform: true }
    writeFileSync(file('misspelt.json'), policy('f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3', strict))
    writeFileSync(file('absent.json'), policy('bef7cb8c-31aa-42c1-854c-10db005d5c41', { sgx_isvprodid: 1 }))
    const { code, err } = await veritee([...base(), ...args()])
    expect(err).toContain(expected)
    if (expected === 'INTEL_POLICY_KEY_UNKNOWN') expect(err).toContain('allow_dynamic_platform')
    expect(code).toBe(status)
  })

  test('compatible mode takes the misspelt key with a warning', async () => {
    const args = [
      '--policy',
      file('misspelt.json'),
      '--policy',
      file('guide.jwt'),
      '--allow-unsigned-policy',
      '--unsigned',
    ]
    const { code, err } = await veritee([...base(), ...args, '--intel-compatible'])
    expect(code).toBe(0)
    expect(err).toContain('INTEL_POLICY_KEY_UNKNOWN')
  })

  const badRely: [string, number, () => string[], (() => Promise<string>)?][] = [
    ['INTEL_RESULT_KEY_UNTRUSTED', 1, () => ['-v', '--result-key', file('stranger.pub')]],
    ['CLI_ARGUMENT_INVALID', 2, () => ['-v']],
    ['CLI_ARGUMENT_INVALID', 2, () => ['-v', '-a', '--result-key', file('verifier.pub')]],
    [
      'INTEL_RESULT_QUOTE_MISMATCH',
      1,
      () => ['-v', '--result-key', file('verifier.pub'), '--quote', vectorPath('dcap/tdx_quote_outdated')],
    ],
    ['policies: failure', 1, () => ['-v', '-a', '--result-key', file('verifier.pub'), '--policy', file('pinned.jwt')]],
    [
      'policy owners: incomplete',
      1,
      () => ['-v', '-a', '--result-key', file('verifier.pub'), '--policy-key', file('stranger.pub')],
    ],
    ['INTEL_RESULT_MALFORMED', 2, () => ['-v', '--allow-unsigned'], async () => 'no token'],
    [
      'INTEL_RESULT_UNSIGNED',
      1,
      () => ['-v', '--result-key', file('verifier.pub')],
      async () => (await veritee([...base(), '--policy', file('guide.jwt'), '--unsigned'])).out,
    ],
  ]
  test.each(badRely)('the relying party refuses: %s', async (expected, status, args, make) => {
    const { code, out, err } = await veritee(
      ['tdx', 'relying-party', ...args()],
      make === undefined ? token : await make(),
    )
    expect(err).toContain(expected)
    expect(code).toBe(status)
    expect(out).toBe('')
  })

  test('an unsigned result passes by name, and says that nobody signed it', async () => {
    const { out } = await veritee([...base(), '--policy', file('guide.jwt'), '--unsigned'])
    const read = await veritee(['tdx', 'relying-party', '-v', '--allow-unsigned'], out)
    expect(read).toMatchObject({ code: 0, err: expect.stringContaining('nobody signed') })
  })
})

describe.skipIf(!haveTools)(`the page about TDX policies${toolsAbsent}`, () => {
  it.each(['en', 'zh'])('%s holds as it is printed', { timeout: 240_000 }, async (language) => {
    const typed = await typePage(`${language}/tdx-policy.md`, join(folder, `page-${language}`))
    expect(typed.length).toBeGreaterThan(10)
    const refused = typed.filter(({ code }) => code !== 0)
    expect(refused, JSON.stringify(refused)).toHaveLength(1)
    expect(refused[0]).toMatchObject({ code: 1, output: expect.stringContaining('fail td_mrtd_check') })
    expect(typed.map(({ output }) => output).join('')).toContain('NO_DEBUG')
  })
})
