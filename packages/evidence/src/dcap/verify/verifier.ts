/** The entry points of DCAP verification. */
import { EvidenceError } from '../../errors.ts'
import type { DcapQuote } from '../quote/types.ts'
import { type DcapRoot, INTEL_SGX_ROOT } from '../roots.ts'
import { type MemoryLimits, VerificationMemory } from './memory.ts'
import type { DcapMoment, DcapRules, DcapTrust, VerifiedDcap, VerifiedSgx, VerifiedTdx } from './types.ts'
import { runChecklist } from './verify.ts'

/** What a verifier trusts for as long as it lives. */
export interface DcapVerifierOptions {
  /** Defaults to Intel's pinned root key alone. */
  readonly roots?: readonly DcapRoot[]
  readonly rules?: DcapRules
  readonly limits?: MemoryLimits
}

/** Verifies many quotes, remembering what does not change between them. */
export interface DcapVerifier {
  /** As {@link verifyDcapQuote}, with the roots and rules of this verifier. */
  verify(quote: Uint8Array | DcapQuote, moment: DcapMoment): Promise<VerifiedDcap>
}

/**
 * Makes a verifier that remembers collateral sets, PCK chains and quoting enclave reports it has verified, by the digest
 * of their exact bytes, within bounds. Dates are judged anew for every quote. What it accepts and refuses is exactly what
 * {@link verifyDcapQuote} does.
 */
export function createDcapVerifier(options: DcapVerifierOptions = {}): DcapVerifier {
  const { roots = [INTEL_SGX_ROOT], rules = 'strict', limits = {} } = options
  const memory = new VerificationMemory(roots, rules === 'parity', limits)
  return { verify: (quote, moment) => runChecklist(bytesOf(quote), moment, memory) }
}

/**
 * Verifies an SGX or TDX quote (specification page, sections 4 and 9): PCK chain up to a pinned root, all revocation
 * lists, TCB info and quoting enclave identity over their exact text, dates, the quoting enclave, the TDX module, the
 * quote's signature, and the TCB evaluation by Intel's newest algorithm.
 *
 * A parsed quote is read again from its bytes. Throws {@link EvidenceError} at the first check that fails, with every
 * check made in `details.checks`, and `details.shortfall` where no TCB level matches.
 *
 * Does not judge: the TCB status, debug and other attributes (see `appraiseDcap`), measurements, report data.
 */
export async function verifyDcapQuote(quote: Uint8Array | DcapQuote, trust: DcapTrust): Promise<VerifiedDcap> {
  const { roots = [INTEL_SGX_ROOT], rules = 'strict' } = trust
  return await runChecklist(bytesOf(quote), trust, new VerificationMemory(roots, rules === 'parity', 'once'))
}

/** As {@link verifyDcapQuote}; a quote that is not of a TD is refused with DCAP_QUOTE_TEE_MISMATCH. */
export async function verifyTdxQuote(quote: Uint8Array | DcapQuote, trust: DcapTrust): Promise<VerifiedTdx> {
  const verified = await verifyDcapQuote(quote, trust)
  if (verified.quote.tee !== 'tdx') throw mismatch('tdx', verified.quote.tee)
  return verified as VerifiedTdx
}

/** As {@link verifyDcapQuote}; a quote that is not of an enclave is refused with DCAP_QUOTE_TEE_MISMATCH. */
export async function verifySgxQuote(quote: Uint8Array | DcapQuote, trust: DcapTrust): Promise<VerifiedSgx> {
  const verified = await verifyDcapQuote(quote, trust)
  if (verified.quote.tee !== 'sgx') throw mismatch('sgx', verified.quote.tee)
  return verified as VerifiedSgx
}

function bytesOf(quote: Uint8Array | DcapQuote): Uint8Array {
  return quote instanceof Uint8Array ? quote : quote.bytes
}

function mismatch(expected: string, actual: string): EvidenceError {
  return new EvidenceError('DCAP_QUOTE_TEE_MISMATCH', undefined, { details: { path: 'quote.tee', expected, actual } })
}
