import { readU16 } from './fields.ts'
import { CERTIFICATION_DATA_BYTES } from './layout.ts'
import type { CertificationData } from './types.ts'

/** What certification data of types 1 to 3 says about the platform, to be compared with its PCK certificate. */
export interface PlatformCertificationData {
  /** The platform's PPID, 16 bytes, in the clear for type 1; else encrypted with RSA-OAEP, 256 or 384 bytes. */
  readonly ppid: Uint8Array
  readonly encrypted: boolean
  /** 16 bytes. */
  readonly cpuSvn: Uint8Array
  readonly pceSvn: number
  readonly pceId: number
}

/**
 * Decodes certification data of types 1, 2 and 3 (specification page, section 1.5). Undefined for other types, and for
 * data without the size of its type (which only a leniently parsed quote can hold).
 */
export function decodePlatformCertificationData(data: CertificationData): PlatformCertificationData | undefined {
  const { type, bytes } = data
  if (type > 3 || bytes.length !== CERTIFICATION_DATA_BYTES[type]) return undefined
  const end = bytes.length - 20
  return {
    ppid: bytes.subarray(0, end),
    encrypted: type !== 1,
    cpuSvn: bytes.subarray(end, end + 16),
    pceSvn: readU16(bytes, end + 16),
    pceId: readU16(bytes, end + 18),
  }
}
