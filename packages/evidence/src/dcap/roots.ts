/** The keys DCAP chains may end in: Intel's, pinned, and any other only by the caller's own word. */
import { decodeHex } from '@veritee/codec/bytes'

/** A root key that PCK and TCB signing chains may end in. */
export interface DcapRoot {
  /** Shown in results, such as `Intel SGX Root CA`. */
  readonly name: string
  /** Point on P-256, x then y, 64 bytes. The key is pinned, not one certificate of it. */
  readonly publicKey: Uint8Array
  /** The certificate this root was given as, DER; parity rules compare its signature. */
  readonly certificate?: Uint8Array
  /** True for every root but Intel's: results that rest on it say `simulated`. */
  readonly simulated: boolean
}

/** Intel SGX Root CA (specification page, section 4.1). */
export const INTEL_SGX_ROOT: DcapRoot = Object.freeze({
  name: 'Intel SGX Root CA',
  publicKey: decodeHex(
    '0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5' +
      '67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394',
  ),
  simulated: false,
})
