/** What is accepted of a genuine document by default, and what only by name. */
import { isAllZero } from '@veritee/codec/bytes'
import type { Finding } from '../result/index.ts'
import type { VerifiedEnclave } from './verify.ts'

/** Relaxations of an operator; everything absent is the strict default. */
export interface EnclaveAcceptance {
  /** Enclaves in debug mode, whose registers are zero and whose console the parent reads. Default false. */
  readonly allowDebug?: boolean
}

/** Registers that measure the image; in debug mode they are zero. */
const IMAGE_PCRS = [0, 1, 2]

/** Judges a verified document against an acceptance. An empty list means that nothing is held against it. */
export function appraiseEnclave({ document }: VerifiedEnclave, acceptance: EnclaveAcceptance = {}): Finding[] {
  const zero = IMAGE_PCRS.filter((index) => isAllZero(document.pcrs.get(index) ?? new Uint8Array(48)))
  if (zero.length === 0 || acceptance.allowDebug) return []
  return [
    {
      code: 'ENCLAVE_DEBUG_ALLOWED',
      severity: 'error',
      path: 'enclave.pcr0',
      expected: 'a measurement',
      actual: `zero: ${zero.map((index) => `pcr${index}`).join(', ')}`,
      message:
        'The registers of the image are zero, as they are in debug mode: nothing in the enclave is secret or known.',
      next: 'Start the enclave without debug mode, or accept debug mode by name.',
    },
  ]
}
