import type { DcapTee } from '@veritee/evidence/dcap/quote'
import { assembleDraft, type DcapCase, type DcapDraft } from '../draft.ts'
import type { DcapWorld, SgxQuoteOptions, TdxQuoteOptions } from '../types.ts'

/** How a case must be verified for its code to come out; everything left out is the default. */
export interface CaseRules {
  /** `parity` where only the rules of parity raise the code. */
  readonly rules?: 'strict' | 'parity'
  /** Read the quote with strict padding. */
  readonly strictPadding?: boolean
  /** Ask for a quote of this TEE. */
  readonly tee?: DcapTee
}

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export interface DcapBreakage {
  /** The error code of `@veritee/evidence` that verification raises. */
  readonly code: string
  /** What was done to the evidence, in one sentence. */
  readonly title: string
  readonly verification?: CaseRules
  /** Makes the broken case out of a world. */
  apply(world: DcapWorld): DcapCase
}

/** A change to a draft before it is signed. */
export type DraftEdit = (draft: DcapDraft, world: DcapWorld) => void

/** A change to an assembled case. */
export type CaseEdit = (made: DcapCase, world: DcapWorld) => void

/** A breakage of a TDX quote (version 4 unless the options say otherwise) that is made before signing. */
export function breakDraft(
  code: string,
  title: string,
  edit: DraftEdit,
  options: TdxQuoteOptions = {},
  verification?: CaseRules,
): DcapBreakage {
  return breakage(code, title, verification, (world) => {
    const draft = world.draft('tdx', options)
    edit(draft, world)
    return assembleDraft(draft)
  })
}

/** A breakage of what was already signed. */
export function breakCase(
  code: string,
  title: string,
  edit: CaseEdit,
  options: TdxQuoteOptions = {},
  verification?: CaseRules,
): DcapBreakage {
  return breakage(code, title, verification, (world) => {
    const made = assembleDraft(world.draft('tdx', options))
    edit(made, world)
    return made
  })
}

/** A case of an SGX quote as it is. */
export function sgxCase(world: DcapWorld, options: SgxQuoteOptions = {}): DcapCase {
  return assembleDraft(world.draft('sgx', options))
}

function breakage(
  code: string,
  title: string,
  verification: CaseRules | undefined,
  apply: DcapBreakage['apply'],
): DcapBreakage {
  return { code, title, apply, ...(verification === undefined ? {} : { verification }) }
}
