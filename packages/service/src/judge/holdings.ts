import { encodeHex } from '@veritee/codec/bytes'
import { parseCertificate, parseCrl } from '@veritee/codec/x509'
import { sortCollateral } from '@veritee/evidence/collateral'
import type { CollateralHoldings } from './collateral.ts'

/** `due`: ends within a day. `lasting`: nothing in it ends. */
export type CollateralState = 'fresh' | 'due' | 'expired' | 'lasting'

/** One thing that evidence is judged with, as it can be shown. What it says of itself is not verified. */
export interface CollateralItem {
  readonly kind: 'tcb' | 'certificate' | 'revocation-list' | 'hygon-certificates'
  /** What it is for: a platform family, a subject, an issuer. */
  readonly key: string
  /** Epoch seconds. */
  readonly issuedAt?: number
  readonly nextUpdateAt?: number
  readonly evaluationNumber?: number
  /** Address of a service, or name of a file. */
  readonly source: string
  readonly fetchedAt?: number
  readonly state: CollateralState
}

const DUE_SECONDS = 86_400

/** What there is, what ends first at the top. @param now epoch seconds */
export function listCollateral({ sets, files }: CollateralHoldings, now: number): CollateralItem[] {
  const ofSets = sets.map(({ key, dates, source, fetchedAt }): CollateralItem => {
    const { issuedAt, expiresAt: nextUpdateAt, tcbEvaluationDataNumber: evaluationNumber } = dates
    const name = `${key.tee} ${key.fmspc} ${key.ca} ${key.update}`
    const state = stateOf(nextUpdateAt, now)
    return { kind: 'tcb', key: name, issuedAt, nextUpdateAt, evaluationNumber, source, fetchedAt, state }
  })
  const ofFiles = files.flatMap((file): CollateralItem[] => {
    const { certificates, crls, hygon } = sortCollateral([file])
    const source = file.name
    return [
      ...certificates.map((der): CollateralItem => {
        const { subject, notBefore: issuedAt, notAfter: nextUpdateAt } = parseCertificate(der)
        const key = subject.toString()
        return { kind: 'certificate', key, issuedAt, nextUpdateAt, source, state: stateOf(nextUpdateAt, now) }
      }),
      ...crls.map((der): CollateralItem => {
        const { issuer, thisUpdate: issuedAt, nextUpdate } = parseCrl(der)
        const ends = nextUpdate === undefined ? {} : { nextUpdateAt: nextUpdate }
        const state = stateOf(nextUpdate, now)
        return { kind: 'revocation-list', key: issuer.toString(), issuedAt, ...ends, source, state }
      }),
      ...hygon.map(({ bytes }): CollateralItem => {
        // The chip is named by the key that its certificates are about.
        const key = encodeHex(bytes.subarray(4, 20))
        return { kind: 'hygon-certificates', key, source, state: 'lasting' }
      }),
    ]
  })
  const end = ({ nextUpdateAt = Number.POSITIVE_INFINITY }: CollateralItem) => nextUpdateAt
  return [...ofSets, ...ofFiles].sort((a, b) => (end(a) < end(b) ? -1 : end(a) > end(b) ? 1 : 0))
}

function stateOf(end: number | undefined, now: number): CollateralState {
  if (end === undefined) return 'lasting'
  if (end <= now) return 'expired'
  return end - now < DUE_SECONDS ? 'due' : 'fresh'
}
