/** Which of several bundles of Intel's collateral is for the platform of a quote. */
import { encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { type DcapCollateral, type DcapQuote, parsePckExtension } from '@veritee/evidence/dcap'

/** Intel's SGX extension, which a PCK certificate carries. */
const PCK_EXTENSION = '1.2.840.113741.1.13.1'

/**
 * The bundles, likeliest first: of the kind of the quote, and of the platform family that its certificate names. A hint
 * alone: verification finds out whether a bundle fits.
 */
export function rankCollateral(quote: DcapQuote, list: readonly DcapCollateral[]): DcapCollateral[] {
  if (list.length < 2) return [...list]
  const id = quote.tee === 'tdx' ? 'TDX' : 'SGX'
  const fmspc = readFmspc(quote)
  const score = ({ tcbInfo }: DcapCollateral) =>
    (findText(tcbInfo, 'id', id) ? 2 : 0) + (fmspc !== undefined && findText(tcbInfo, 'fmspc', fmspc) ? 1 : 0)
  return list
    .map((collateral) => ({ collateral, score: score(collateral) }))
    .sort((a, b) => b.score - a.score)
    .map(({ collateral }) => collateral)
}

function findText(document: string, name: string, value: string): boolean {
  return new RegExp(`"${name}"\\s*:\\s*"${value}"`, 'i').test(document)
}

/** The platform family, hexadecimal; undefined if the quote carries no readable chain. */
function readFmspc({ signatureData }: DcapQuote): string | undefined {
  const { type, bytes } = signatureData.certificationData
  if (type !== 5) return undefined
  try {
    for (const { der } of parsePem(bytes.subarray(0, bytes.at(-1) === 0 ? -1 : undefined))) {
      const extension = parseCertificate(der).extensions.get(PCK_EXTENSION)
      if (extension !== undefined) return encodeHex(parsePckExtension(extension.value).fmspc)
    }
  } catch (error) {
    if (!isCodedError(error)) throw error
  }
  return undefined
}
