import { encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { nameProcessorFeatures, nameSgxFlags, nameTdAttributes } from '../dcap/attributes/index.ts'
import { parseEnclaveFile, parseSigstruct, type Sigstruct } from '../dcap/sigstruct/index.ts'
import { parseTdReport, verifyTdReportHashes } from '../dcap/tdreport/index.ts'
import type { Description } from './types.ts'

/** Describes a TDREPORT and says whether its inner hashes match. */
export function describeTdReport(bytes: Uint8Array): Description {
  const report = parseTdReport(bytes)
  return {
    reportType: report.reportType,
    ...(report.generation === undefined ? {} : { tdxModule: report.generation }),
    hashesMatch: hasMatchingHashes(report),
    cpuSvn: encodeHex(report.cpuSvn),
    teeTcbSvn: encodeHex(report.teeTcbSvn),
    ...(report.teeTcbSvn2 === undefined ? {} : { teeTcbSvn2: encodeHex(report.teeTcbSvn2) }),
    mrSeam: encodeHex(report.mrSeam),
    mrSignerSeam: encodeHex(report.mrSignerSeam),
    tdAttributes: nameTdAttributes(report.tdAttributes),
    xfam: nameProcessorFeatures(report.xfam),
    mrTd: encodeHex(report.mrTd),
    mrConfigId: encodeHex(report.mrConfigId),
    mrOwner: encodeHex(report.mrOwner),
    mrOwnerConfig: encodeHex(report.mrOwnerConfig),
    rtmr: report.rtmr.map(encodeHex),
    ...(report.mrServiceTd === undefined ? {} : { mrServiceTd: encodeHex(report.mrServiceTd) }),
    reportData: encodeHex(report.reportData),
  }
}

/** Describes an ELF file that is a signed enclave. */
export function describeEnclaveFile(bytes: Uint8Array): Description {
  const file = parseEnclaveFile(bytes)
  return {
    sizeBytes: bytes.length,
    enclaveSizeBytes: file.enclaveSizeBytes.toString(),
    sigstructOffset: file.sigstructOffset,
    ...describe(file.sigstruct),
  }
}

/** Describes an enclave signature structure. */
export function describeSigstruct(bytes: Uint8Array): Description {
  return describe(parseSigstruct(bytes))
}

function describe(sigstruct: Sigstruct): Description {
  const { attributes, attributeMask } = sigstruct
  return {
    mrEnclave: encodeHex(sigstruct.mrEnclave),
    mrSigner: encodeHex(sigstruct.mrSigner),
    isvProdId: sigstruct.isvProdId,
    isvSvn: sigstruct.isvSvn,
    date: sigstruct.date,
    debugSigned: sigstruct.debugSigned,
    vendor: sigstruct.vendor,
    miscSelect: sigstruct.miscSelect,
    miscMask: sigstruct.miscMask,
    flags: nameSgxFlags(attributes.flags),
    flagsMask: attributeMask.flags.toString(16).padStart(16, '0'),
    xfrm: nameProcessorFeatures(attributes.xfrm),
    xfrmMask: attributeMask.xfrm.toString(16).padStart(16, '0'),
    isvFamilyId: encodeHex(sigstruct.isvFamilyId),
    isvExtProdId: encodeHex(sigstruct.isvExtProdId),
  }
}

function hasMatchingHashes(report: ReturnType<typeof parseTdReport>): boolean {
  try {
    verifyTdReportHashes(report)
    return true
  } catch (error) {
    if (!isCodedError(error)) throw error
    return false
  }
}
