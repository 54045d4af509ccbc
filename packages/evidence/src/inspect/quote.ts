import { encodeHex, isAllZero } from '@veritee/codec/bytes'
import { nameProcessorFeatures, nameSgxFlags, nameTdAttributes } from '../dcap/attributes/index.ts'
import { createDcapClaims, findIntelClasses } from '../dcap/claims/index.ts'
import {
  type CertificationData,
  type DcapQuote,
  decodePlatformCertificationData,
  parseQuote,
  type SgxReportBody,
} from '../dcap/quote/index.ts'
import type { Description } from './types.ts'
import { describeCertificates } from './x509.ts'

const CERTIFICATION_NAMES = {
  1: 'PPID in the clear',
  2: 'PPID encrypted with RSA-2048',
  3: 'PPID encrypted with RSA-3072',
  4: 'PCK certificate',
  5: 'PCK certificate chain',
} as const

/** Describes a quote. Throws what `parseQuote` throws, but reads signature data as laxly as Intel's library. */
export function describeQuote(bytes: Uint8Array): Description {
  const quote = parseQuote(bytes, { lenientSignatureData: true })
  const { signatureData, extraBytes } = quote
  const { certificationData } = signatureData
  const intelClasses = findIntelClasses(quote)
  return {
    tee: quote.tee,
    version: quote.version,
    sizeBytes: quote.bytes.length,
    bodyKind: quote.body.kind,
    claims: createDcapClaims(quote),
    ...(intelClasses === undefined ? {} : { intelClasses }),
    ...describeAttributes(quote),
    signedBytes: quote.signedBytes.length,
    signatureData: {
      signature: encodeHex(signatureData.signature),
      attestationKey: encodeHex(signatureData.attestationKey),
      qeReport: describeReport(signatureData.qeReport),
      qeReportSignature: encodeHex(signatureData.qeReportSignature),
      authData: encodeHex(signatureData.authData),
      certificationData: describeCertificationData(certificationData),
      unreadBytes: signatureData.unreadBytes.length,
    },
    padding: { sizeBytes: extraBytes.length, zero: isAllZero(extraBytes) },
  }
}

function describeAttributes(quote: DcapQuote): Description {
  if (quote.tee === 'tdx') {
    return {
      tdAttributes: nameTdAttributes(quote.body.tdAttributes),
      xfam: nameProcessorFeatures(quote.body.xfam),
      debug: (quote.body.tdAttributes & 1n) !== 0n,
    }
  }
  const { flags, xfrm } = quote.body.attributes
  return { flags: nameSgxFlags(flags), xfrm: nameProcessorFeatures(xfrm), debug: (flags & 2n) !== 0n }
}

function describeReport(report: SgxReportBody): Description {
  const { flags, xfrm } = report.attributes
  return {
    cpuSvn: encodeHex(report.cpuSvn),
    miscSelect: report.miscSelect,
    mrEnclave: encodeHex(report.mrEnclave),
    mrSigner: encodeHex(report.mrSigner),
    isvProdId: report.isvProdId,
    isvSvn: report.isvSvn,
    flags: nameSgxFlags(flags),
    xfrm: nameProcessorFeatures(xfrm),
    reportData: encodeHex(report.reportData),
  }
}

function describeCertificationData(data: CertificationData): Description {
  const common = { type: data.type, name: CERTIFICATION_NAMES[data.type], sizeBytes: data.bytes.length }
  const platform = decodePlatformCertificationData(data)
  if (platform !== undefined) {
    const { ppid, encrypted, cpuSvn, pceSvn, pceId } = platform
    return { ...common, ppid: encodeHex(ppid), encrypted, cpuSvn: encodeHex(cpuSvn), pceSvn, pceId }
  }
  return data.type < 4 ? common : { ...common, certificates: describeCertificates(data.bytes) }
}
