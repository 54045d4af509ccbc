/** The table of kinds of evidence that can be judged: a further kind is a further row. */
import { DCAP_VERIFIER } from './dcap.ts'
import type { TeeVerifier } from './verifier.ts'

export const VERIFIERS: readonly TeeVerifier[] = [DCAP_VERIFIER]
