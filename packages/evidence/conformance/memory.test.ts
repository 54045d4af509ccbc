/** A verifier that remembers accepts and refuses exactly what one that does not. */
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { DcapCollateral } from '../src/dcap/collateral/index.ts'
import { type DcapRoot, parseDcapRoot } from '../src/dcap/roots.ts'
import { createDcapVerifier, type DcapVerifier, type VerifiedDcap, verifyDcapQuote } from '../src/dcap/verify/index.ts'
import { EvidenceError } from '../src/errors.ts'
import { collateralOf, type OracleCase, readCorpus } from './corpus.ts'

const cases = readCorpus(fileURLToPath(new URL('dcap-open.jsonl.gz', import.meta.url)))
const find = (name: string): OracleCase => cases.find((item) => item.name === name)!
const quoteOf = (item: OracleCase): Uint8Array => new Uint8Array(Buffer.from(item.quote, 'base64'))
const good = find('ok/tdx_v5_body3')
const root = parseDcapRoot(good.collateral['root_ca']!)

async function outcomeOf(work: Promise<VerifiedDcap>): Promise<string> {
  try {
    const { tcb, checks } = await work
    return `${tcb.status} ${checks.map((check) => check.id).join(' ')}`
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error
    return `${error.code} ${JSON.stringify(error.details['checks'])}`
  }
}

test('warm, shuffled and repeated, the corpus comes out as it does cold', async () => {
  const verifiers = new Map<string, { verifier: DcapVerifier; root: DcapRoot }>()
  const sample = cases.filter((_, i) => i % 3 === 0)
  // A fixed stride walks all of them in another order, so that sets and chains come back after others.
  const order = [...sample.keys()].map((i) => (i * 101) % sample.length)
  for (const i of [...order, ...order.slice(0, 100)]) {
    const item = sample[i]!
    const text = item.collateral['root_ca']!
    let known = verifiers.get(text)
    if (known === undefined) {
      try {
        const trusted = parseDcapRoot(text)
        known = { verifier: createDcapVerifier({ roots: [trusted] }), root: trusted }
      } catch (error) {
        expect(error).toBeInstanceOf(EvidenceError)
        continue
      }
      verifiers.set(text, known)
    }
    const moment = { collateral: collateralOf(item), now: item.at }
    const cold = await outcomeOf(verifyDcapQuote(quoteOf(item), { ...moment, roots: [known.root] }))
    expect(await outcomeOf(known.verifier.verify(quoteOf(item), moment)), item.name).toBe(cold)
  }
}, 30_000)

describe('what is remembered', () => {
  const collateral = collateralOf(good)
  const quote = quoteOf(good)

  test('is judged by the time of every call', async () => {
    const verifier = createDcapVerifier({ roots: [root] })
    const { expiresAt, supplemental } = await verifier.verify(quote, { collateral, now: good.at })
    await expect(verifier.verify(quote, { collateral, now: expiresAt })).resolves.toMatchObject({ expired: false })
    await expect(verifier.verify(quote, { collateral, now: expiresAt + 1 })).rejects.toMatchObject({
      code: 'DCAP_ROOT_CRL_EXPIRED',
    })
    const late = { collateral, now: expiresAt + 1, allowExpired: true }
    await expect(verifier.verify(quote, late)).resolves.toMatchObject({ expired: true })
    const early = { collateral, now: supplemental.latestIssuedAt - 1 }
    await expect(verifier.verify(quote, early)).rejects.toMatchObject({ code: 'DCAP_QE_IDENTITY_NOT_YET_VALID' })
    const skewed = { ...early, clockSkewSeconds: 1 }
    await expect(verifier.verify(quote, skewed)).resolves.toMatchObject({ expired: false })
    await expect(verifier.verify(quote, { collateral, now: good.at })).resolves.toMatchObject({ expired: false })
  })

  test.each([
    ['rootCaCrl', 'DCAP_ROOT_CRL_SIGNATURE_INVALID'],
    ['pckCrl', 'DCAP_PCK_CRL_SIGNATURE_INVALID'],
    ['tcbInfoSignature', 'DCAP_TCB_INFO_SIGNATURE_INVALID'],
    ['qeIdentitySignature', 'DCAP_QE_IDENTITY_SIGNATURE_INVALID'],
  ] as const)('does not outlive a change of %s', async (member, code) => {
    const verifier = createDcapVerifier({ roots: [root] })
    await verifier.verify(quote, { collateral, now: good.at })
    const text = collateral[member]!
    const last = text.endsWith('0') ? '1' : '0'
    const changed = { ...collateral, [member]: text.slice(0, -1) + last }
    await expect(verifier.verify(quote, { collateral: changed, now: good.at })).rejects.toMatchObject({ code })
  })

  test('does not outlive a change within the object it was seen in', async () => {
    const verifier = createDcapVerifier({ roots: [root] })
    const mutable: { -readonly [K in keyof DcapCollateral]: DcapCollateral[K] } = { ...collateral }
    await verifier.verify(quote, { collateral: mutable, now: good.at })
    mutable.tcbInfo = mutable.tcbInfo.replace('UpToDate', 'OutOfDate')
    await expect(verifier.verify(quote, { collateral: mutable, now: good.at })).rejects.toMatchObject({
      code: 'DCAP_TCB_INFO_SIGNATURE_INVALID',
    })
  })

  test('finds a revocation that arrives with the next list', async () => {
    const revoked = find('crl/leaf_revoked_last_of_300')
    const [before, after] = [collateralOf(revoked), quoteOf(revoked)]
    const verifier = createDcapVerifier({ roots: [parseDcapRoot(revoked.collateral['root_ca']!)] })
    const clean = { ...before, pckCrl: collateralOf(find('ok/tdx_v4_module1')).pckCrl }
    await expect(verifier.verify(after, { collateral: clean, now: revoked.at })).resolves.toBeDefined()
    await expect(verifier.verify(after, { collateral: before, now: revoked.at })).rejects.toMatchObject({
      code: 'DCAP_PCK_REVOKED',
    })
  })

  test('does not excuse a quote signed anew by nobody', async () => {
    const verifier = createDcapVerifier({ roots: [root] })
    await verifier.verify(quote, { collateral, now: good.at })
    const forged = quote.slice()
    forged[200]! ^= 1
    await expect(verifier.verify(forged, { collateral, now: good.at })).rejects.toMatchObject({
      code: 'DCAP_QUOTE_SIGNATURE_INVALID',
    })
  })

  test('stays within its bounds', async () => {
    const verifier = createDcapVerifier({ roots: [root], limits: { collateralSets: 1, pckChains: 1, qeReports: 1 } })
    const other = find('ok/tdx_v4_module3')
    for (let i = 0; i < 3; i++) {
      for (const item of [good, other]) {
        const moment = { collateral: collateralOf(item), now: item.at }
        await expect(verifier.verify(quoteOf(item), moment)).resolves.toMatchObject({ simulated: true })
      }
    }
  })
})
