/** Evidence JSON of three versions. */
import { encodeBase64Url, encodeHex } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import type { TpmQuoteParts } from '../tpm/quote.ts'

type Json = { [name: string]: unknown }

/** What goes into the evidence of one machine. */
export interface AzureEvidenceParts {
  readonly hclReport: Uint8Array
  readonly quote: TpmQuoteParts
  /** SNP. */
  readonly vcek?: Uint8Array
  /** TDX. */
  readonly tdQuote?: Uint8Array
}

/** Arrays of numbers in version 0, hexadecimal and base64url from version 1 on. */
export function encodeAzureEvidence(parts: AzureEvidenceParts, version: 0 | 1 | 2): Json {
  return version === 0 ? encodeArrays(parts) : encodeTexts(parts, version)
}

function encodeArrays({ hclReport, quote, vcek, tdQuote }: AzureEvidenceParts): Json {
  const tpmQuote = {
    signature: [...bareSignature(quote)],
    message: [...quote.attest],
    pcrs: quote.pcrs.map((value) => [...value]),
  }
  if (tdQuote !== undefined) return { tpm_quote: tpmQuote, hcl_report: [...hclReport], td_quote: [...tdQuote] }
  return {
    quote: tpmQuote,
    report: [...hclReport],
    ...(vcek === undefined ? {} : { vcek: encodePem('CERTIFICATE', vcek) }),
  }
}

function encodeTexts({ hclReport, quote, vcek, tdQuote }: AzureEvidenceParts, version: 1 | 2): Json {
  return {
    version,
    tpm_quote: {
      signature: encodeHex(bareSignature(quote)),
      message: encodeHex(quote.attest),
      pcrs: quote.pcrs.map(encodeHex),
    },
    hcl_report: encodeBase64Url(hclReport),
    ...(vcek === undefined ? {} : { vcek: encodeBase64Url(vcek) }),
    ...(tdQuote === undefined ? {} : { td_quote: encodeBase64Url(tdQuote) }),
  }
}

/** Without the scheme and size before it. */
function bareSignature({ signature }: TpmQuoteParts): Uint8Array {
  return signature.subarray(6)
}
