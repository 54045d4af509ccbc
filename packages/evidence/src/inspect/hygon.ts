import { decodeUtf8, encodeHex } from '@veritee/codec/bytes'
import {
  type CsvReport,
  claimsOfCsvReport,
  type HygonCertificate,
  parseCsvPage,
  parseHygonCertificates,
} from '../csv/index.ts'
import type { Description } from './types.ts'

const USAGES: Readonly<Record<number, string>> = {
  0: 'HRK',
  19: 'HSK',
  4097: 'OCA',
  4098: 'PEK',
  4099: 'PDH',
  4100: 'CEK',
}

/** Describes a raw report page and says whether the certificates of its chip came with it. */
export function describeCsvPage(bytes: Uint8Array): Description {
  const { report, hsk, cek } = parseCsvPage(bytes)
  return { ...describeCsvReport(report), chipCertificates: hsk !== undefined && cek !== undefined }
}

/** Describes a report; a sealing key inside is said and never shown. */
export function describeCsvReport(report: CsvReport): Description {
  const warning = { sealingKey: 'still inside the page: a secret that is lost' }
  return { claims: claimsOfCsvReport(report), ...(report.holdsSealingKey ? warning : {}) }
}

/** Describes certificates of Hygon in their order. */
export function describeHygonCertificates(bytes: Uint8Array): Description {
  return { certificates: parseHygonCertificates(bytes).map(describe) }
}

/** Text, or hexadecimal digits where it is none. */
function describeUserId(bytes: Uint8Array): string {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? decodeUtf8(bytes) : encodeHex(bytes)
}

function describe({ form, certificate }: HygonCertificate): Description {
  return {
    form,
    usage: USAGES[certificate.usage] ?? certificate.usage,
    userId: describeUserId(certificate.userId),
    publicKey: encodeHex(certificate.key.point!),
    ...(form === 'authority'
      ? { keyId: encodeHex(certificate.keyId), certifyingId: encodeHex(certificate.certifyingId) }
      : {
          issuerId: encodeHex(certificate.issuerId),
          firmware: `${certificate.firmware.major}.${certificate.firmware.minor}`,
          signedBy: certificate.signatures
            .filter(({ usage }) => USAGES[usage] !== undefined)
            .map(({ usage }) => USAGES[usage]),
        }),
  }
}
