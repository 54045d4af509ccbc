/** Simulated machines beside Intel's. */
import { AZURE } from './azure.ts'
import { CSV } from './csv.ts'
import { DCU } from './dcu.ts'
import { ENCLAVE } from './enclave.ts'
import { GPU } from './gpu.ts'
import type { SimulatedKind } from './kind.ts'
import { SNP } from './snp.ts'
import { SVSM } from './svsm.ts'
import { TPM } from './tpm.ts'

/** Every kind but SGX and TDX, which have registers of their own. */
export const SIMULATED_KINDS: readonly SimulatedKind[] = [SNP, SVSM, CSV, TPM, ...AZURE, GPU, DCU, ENCLAVE]
