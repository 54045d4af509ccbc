import { encodeHex } from '@veritee/codec/bytes'
import { createStanding, type DocumentIssue, type EnclaveLevelJson, encodeIssue } from './tcb-info.ts'

/** Members of an enclave identity document, spelt as Intel spells them. */
export interface QeIdentityJson {
  id: string
  version: number
  issueDate: string
  nextUpdate: string
  tcbEvaluationDataNumber: number
  miscselect: string
  miscselectMask: string
  attributes: string
  attributesMask: string
  mrsigner: string
  isvprodid: number
  tcbLevels: EnclaveLevelJson[]
}

/** A quoting enclave of the simulated world. */
export interface QuotingEnclave {
  readonly id: 'QE' | 'TD_QE' | 'QVE'
  /** 32 bytes. */
  readonly mrSigner: Uint8Array
  readonly isvProdId: number
  readonly isvSvn: number
  /** Status of its newest level. */
  readonly status: string
}

/** The identity of a quoting enclave: its newest level and an outdated one (specification page, section 4.6). */
export function createQeIdentity(enclave: QuotingEnclave, issue: DocumentIssue): QeIdentityJson {
  return {
    id: enclave.id,
    version: 2,
    ...encodeIssue(issue),
    tcbEvaluationDataNumber: issue.evaluationDataNumber,
    miscselect: '00000000',
    miscselectMask: 'FFFFFFFF',
    attributes: '11000000000000000000000000000000',
    attributesMask: 'FBFFFFFFFFFFFFFF0000000000000000',
    mrsigner: encodeHex(enclave.mrSigner).toUpperCase(),
    isvprodid: enclave.isvProdId,
    tcbLevels: [
      { tcb: { isvsvn: enclave.isvSvn }, ...createStanding(enclave.status, issue.issuedAt, 0, []) },
      {
        tcb: { isvsvn: enclave.isvSvn - 2 },
        ...createStanding('OutOfDate', issue.issuedAt, 1, ['SIMULATED-SA-00004']),
      },
    ],
  }
}
