/** The running launch digest (AMD SEV-SNP Firmware ABI, section 8.17, SNP_LAUNCH_UPDATE). */
import { concatBytes, u16le, u64le } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { PAGE_BYTES } from './firmware.ts'

const DIGEST_BYTES = 48
const PAGE_INFO_BYTES = 0x70
/** Processor states have no address of their own in guest memory. */
const VMSA_ADDRESS = 0xffff_ffff_f000n

/** Types of pages whose content is not measured, only that they are there. */
export type UncountedPage = 'zero' | 'unmeasured' | 'secrets' | 'cpuid'

const PAGE_TYPES: Readonly<Record<UncountedPage | 'normal' | 'vmsa', number>> = {
  normal: 1,
  vmsa: 2,
  zero: 3,
  unmeasured: 4,
  secrets: 5,
  cpuid: 6,
}

/** Extends page by page, in the order the hypervisor launches. */
export class LaunchDigest {
  #value: Uint8Array = new Uint8Array(DIGEST_BYTES)

  /** The digest so far, 48 bytes. */
  get value(): Uint8Array {
    return this.#value.slice()
  }

  /** Pages with content, from `address` on. */
  addPages(address: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += PAGE_BYTES)
      this.#extend('normal', BigInt(address + at), digest('sha384', bytes.subarray(at, at + PAGE_BYTES)))
  }

  /** The state of a processor, one page. */
  addProcessor(page: Uint8Array): void {
    this.#extend('vmsa', VMSA_ADDRESS, digest('sha384', page))
  }

  /** Pages without measured content. */
  addUncounted(kind: UncountedPage, address: number, sizeBytes: number): void {
    for (let at = 0; at < sizeBytes; at += PAGE_BYTES)
      this.#extend(kind, BigInt(address + at), new Uint8Array(DIGEST_BYTES))
  }

  /** PAGE_INFO: digest, contents, its own size, page type, permissions of the levels below (none), address. */
  #extend(kind: keyof typeof PAGE_TYPES, address: bigint, contents: Uint8Array): void {
    const flags = Uint8Array.of(PAGE_TYPES[kind], 0, 0, 0, 0, 0)
    const info = concatBytes(this.#value, contents, u16le(PAGE_INFO_BYTES), flags, u64le(address))
    this.#value = digest('sha384', info)
  }
}
