import type { TpmDraft } from '../tpm/draft.ts'
import { signQuote, type TpmQuoteParts } from '../tpm/quote.ts'
import type { AzureEvidenceParts } from './evidence.ts'
import { encodeHclReport, type HclTemplate } from './hcl-report.ts'

/** Evidence of a machine before its parts are put together. Every member may be changed to break precisely one thing. */
export interface AzureDraft {
  hcl: HclTemplate
  /** The vTPM. */
  tpm: TpmDraft
  /** SNP: the VCEK certificate, DER. */
  vcek?: Uint8Array
  /** TDX: the quote. */
  tdQuote?: Uint8Array
}

export function assembleDraft({ hcl, tpm, vcek, tdQuote }: AzureDraft): AzureEvidenceParts {
  const [quote] = tpm.quotes.map(signQuote) as [TpmQuoteParts]
  return {
    hclReport: encodeHclReport(hcl),
    quote,
    ...(vcek === undefined ? {} : { vcek }),
    ...(tdQuote === undefined ? {} : { tdQuote }),
  }
}
