import { concatBytes, decodeHex, u16le } from '@veritee/codec/bytes'
import type { DcapTee } from '@veritee/evidence/dcap/quote'
import { deriveBytes, type Seed } from '../crypto/seed.ts'
import type { WorldKeys } from './authorities.ts'
import type { PckValues } from './documents/pck-extension.ts'
import type { QuotingEnclave } from './documents/qe-identity.ts'
import { type QuoteTemplate, quoteDefaults } from './quote/quote.ts'
import { encodeSgxReport } from './quote/sgx-report.ts'
import { encodeTdReport, type TdBodyKind } from './quote/td-report.ts'
import type { WorldRecipe } from './recipe.ts'
import type { SgxQuoteOptions, TdxQuoteOptions } from './types.ts'

/** Component SVNs of the simulated platform; the eighth is the loader of the TDX module. */
const SGX_SVNS: readonly number[] = [5, 5, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0]
const PCE_SVN = 13
/** Module 1.5 (generation 1), minor SVN 6, microcode 3. */
export const TEE_TCB_SVN: Uint8Array = Uint8Array.of(6, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

const BODY_TYPES: Readonly<Record<TdBodyKind, number>> = { td10: 2, td15: 3, td15ex: 4 }

/** The platform's own values. */
export function createPckValues(seed: Seed, recipe: WorldRecipe): PckValues {
  return {
    ppid: deriveBytes(seed, 'ppid', 16),
    sgxSvns: SGX_SVNS,
    pceSvn: PCE_SVN,
    cpuSvn: Uint8Array.from(SGX_SVNS),
    pceId: decodeHex(recipe.pceId),
    fmspc: decodeHex(recipe.fmspc),
    sgxType: recipe.ca === 'platform' ? 1 : 0,
    ...(recipe.ca === 'platform'
      ? {
          platformInstanceId: deriveBytes(seed, 'platform instance', 16),
          configuration: { dynamicPlatform: true, cachedKeys: true, smtEnabled: true },
        }
      : {}),
  }
}

/** The enclave that quotes for one TEE. */
export function createQuotingEnclave(seed: Seed, tee: DcapTee, status: string): QuotingEnclave {
  return {
    id: tee === 'tdx' ? 'TD_QE' : 'QE',
    mrSigner: deriveBytes(seed, 'quoting enclave signer', 32),
    isvProdId: tee === 'tdx' ? 2 : 1,
    isvSvn: tee === 'tdx' ? 4 : 8,
    status,
  }
}

export function createTdxQuote(
  seed: Seed,
  keys: WorldKeys,
  options: TdxQuoteOptions,
): Omit<QuoteTemplate, 'certification'> {
  const version = options.version ?? (options.body === undefined || options.body === 'td10' ? 4 : 5)
  const kind = options.body ?? (version === 4 ? 'td10' : 'td15')
  return {
    ...createQuote(seed, keys, 'tdx', options.paddingBytes),
    version,
    teeType: 0x81,
    bodyType: BODY_TYPES[kind],
    body: encodeTdReport(kind, options, TEE_TCB_SVN),
  }
}

export function createSgxQuote(
  seed: Seed,
  keys: WorldKeys,
  options: SgxQuoteOptions,
): Omit<QuoteTemplate, 'certification'> {
  return {
    ...createQuote(seed, keys, 'sgx', options.paddingBytes),
    version: options.version ?? 3,
    teeType: 0,
    bodyType: 1,
    body: encodeSgxReport({ cpuSvn: Uint8Array.from(SGX_SVNS), ...options }),
  }
}

/** Certification data of type 3: an encrypted PPID and the SVNs of the platform. */
export function createPpidData(seed: Seed, pck: PckValues): QuoteTemplate['certification'] {
  const bytes = concatBytes(deriveBytes(seed, 'encrypted ppid', 384), pck.cpuSvn, u16le(pck.pceSvn), pck.pceId)
  return { type: 3, bytes }
}

function createQuote(
  seed: Seed,
  keys: WorldKeys,
  tee: DcapTee,
  paddingBytes = 0,
): Omit<QuoteTemplate, 'certification' | 'version' | 'teeType' | 'bodyType' | 'body'> {
  const enclave = createQuotingEnclave(seed, tee, 'UpToDate')
  return {
    ...quoteDefaults(),
    qeSvn: tee === 'sgx' ? enclave.isvSvn : 0,
    pceSvn: tee === 'sgx' ? PCE_SVN : 0,
    userData: concatBytes(deriveBytes(seed, 'qe id', 16), new Uint8Array(4)),
    attestationKey: keys.attestation,
    pckKey: keys.pck,
    qeReport: {
      cpuSvn: Uint8Array.from(SGX_SVNS),
      attributeFlags: 0x15n,
      mrEnclave: deriveBytes(seed, `quoting enclave ${tee}`, 32),
      mrSigner: enclave.mrSigner,
      isvProdId: enclave.isvProdId,
      isvSvn: enclave.isvSvn,
    },
    authData: deriveBytes(seed, 'authentication data', 32),
    padding: new Uint8Array(paddingBytes),
  }
}
