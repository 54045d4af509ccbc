/** Evidence JSON of Azure confidential VMs: byte arrays in version 0, hexadecimal and base64url from version 1 on. */
import { concatBytes, decodeBase64Url, decodeHex, encodeUtf8, u16be } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { TPM_ALG } from '../tpm/structure/algorithms.ts'
import { parseTpmQuote } from '../tpm/structure/attest.ts'
import { parseTpmSignature } from '../tpm/structure/signature.ts'
import type { QuotedBank } from '../tpm/types.ts'
import { AzureError } from './codes.ts'
import { type HclReport, parseHclReport } from './hcl-report.ts'

type Json = { readonly [name: string]: unknown }

const PCRS = 24

/** Evidence of one machine, in one form for all versions. */
export interface AzureEvidence {
  readonly version: 0 | 1 | 2
  readonly hcl: HclReport
  /** The vTPM's quote over its SHA-256 bank. */
  readonly bank: QuotedBank
  /** SNP: the VCEK certificate, DER or PEM. */
  readonly vcek?: Uint8Array
  /** TDX: the quote made from the TDREPORT in the HCL report. */
  readonly tdQuote?: Uint8Array
  /** Firmware log of the vTPM, TCG crypto-agile. The evidence JSON has none: a caller adds it. */
  readonly eventLog?: Uint8Array
}

/**
 * Reads evidence JSON that was parsed already (by a strict, bounded parser).
 *
 * @throws EvidenceError AZURE_EVIDENCE_*, AZURE_HCL_*, TPM_*
 */
export function parseAzureEvidence(json: unknown): AzureEvidence {
  const evidence = objectAt(json, 'evidence')
  const version = evidence['version'] ?? 0
  if (version !== 0 && version !== 1 && version !== 2) {
    throw new AzureError('AZURE_EVIDENCE_VERSION', undefined, {
      details: { path: 'version', expected: [0, 1, 2], actual: version },
    })
  }
  const quote = objectAt(evidence['tpm_quote'] ?? evidence['quote'], 'tpm_quote')
  const hcl = parseHclReport(bytesAt(evidence['hcl_report'] ?? evidence['report'], 'hcl_report', base64Url))
  const { vcek, td_quote: tdQuote } = evidence
  return {
    version,
    hcl,
    bank: parseBank(quote),
    ...(vcek === undefined || vcek === null ? {} : { vcek: certificateAt(vcek) }),
    ...(tdQuote === undefined || tdQuote === null ? {} : { tdQuote: bytesAt(tdQuote, 'td_quote', base64Url) }),
  }
}

/** The signature is bare: RSASSA with SHA-256, as the vTPM's attestation key signs. */
function parseBank(quote: Json): QuotedBank {
  const signature = bytesAt(quote['signature'], 'tpm_quote.signature', decodeHex)
  const { pcrs } = quote
  if (!Array.isArray(pcrs) || pcrs.length !== PCRS) throw misshapen('tpm_quote.pcrs', `${PCRS} values`)
  const scheme = concatBytes(u16be(TPM_ALG.rsassa), u16be(TPM_ALG.sha256), u16be(signature.length & 0xffff))
  return {
    hash: 'sha256',
    quote: parseTpmQuote(bytesAt(quote['message'], 'tpm_quote.message', decodeHex)),
    signature: parseTpmSignature(concatBytes(scheme, signature)),
    pcrs: pcrs.map((value, index) => {
      const bytes = bytesAt(value, `tpm_quote.pcrs[${index}]`, decodeHex)
      if (bytes.length !== 32) throw misshapen(`tpm_quote.pcrs[${index}]`, '32 bytes')
      return bytes
    }),
  }
}

function certificateAt(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw misshapen('vcek', 'PEM, or DER in base64url')
  return text.includes('-----BEGIN') ? encodeUtf8(text) : bytesAt(text, 'vcek', base64Url)
}

/** Some writers pad base64url. */
function base64Url(text: string): Uint8Array {
  return decodeBase64Url(text.replace(/={1,2}$/, ''))
}

/** Bytes as an array of numbers, or as text in the encoding of the member. */
function bytesAt(value: unknown, path: string, decode: (text: string) => Uint8Array): Uint8Array {
  if (typeof value === 'string') {
    try {
      return decode(value)
    } catch (cause) {
      if (!isCodedError(cause)) throw cause
      throw new AzureError('AZURE_EVIDENCE_JSON', `The evidence JSON is malformed at ${path}: ${cause.message}`, {
        details: { path },
        cause,
      })
    }
  }
  if (!Array.isArray(value) || !value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255))
    throw misshapen(path, 'bytes')
  return Uint8Array.from(value as number[])
}

function objectAt(value: unknown, path: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misshapen(path, 'an object')
  return value as Json
}

function misshapen(path: string, expected: string): AzureError {
  return new AzureError('AZURE_EVIDENCE_JSON', `The evidence JSON is malformed at ${path}.`, {
    details: { path, expected },
  })
}
