/** Simulated machines beside Intel's. */
import { AZURE } from './azure.ts'
import { COMPOSITE } from './composite.ts'
import { CSV } from './csv.ts'
import { DCU } from './dcu.ts'
import { ENCLAVE } from './enclave.ts'
import { GPU } from './gpu.ts'
import type { SimulatedKind } from './kind.ts'
import { SAMPLE } from './sample.ts'
import { SNP } from './snp.ts'
import { SVSM } from './svsm.ts'
import { HYGON_TPM, TPM } from './tpm.ts'

/** Every kind but SGX and TDX, which have registers of their own. */
export const SIMULATED_KINDS: readonly SimulatedKind[] = [
  SNP,
  SVSM,
  CSV,
  TPM,
  HYGON_TPM,
  ...AZURE,
  GPU,
  DCU,
  ENCLAVE,
  COMPOSITE,
  SAMPLE,
]
