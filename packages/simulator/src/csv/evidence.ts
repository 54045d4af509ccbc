/** Evidence JSON in the older of its two forms; `@veritee/evidence/csv` writes the newer. */
import { type CsvEvidenceParts, encodeCsvEvidence } from '@veritee/evidence/csv'

export { type CsvEvidenceParts, encodeCsvEvidence }

type Json = { [name: string]: unknown }

/** The flat form of older evidence: the chain without nesting, no serial number beside it. */
export function encodeFlatCsvEvidence({ version, page, pek, hsk, cek }: CsvEvidenceParts): Json {
  const chainOf = { ...(hsk === undefined ? {} : { hsk }), ...(cek === undefined ? {} : { cek }) }
  const { attestation_report, cert_chain } = encodeCsvEvidence({ version, page, pek, ...chainOf })
  const { hsk_cek: nested, ...rest } = cert_chain as { hsk_cek?: Json; pek: Json }
  return { attestation_report, cert_chain: { ...rest, ...nested } }
}
