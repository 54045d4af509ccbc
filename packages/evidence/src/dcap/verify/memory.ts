/**
 * What a verifier remembers between quotes: facts about exact bytes, keyed by their digests and tied to one collateral
 * set, so that another CRL or TCB info finds nothing remembered. Time is not remembered: every verification judges the
 * dates of all it rests on anew, and what has expired is forgotten.
 */
import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { PublicKey } from '@veritee/codec/signature'
import type { Check } from '../../result/index.ts'
import type { DcapCollateral } from '../collateral/types.ts'
import type { PckCrls, VerifiedPckChain } from '../pck/chain.ts'
import { ChainContext } from '../pck/context.ts'
import type { DcapRoot } from '../roots.ts'
import type { Basis } from './basis.ts'
import type { VerifiedDocuments } from './documents.ts'
import { LruMap } from './lru.ts'
import type { ValidityWindow } from './types.ts'

/** Most entries a verifier keeps of each kind. */
export interface MemoryLimits {
  /** Collateral sets; default 16. */
  readonly collateralSets?: number
  /** PCK chains of each set; default 256. */
  readonly pckChains?: number
  /** Quoting enclave reports of each chain; default 8. */
  readonly qeReports?: number
}

/** Something established before, with the checks that established it. */
export interface Remembered<T> {
  readonly value: T
  readonly checks: readonly Check[]
}

/** A verified chain, and what was established under it. */
export interface RememberedChain {
  readonly chain: VerifiedPckChain
  readonly checks: readonly Check[]
  readonly qeReports: LruMap<Remembered<PublicKey>>
  /** Everything a verdict with this chain and set rests on. */
  basis?: Basis
}

/** One collateral set, and what was established with it. */
export interface RememberedSet {
  readonly key: string
  readonly context: ChainContext
  readonly chains: LruMap<RememberedChain>
  crls?: PckCrls
  documents?: Remembered<VerifiedDocuments>
}

const MEMBERS = [
  'rootCaCrl',
  'pckCrl',
  'tcbInfoIssuerChain',
  'tcbInfo',
  'tcbInfoSignature',
  'qeIdentityIssuerChain',
  'qeIdentity',
  'qeIdentitySignature',
] as const satisfies readonly (keyof DcapCollateral)[]

/** The texts of a collateral object as they were when it was last seen. */
interface Seen {
  readonly texts: readonly (string | undefined)[]
  readonly key: string
}

/** The memory of one verifier: one set of roots, one set of rules. */
export class VerificationMemory {
  /** False for the memory of a single verification, which needs no keys to find anything again. */
  readonly lasting: boolean
  readonly parity: boolean
  readonly #roots: readonly DcapRoot[]
  readonly #limits: Required<MemoryLimits>
  readonly #sets: LruMap<RememberedSet>
  readonly #seen = new WeakMap<DcapCollateral, Seen>()

  constructor(roots: readonly DcapRoot[], parity: boolean, limits: MemoryLimits | 'once' = {}) {
    this.lasting = limits !== 'once'
    this.#roots = roots
    this.parity = parity
    this.#limits = { collateralSets: 16, pckChains: 256, qeReports: 8, ...(limits === 'once' ? {} : limits) }
    this.#sets = new LruMap(this.#limits.collateralSets)
  }

  /** The set with exactly these texts, new or known. */
  recall(collateral: DcapCollateral): RememberedSet {
    const key = this.keyOf(() => this.#keyOf(collateral))
    const known = this.#sets.find(key)
    if (known !== undefined) return known
    const context = new ChainContext(this.#roots, this.parity)
    const set: RememberedSet = { key, context, chains: new LruMap(this.#limits.pckChains) }
    this.#sets.keep(key, set)
    return set
  }

  /** The key of something that may be asked for again. */
  keyOf(compute: () => string): string {
    return this.lasting ? compute() : ''
  }

  rememberChain(set: RememberedSet, key: string, chain: VerifiedPckChain, checks: readonly Check[]): RememberedChain {
    const remembered = { chain, checks, qeReports: new LruMap<Remembered<PublicKey>>(this.#limits.qeReports) }
    set.chains.keep(key, remembered)
    return remembered
  }

  /** Forgets what has expired: the chain, and the whole set unless only certificates of the chain did. */
  forget(set: RememberedSet, chainKey: string, windows: readonly ValidityWindow[], now: number): void {
    set.chains.drop(chainKey)
    const expired = windows.filter((window) => now > window.notAfterAt)
    if (expired.some(({ name }) => name !== 'pck' && name !== 'intermediateCa')) this.#sets.drop(set.key)
  }

  /** Hashing a whole bundle for every quote would cost as much as a signature: an object seen before is compared. */
  #keyOf(collateral: DcapCollateral): string {
    const seen = this.#seen.get(collateral)
    if (seen?.texts.every((text, i) => text === collateral[MEMBERS[i]!]) === true) return seen.key
    const texts = MEMBERS.map((name) => collateral[name])
    // JSON keeps the borders between the texts.
    const key = encodeHex(digest('sha256', encodeUtf8(JSON.stringify(texts))))
    this.#seen.set(collateral, { texts, key })
    return key
  }
}
