import { decodeHex } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import type { DcapTee } from '@veritee/evidence/dcap/quote'
import { deriveBytes } from '../crypto/seed.ts'
import { encodeCertificate } from '../x509/certificate.ts'
import { createCertificates, createCrl, deriveWorldKeys, startOfDay, type WorldKeys } from './authorities.ts'
import { pckExtension } from './documents/pck-extension.ts'
import { createQeIdentity } from './documents/qe-identity.ts'
import { createTcbInfo, type DocumentIssue } from './documents/tcb-info.ts'
import { assembleDraft, type DcapDraft, encodeChain } from './draft.ts'
import {
  createPckValues,
  createPpidData,
  createQuotingEnclave,
  createSgxQuote,
  createTdxQuote,
  TEE_TCB_SVN,
} from './platform.ts'
import { encodeChainData, encodeQuote } from './quote/quote.ts'
import { encodeTdxReport } from './quote/tdreport.ts'
import { createRecipe, type WorldOptions, type WorldRecipe } from './recipe.ts'
import type { CollateralBundle, DcapWorld, SgxQuoteOptions, TcbUpdate, TdxQuoteOptions, WorldRoot } from './types.ts'

const DAY = 86_400

/**
 * Makes a simulated Intel world: authorities, a platform, a quoting enclave and what is published about them. Everything
 * is derived from a seed, so a named world is the same each time; without a seed it is fresh.
 *
 * Nothing trusts its root unless told to; verdicts that rest on it say `simulated`. Throws SIMULATOR_VALUE_INVALID.
 */
export function createDcapWorld(options: WorldOptions): DcapWorld {
  return openWorld(createRecipe(options), options.now)
}

/** The world of a recipe, with collateral current at `now` (epoch seconds). */
export function openWorld(recipe: WorldRecipe, now: number): DcapWorld {
  const seed = decodeHex(recipe.seed)
  const keys = deriveWorldKeys(seed)
  const certificates = createCertificates(
    seed,
    keys,
    recipe.ca,
    recipe.createdAt,
    pckExtension(createPckValues(seed, recipe)),
  )
  const pckChain = encodeChain(certificates.pck, certificates.intermediate, certificates.root)
  const chainData = { type: 5, bytes: encodeChainData(pckChain) }
  const bundles = new Map<string, CollateralBundle>()
  const draft: DcapWorld['draft'] = (tee, quote = {}, update = 'standard') =>
    createDraft(recipe, keys, tee, quote, update, now)
  return {
    recipe,
    now,
    root: createRoot(keys, encodeCertificate(certificates.root)),
    pckChain,
    collateral(tee, update = 'standard') {
      const name = `${tee} ${update}`
      const bundle = bundles.get(name) ?? assembleDraft(draft(tee, {}, update)).collateral
      bundles.set(name, bundle)
      return { ...bundle }
    },
    issueTdxQuote: (quote = {}) => encodeQuote({ certification: chainData, ...draft('tdx', quote).quote }),
    issueSgxQuote: (quote = {}) => encodeQuote({ certification: chainData, ...draft('sgx', quote).quote }),
    issueTdReport: ({ generation = '1.5', ...values } = {}) =>
      encodeTdxReport(
        generation,
        values,
        { teeTcbSvn: TEE_TCB_SVN, cpuSvn: createPckValues(seed, recipe).cpuSvn },
        deriveBytes(seed, 'report mac key', 32),
      ),
    draft,
    at: (time) => openWorld(recipe, time),
  }
}

function createDraft(
  recipe: WorldRecipe,
  keys: WorldKeys,
  tee: DcapTee,
  quote: TdxQuoteOptions | SgxQuoteOptions,
  update: TcbUpdate,
  now: number,
): DcapDraft {
  const seed = decodeHex(recipe.seed)
  const pck = createPckValues(seed, recipe)
  const issue = createIssue(recipe, update, now)
  const family = {
    fmspc: pck.fmspc,
    pceId: pck.pceId,
    sgxSvns: pck.sgxSvns,
    pceSvn: pck.pceSvn,
    teeTcbSvn: TEE_TCB_SVN,
    status: update === 'early' ? recipe.earlyTcbStatus : recipe.tcbStatus,
    moduleStatus: recipe.moduleStatus,
    advisoryIds: recipe.advisoryIds,
  }
  const template =
    tee === 'tdx'
      ? createTdxQuote(seed, keys, quote as TdxQuoteOptions)
      : createSgxQuote(seed, keys, quote as SgxQuoteOptions)
  return {
    tee,
    keys,
    now,
    pck,
    certificates: createCertificates(seed, keys, recipe.ca, recipe.createdAt, pckExtension(pck)),
    rootCrl: createCrl(keys, 'root', now),
    pckCrl: createCrl(keys, recipe.ca, now),
    tcbInfo: { value: createTcbInfo(tee === 'tdx' ? 'TDX' : 'SGX', family, issue), signer: keys.tcbSigner },
    qeIdentity: {
      value: createQeIdentity(createQuotingEnclave(seed, tee, recipe.qeStatus), issue),
      signer: keys.tcbSigner,
    },
    quote: quote.certification === 'ppid' ? { ...template, certification: createPpidData(seed, pck) } : template,
  }
}

function createIssue(recipe: WorldRecipe, update: TcbUpdate, now: number): DocumentIssue {
  const issuedAt = startOfDay(now)
  const evaluationDataNumber = recipe.evaluationDataNumber + (update === 'early' ? 1 : 0)
  return { issuedAt, nextUpdateAt: issuedAt + 30 * DAY, evaluationDataNumber }
}

function createRoot(keys: WorldKeys, certificate: Uint8Array): WorldRoot {
  return {
    name: 'Veritee simulated root',
    publicKey: keys.root.point,
    certificate,
    simulated: true,
    pem: encodePem('CERTIFICATE', certificate),
    exportKeyPem: () => keys.root.exportPem(),
  }
}
