/** What a simulated Intel world gives. */
import type { DcapTee } from '@veritee/evidence/dcap/quote'
import type { DcapDraft } from './draft.ts'
import type { SgxValues } from './quote/sgx-report.ts'
import type { TdBodyKind, TdValues } from './quote/td-report.ts'
import type { WorldRecipe } from './recipe.ts'

/**
 * A collateral bundle in the JSON shape that is passed around: snake_case members, documents apart from their
 * signatures, CRLs as hexadecimal DER, chains as PEM.
 */
export interface CollateralBundle {
  pck_crl_issuer_chain: string
  root_ca_crl: string
  pck_crl: string
  tcb_info_issuer_chain: string
  tcb_info: string
  tcb_info_signature: string
  qe_identity_issuer_chain: string
  qe_identity: string
  qe_identity_signature: string
  pck_certificate_chain?: string
}

/** Which data set of the vendor: `early` is published on disclosure day, `standard` some weeks later. */
export type TcbUpdate = 'standard' | 'early'

/** The root of a simulated world, shaped so that a verifier can be told to trust it. */
export interface WorldRoot {
  readonly name: string
  /** Point, x then y, 64 bytes. */
  readonly publicKey: Uint8Array
  /** DER. */
  readonly certificate: Uint8Array
  readonly simulated: true
  readonly pem: string
  /** The private key, PKCS #8 PEM. */
  exportKeyPem(): string
}

/** How a quote is made, beside what it says. */
export interface QuoteOptions {
  /** How many zero bytes follow the signature data. Default 0. */
  readonly paddingBytes?: number
  /** Default `chain`: the PCK chain inside (type 5). `ppid`: the encrypted PPID form (type 3), the chain comes separately. */
  readonly certification?: 'chain' | 'ppid'
}

export interface TdxQuoteOptions extends TdValues, QuoteOptions {
  /** Default 4, whose body is 1.0. Version 5 carries any body, 1.5 by default. */
  readonly version?: 4 | 5
  readonly body?: TdBodyKind
}

export interface SgxQuoteOptions extends SgxValues, QuoteOptions {
  /** Default 3. */
  readonly version?: 3 | 4 | 5
}

export interface TdReportOptions extends TdValues {
  /** Default `1.5`. */
  readonly generation?: '1.0' | '1.5'
}

/**
 * A simulated Intel world: one root, one platform, everything that is published about it. Nothing outside trusts its
 * root unless told to.
 */
export interface DcapWorld {
  readonly recipe: WorldRecipe
  /** Epoch seconds that the published collateral is current at. */
  readonly now: number
  readonly root: WorldRoot
  /** Leaf, intermediate, root: PEM. */
  readonly pckChain: string
  /** The bundle a verifier needs for quotes of one TEE. */
  collateral(tee: DcapTee, update?: TcbUpdate): CollateralBundle
  /** A genuine TDX quote of this world. Throws SIMULATOR_VALUE_INVALID. */
  issueTdxQuote(options?: TdxQuoteOptions): Uint8Array
  /** A genuine SGX quote of this world. Throws SIMULATOR_VALUE_INVALID. */
  issueSgxQuote(options?: SgxQuoteOptions): Uint8Array
  /** A TDREPORT, 1024 bytes. Throws SIMULATOR_VALUE_INVALID. */
  issueTdReport(options?: TdReportOptions): Uint8Array
  /** A quote and its collateral before anything is signed, to be changed and assembled. */
  draft(tee: DcapTee, options?: TdxQuoteOptions | SgxQuoteOptions, update?: TcbUpdate): DcapDraft
  /** The same world at another time: keys and certificates stay, documents and revocation lists are issued anew. */
  at(now: number): DcapWorld
}
