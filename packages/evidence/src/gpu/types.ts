/** What an NVIDIA device report says: an SPDM 1.1 measurement exchange (DSP0274) with vendor data. Nothing here is verified. */

/** A parsed report; byte fields are views. */
export interface GpuReport {
  /** The whole exchange as received: request, response, signature. */
  readonly bytes: Uint8Array
  /** Everything before the signature. */
  readonly signedBytes: Uint8Array
  /** 96 bytes, r then s. */
  readonly signature: Uint8Array
  /** 32 bytes that the verifier chose, from the request. */
  readonly nonce: Uint8Array
  /** By index, 1 on. */
  readonly measurements: ReadonlyMap<number, Uint8Array>
  /** Vendor data by its type number. */
  readonly opaque: ReadonlyMap<number, Uint8Array>
  readonly driverVersion: string
  /** As the vendor prints it, such as `96.00.9f.00.01`. */
  readonly vbiosVersion: string
  /** 48 bytes: identity of the firmware that signs. */
  readonly firmwareId: Uint8Array
}

/** Evidence of one device. */
export interface GpuDevice {
  /** As sent: `HOPPER`, `BLACKWELL`, `LS10`; `unknown` for a report that came alone. */
  readonly architecture: string
  readonly uuid?: string
  readonly report: GpuReport
  /** PEM, leaf first. */
  readonly chain: string
}
