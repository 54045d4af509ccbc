import type { SgxAttributes } from '../quote/types.ts'

/** The signature structure of an enclave (SIGSTRUCT, enclave_css), 1808 bytes. Byte members are views. */
export interface Sigstruct {
  /** The 1808 bytes as received. */
  readonly bytes: Uint8Array
  /** True for an enclave signed for debugging only. */
  readonly debugSigned: boolean
  /** 0x8086 for Intel, else 0. */
  readonly vendor: number
  /** When it was signed, `yyyy-mm-dd` as stated. */
  readonly date: string
  readonly hwVersion: number
  /** RSA-3072 modulus, **little-endian**, 384 bytes. */
  readonly modulus: Uint8Array
  /** Always 3. */
  readonly exponent: number
  /** RSA signature, **little-endian**, 384 bytes. */
  readonly signature: Uint8Array
  readonly miscSelect: number
  readonly miscMask: number
  /** 16 bytes. */
  readonly isvFamilyId: Uint8Array
  readonly attributes: SgxAttributes
  readonly attributeMask: SgxAttributes
  /** MRENCLAVE, 32 bytes. */
  readonly mrEnclave: Uint8Array
  /** 16 bytes. */
  readonly isvExtProdId: Uint8Array
  readonly isvProdId: number
  readonly isvSvn: number
  /** SHA-256 of the modulus, 32 bytes. */
  readonly mrSigner: Uint8Array
}

/** What a signed enclave library says beside its code. */
export interface EnclaveFile {
  readonly sigstruct: Sigstruct
  /** Where the signature structure stands in the file. */
  readonly sigstructOffset: number
  /** Of the metadata, as stated. */
  readonly metadataVersion: bigint
  /** Of the enclave in memory, as stated. */
  readonly enclaveSizeBytes: bigint
}
