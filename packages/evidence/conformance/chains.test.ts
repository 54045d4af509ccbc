/** Refusals of chains and callers that no whole case of the corpus reaches. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readPckChain, verifyIssued, verifyPckChain } from '../src/dcap/pck/chain.ts'
import { ChainContext } from '../src/dcap/pck/context.ts'
import { PCK_CRL, ROOT_CRL, readCrl } from '../src/dcap/pck/crl.ts'
import { verifySigningChain } from '../src/dcap/pck/signing-chain.ts'
import { parseQuote } from '../src/dcap/quote/index.ts'
import { INTEL_SGX_ROOT, parseDcapRoot } from '../src/dcap/roots.ts'
import { verifyDcapQuote, verifySgxQuote } from '../src/dcap/verify/index.ts'
import { Checks } from '../src/result/checks.ts'
import { collateralOf, type OracleCase, readCorpus } from './corpus.ts'

const cases = readCorpus(fileURLToPath(new URL('dcap-open.jsonl.gz', import.meta.url)))
const find = (name: string): OracleCase => cases.find((item) => item.name === name)!
const quoteOf = (item: OracleCase): Uint8Array => new Uint8Array(Buffer.from(item.quote, 'base64'))
const good = find('ok/tdx_v4_module1')
const collateral = collateralOf(good)
const root = parseDcapRoot(good.collateral['root_ca']!)
const context = (): ChainContext => new ChainContext([root], false)
const chainText = new TextDecoder()
  .decode(parseQuote(quoteOf(good)).signatureData.certificationData.bytes)
  .split('\0')[0]!
const crls = {
  rootCaCrl: readCrl(collateral.rootCaCrl, ROOT_CRL, false),
  pckCrl: readCrl(collateral.pckCrl, PCK_CRL, false),
}

describe('PCK chain', () => {
  test('verifies', async () => {
    const checks = new Checks()
    const shared = context()
    const chain = await verifyPckChain(readPckChain(chainText, shared), crls, shared, checks)
    expect(chain.trustedRoot).toBe(root)
    expect(checks.made.every((check) => check.result === 'pass')).toBe(true)
  })

  test('DCAP_ROOT_CA_REVOKED', async () => {
    const shared = context()
    const chain = readPckChain(chainText, shared)
    // The root's own list would have to name it: the list is verified as it is, and asked about the root.
    const rootCaCrl = Object.assign(Object.create(crls.rootCaCrl) as typeof crls.rootCaCrl, {
      isRevoked: (serial: Uint8Array) => Buffer.compare(serial, chain.root.serial) === 0,
    })
    await expect(verifyPckChain(chain, { ...crls, rootCaCrl }, shared, new Checks())).rejects.toMatchObject({
      code: 'DCAP_ROOT_CA_REVOKED',
    })
  })

  test('DCAP_PCK_ISSUER_MISMATCH', async () => {
    const shared = context()
    const { leaf, root: wrongIssuer } = readPckChain(chainText, shared)
    const codes = { path: 'pck', issuer: 'DCAP_PCK_ISSUER_MISMATCH', signature: 'DCAP_PCK_SIGNATURE_INVALID' } as const
    await expect(verifyIssued(leaf, wrongIssuer, codes, shared)).rejects.toMatchObject({
      code: 'DCAP_PCK_ISSUER_MISMATCH',
    })
  })
})

describe('TCB signing chain', () => {
  test('DCAP_TCB_SIGNER_REVOKED', async () => {
    const revoked = collateralOf(find('crl/tcb_signer_and_intermediate_revoked'))
    const list = readCrl(revoked.rootCaCrl, ROOT_CRL, false)
    await expect(
      verifySigningChain(revoked.tcbInfoIssuerChain, 'tcbInfo', list, context(), new Checks()),
    ).rejects.toMatchObject({ code: 'DCAP_TCB_SIGNER_REVOKED' })
  })

  test('DCAP_TCB_SIGNING_CHAIN_UNTRUSTED', async () => {
    const shared = new ChainContext([INTEL_SGX_ROOT], false)
    await expect(
      verifySigningChain(collateral.tcbInfoIssuerChain, 'tcbInfo', crls.rootCaCrl, shared, new Checks()),
    ).rejects.toMatchObject({ code: 'DCAP_TCB_SIGNING_CHAIN_UNTRUSTED' })
  })
})

describe('callers', () => {
  const trust = { collateral, now: good.at, roots: [root] }

  test('a simulated root is trusted only where it is given, and named then', async () => {
    const verified = await verifyDcapQuote(quoteOf(good), trust)
    expect(verified).toMatchObject({ simulated: true, root: root.name })
    await expect(verifyDcapQuote(quoteOf(good), { collateral, now: good.at })).rejects.toMatchObject({
      code: 'DCAP_ROOT_UNTRUSTED',
    })
    await expect(verifyDcapQuote(quoteOf(good), { ...trust, roots: [] })).rejects.toMatchObject({
      code: 'DCAP_ROOT_UNTRUSTED',
    })
    // Another root of the same name: what is told of the two differs.
    const namesake = { ...root, publicKey: root.publicKey.map((byte) => byte ^ 1) }
    const refused = await verifyDcapQuote(quoteOf(good), { ...trust, roots: [namesake] }).catch((error) => error)
    const { expected, actual } = refused.details as { expected: string[]; actual: string }
    expect(expected).not.toContain(actual)
    expect([...expected, actual]).toEqual(expect.arrayContaining([expect.stringMatching(/, key [0-9a-f]{16}$/)]))
  })

  test.each([{ now: Number.NaN }, { clockSkewSeconds: Number.NaN }, { clockSkewSeconds: -1 }])(
    'a time that is none: %o',
    async (change) => {
      await expect(verifyDcapQuote(quoteOf(good), { ...trust, ...change })).rejects.toThrow(RangeError)
    },
  )

  test('DCAP_QUOTE_TEE_MISMATCH', async () => {
    await expect(verifySgxQuote(quoteOf(good), trust)).rejects.toMatchObject({ code: 'DCAP_QUOTE_TEE_MISMATCH' })
  })

  test('DCAP_PCK_CHAIN_MISSING', async () => {
    const item = find('ok/cert_type_3_external_chain')
    const { pckCertificateChain, ...rest } = collateralOf(item)
    expect(pckCertificateChain).toBeDefined()
    const roots = [parseDcapRoot(item.collateral['root_ca']!)]
    await expect(verifyDcapQuote(quoteOf(item), { collateral: rest, now: item.at, roots })).rejects.toMatchObject({
      code: 'DCAP_PCK_CHAIN_MISSING',
    })
  })

  test('DCAP_ADVISORIES_EXCESSIVE, under parity rules alone', async () => {
    const item = find('advisories/platform_31_ids')
    const roots = [parseDcapRoot(item.collateral['root_ca']!)]
    const moment = { collateral: collateralOf(item), now: item.at, roots }
    await expect(verifyDcapQuote(quoteOf(item), { ...moment, rules: 'parity' })).rejects.toMatchObject({
      code: 'DCAP_ADVISORIES_EXCESSIVE',
    })
    await expect(verifyDcapQuote(quoteOf(item), moment)).resolves.toMatchObject({ tcb: { status: 'UpToDate' } })
  })

  test('a skipped check is named', async () => {
    const item = find('ok/no_qe_identity')
    const roots = [parseDcapRoot(item.collateral['root_ca']!)]
    const moment = { collateral: collateralOf(item), now: item.at, roots, rules: 'parity' } as const
    const { checks } = await verifyDcapQuote(quoteOf(item), moment)
    expect(checks.filter((check) => check.result === 'skip').map(({ id, code }) => [id, code])).toEqual([
      ['qeIdentity.signature', 'DCAP_QE_IDENTITY_MISSING'],
      ['qe.identity', 'DCAP_QE_IDENTITY_MISSING'],
    ])
  })

  test('a refusal carries every check made, the failing one last', async () => {
    const item = find('signature/quote_r_zero')
    const roots = [parseDcapRoot(item.collateral['root_ca']!)]
    const error: unknown = await verifyDcapQuote(quoteOf(item), {
      collateral: collateralOf(item),
      now: item.at,
      roots,
    }).catch((thrown: unknown) => thrown)
    const { details } = error as { details: { checks: readonly { id: string; result: string }[] } }
    expect(details.checks.at(-1)).toMatchObject({ id: 'quote.signature', result: 'fail', next: expect.any(String) })
    expect(details.checks.slice(0, -1).every((check) => check.result === 'pass')).toBe(true)
  })

  test('bytes that change while they are verified change nothing', async () => {
    const bytes = quoteOf(good)
    const pending = verifyDcapQuote(bytes, trust)
    bytes.fill(0)
    const verified = await pending
    expect(verified.quote.version).toBe(4)
  })

  test.each([
    ['empty', ''],
    ['two certificates', `${good.collateral['root_ca']}\n${good.collateral['root_ca']}`],
    ['not self-issued', chainText.slice(0, chainText.indexOf('-----END') + 27)],
    ['garbage', Uint8Array.of(0x30, 1, 2)],
  ])('DCAP_ROOT_INVALID: %s', (_, certificate) => {
    expect(() => parseDcapRoot(certificate)).toThrow(expect.objectContaining({ code: 'DCAP_ROOT_INVALID' }))
  })
})
