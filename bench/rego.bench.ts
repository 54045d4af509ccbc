/**
 * Rego on real TDX claims: compiling and evaluating policies of the shapes that attestation services run, against what the
 * same thread takes to read the claims as JSON.
 */
import { gzipSync } from 'node:zlib'
import { compilePolicy } from '@veritee/rego'
import { build } from 'esbuild'
import { STRICT_POLICY } from '../testkit/guide-policies.ts'
import { haveVectors, readVectorJson } from '../testkit/vectors.ts'
import { measure, ratio } from './measure.ts'

/** Trust claims from named claims and values that the host looks up. */
const TRUST_CLAIMS = `package policy
import rego.v1
default executables := 33
default hardware := 97
default configuration := 36
executables := 3 if {
  input.tdx.quote.body.rtmr_1 in query_reference_value("rtmr_1")
  input.tdx.quote.body.rtmr_2 in query_reference_value("rtmr_2")
}
hardware := 2 if {
  input.tdx.quote.header.tee_type == "81000000"
  input.tdx.quote.header.vendor_id == "939a7233f79c4ca9940a0db3957f0607"
  input.tdx.quote.body.mr_td in query_reference_value("mr_td")
}
configuration := 2 if {
  input.tdx.td_attributes.debug == false
  input.tdx.quote.body.xfam in query_reference_value("xfam")
}
trust_claims := {"executables": executables, "hardware": hardware, "configuration": configuration}
`

function flatten(value: unknown, prefix: string, out: Record<string, unknown>): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) out[prefix] = value
  else
    for (const [name, member] of Object.entries(value)) flatten(member, prefix === '' ? name : `${prefix}.${name}`, out)
  return out
}

export async function bench(): Promise<unknown> {
  if (!haveVectors) return { skipped: 'the genuine claims are not at hand' }
  const tdx = readVectorJson<{ quote: { body: Record<string, string> } }>('dcap/trustee_tdx_quote_4_claims.json')
  const { body } = tdx.quote
  const flat = flatten(tdx, 'tdx', {})
  const data = {
    reference: {
      'quote.body.mr_td': [body['mr_td']],
      'quote.body.rtmr_1': [body['rtmr_1']],
      'quote.body.xfam': body['xfam'],
    },
  }
  const host = {
    query_reference_value: new Map(['mr_td', 'rtmr_1', 'rtmr_2', 'xfam'].map((name) => [name, [body[name]]])),
  }
  const strict = compilePolicy([{ file: 'strict.rego', text: STRICT_POLICY }], { version: 'v0' })
  const options = { hostFunctions: { query_reference_value: 1 } }
  const trust = compilePolicy([{ file: 'trust.rego', text: TRUST_CLAIMS }], options)
  if (strict.evaluateRule('data.policy.allow', { input: flat, data }).value !== true)
    throw new Error('the strict policy does not hold')
  const claims = trust.evaluateRule('data.policy.trust_claims', { input: { tdx }, host }).value as { hardware: number }
  if (claims.hardware !== 2) throw new Error('the trust claims do not hold')
  const text = JSON.stringify(tdx)
  const rates = await measure([
    { name: 'JSON.parse of the claims', run: () => JSON.parse(text) },
    {
      name: 'compile strict',
      run: () => compilePolicy([{ file: 'strict.rego', text: STRICT_POLICY }], { version: 'v0' }),
    },
    { name: 'compile trust claims', run: () => compilePolicy([{ file: 'trust.rego', text: TRUST_CLAIMS }], options) },
    { name: 'evaluate strict', run: () => strict.evaluateRule('data.policy.allow', { input: flat, data }) },
    {
      name: 'evaluate trust claims',
      run: () => trust.evaluateRule('data.policy.trust_claims', { input: { tdx }, host }),
    },
  ])
  return {
    perSecond: Object.fromEntries(rates.map((rate) => [rate.name, Math.round(rate.perSecond)])),
    compileMilliseconds: Object.fromEntries(
      rates.filter(({ name }) => name.startsWith('compile')).map((rate) => [rate.name, 1000 / rate.perSecond]),
    ),
    ratios: {
      'evaluate trust claims / JSON.parse of the claims': ratio(
        rates,
        'evaluate trust claims',
        'JSON.parse of the claims',
      ),
    },
    gzipBytes: { own: await bundledBytes(['re2js', '@noble/*']), withDependencies: await bundledBytes([]) },
  }
}

/** The whole library for browsers, minified and compressed, without what `external` names. */
async function bundledBytes(external: string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '@veritee/rego'`, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['veritee-source', 'browser'],
    external,
    logLevel: 'silent',
  })
  return gzipSync(outputFiles[0]!.contents).length
}
