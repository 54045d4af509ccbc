/** Evidence as the key broker protocol carries it: a JSON value in the shape that its TEE calls for. */
export type EvidenceJson = { readonly [name: string]: unknown }

/** A source of evidence. Real ones ask the kernel or a device; any object of this shape can be given to the key client. */
export interface Attester {
  /** The TEE's word in the key broker protocol, such as `tdx`. */
  readonly tee: string
  /**
   * Produces evidence that binds `reportData`.
   *
   * @param reportData 1 to 64 bytes; shorter than the TEE's field means zero bytes after it
   */
  collect(reportData: Uint8Array): Promise<EvidenceJson>
}
