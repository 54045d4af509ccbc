/** The table of kinds of evidence that can be judged: a further kind is a further row. */
import type { RecognizedKind } from '@veritee/evidence/recognize'
import type { VerifierRow } from './verifier.ts'

/** Other spellings of kinds, as attestation services use them. */
const ALIASES: Readonly<Record<string, string>> = {
  azsnpvtpm: 'az-snp-vtpm',
  aztdxvtpm: 'az-tdx-vtpm',
  'hygon-dcu': 'hygondcu',
  'hygon-tpm': 'hygontpm',
}

export const VERIFIERS: readonly VerifierRow[] = [
  row(['tdx', 'sgx'], ['dcap-quote'], async () => (await import('./dcap.ts')).DCAP_VERIFIER),
  row(['snp'], ['snp-report'], async () => (await import('./snp.ts')).SNP_VERIFIER),
  row(['csv'], ['csv-report'], async () => (await import('./csv.ts')).CSV_VERIFIER),
  row(['tpm', 'hygontpm'], [], async () => (await import('./tpm.ts')).TPM_VERIFIER),
  row(['az-snp-vtpm', 'az-tdx-vtpm'], [], async () => (await import('./azure.ts')).AZURE_VERIFIER),
  row(['hygondcu'], [], async () => (await import('./dcu.ts')).DCU_VERIFIER),
  row(['enclave'], ['cose-document'], async () => (await import('./enclave.ts')).ENCLAVE_VERIFIER),
  row(['sample', 'sampledevice'], [], async () => (await import('./sample.ts')).SAMPLE_VERIFIER),
  row(['nvidia'], ['gpu-report'], async () => (await import('./gpu.ts')).GPU_VERIFIER),
]

/** Every kind that can be judged, in the names of this project. */
export const JUDGED_TEES: readonly string[] = VERIFIERS.flatMap(({ tees }) => tees)

/** The name that this project gives to a kind. */
export function canonicalTee(tee: string): string {
  return ALIASES[tee] ?? tee
}

function row(tees: readonly string[], kinds: readonly RecognizedKind[], load: VerifierRow['load']): VerifierRow {
  return {
    tees,
    accepts: (content) =>
      kinds.includes(content.kind) || (content.kind === 'evidence-json' && tees.includes(content.tee)),
    load,
  }
}
