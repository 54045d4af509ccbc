import { encodeHex } from '@veritee/codec/bytes'
import { parseDcapCollateral, parseQeIdentity, parseTcbInfo, splitSignedDocument } from '../dcap/collateral/index.ts'
import type { Description } from './types.ts'
import { formatTime } from './x509.ts'

/** Describes a bundle of Intel's collateral by the documents in it. */
export function describeCollateral(text: string): Description {
  const collateral = parseDcapCollateral(text)
  return {
    tcbInfo: describeTcbInfo(collateral.tcbInfo),
    ...(collateral.qeIdentity === undefined ? {} : { qeIdentity: describeQeIdentity(collateral.qeIdentity) }),
    pckCertificateChain: collateral.pckCertificateChain !== undefined,
  }
}

/** Describes TCB info or an enclave identity in its envelope. */
export function describeDocument(text: string, name: 'tcbInfo' | 'enclaveIdentity'): Description {
  const document = splitSignedDocument(text, name)
  return name === 'tcbInfo' ? describeTcbInfo(document.text) : describeQeIdentity(document.text)
}

function describeTcbInfo(text: string): Description {
  const info = parseTcbInfo(text)
  return {
    id: info.id,
    version: info.version,
    fmspc: encodeHex(info.fmspc),
    pceId: encodeHex(info.pceId),
    issueDate: formatTime(info.issuedAt),
    nextUpdate: formatTime(info.nextUpdateAt),
    tcbEvaluationDataNumber: info.tcbEvaluationDataNumber,
    levels: info.levels.map(({ status, tcbDateAt, advisoryIds }) => ({
      status,
      tcbDate: formatTime(tcbDateAt),
      advisoryIds,
    })),
    tdxModules: info.tdxModuleIdentities.map(({ id }) => id),
  }
}

function describeQeIdentity(text: string): Description {
  const identity = parseQeIdentity(text)
  return {
    id: identity.id,
    version: identity.version,
    mrSigner: encodeHex(identity.mrSigner),
    isvProdId: identity.isvProdId,
    issueDate: formatTime(identity.issuedAt),
    nextUpdate: formatTime(identity.nextUpdateAt),
    tcbEvaluationDataNumber: identity.tcbEvaluationDataNumber,
    levels: identity.levels.map(({ isvSvn, status, tcbDateAt }) => ({
      isvSvn,
      status,
      tcbDate: formatTime(tcbDateAt),
    })),
  }
}
