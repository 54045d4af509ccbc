/** Everything a verdict rests on, brought together once per PCK chain and collateral set. */
import { concatBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { PckCrls, VerifiedPckChain } from '../pck/chain.ts'
import { type CommonWindow, certificateWindow, commonWindow, crlWindow, documentWindow } from './dates.ts'
import type { VerifiedDocuments } from './documents.ts'
import type { DcapSupplemental, ValidityWindow } from './types.ts'

export interface Basis {
  readonly windows: readonly ValidityWindow[]
  readonly common: CommonWindow
  readonly supplemental: DcapSupplemental
  readonly simulated: boolean
}

/** Collects the validity of chain, lists and documents, and Intel's supplemental data. */
export function collectBasis(chain: VerifiedPckChain, crls: PckCrls, documents: VerifiedDocuments): Basis {
  const { tcbInfo, qeIdentity } = documents
  const root = certificateWindow('rootCa', chain.root)
  const rootCaCrl = crlWindow('rootCaCrl', crls.rootCaCrl)
  const qeWindows =
    qeIdentity === undefined
      ? []
      : [
          certificateWindow('qeIdentitySigner', qeIdentity.chain.signer),
          documentWindow('qeIdentity', qeIdentity.document),
        ]
  const windows = [
    root,
    certificateWindow('intermediateCa', chain.intermediate),
    certificateWindow('pck', chain.leaf),
    rootCaCrl,
    crlWindow('pckCrl', crls.pckCrl),
    certificateWindow('tcbInfoSigner', tcbInfo.chain.signer),
    documentWindow('tcbInfo', tcbInfo.document),
    ...qeWindows,
  ]
  const common = commonWindow(windows)
  const { point } = chain.root.publicKey
  const numbers = [tcbInfo.document, ...(qeIdentity === undefined ? [] : [qeIdentity.document])].map(
    (document) => document.tcbEvaluationDataNumber,
  )
  const chains = [chain, tcbInfo.chain, ...(qeIdentity === undefined ? [] : [qeIdentity.chain])]
  return {
    windows,
    common,
    simulated: chains.some(({ trustedRoot }) => trustedRoot.simulated),
    supplemental: {
      ...common,
      tcbEvaluationDataNumber: Math.min(...numbers),
      pckCrlNumber: crls.pckCrl.crlNumber.toString(),
      rootCaCrlNumber: crls.rootCaCrl.crlNumber.toString(),
      rootKeyId: digest('sha384', concatBytes(Uint8Array.of(4), point ?? new Uint8Array())),
      ...(qeIdentity === undefined
        ? {}
        : {
            qeIdentity: {
              ...commonWindow([root, rootCaCrl, ...qeWindows]),
              tcbEvaluationDataNumber: qeIdentity.document.tcbEvaluationDataNumber,
            },
          }),
    },
  }
}
