/** The corpus of generated quotes with the outcome of Intel's quote verification library. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { DcapCollateral } from '../src/dcap/collateral/index.ts'

/** Where a call of Intel's library refused. */
export type OracleStep = 'pck' | 'tcbInfo' | 'qeIdentity' | 'quote'

interface OracleSide {
  readonly status: string
  readonly tcbDate: string
  readonly advisoryIDs: readonly string[]
}

/** One case as the corpus holds it. */
export interface OracleCase {
  readonly name: string
  readonly kind: string
  /** Epoch seconds to verify at. */
  readonly at: number
  /** Base64. */
  readonly quote: string
  readonly collateral: Readonly<Record<string, string | null>>
  readonly expect: {
    readonly composed: {
      readonly verdict: string
      readonly step?: OracleStep
      readonly status?: string
      readonly expired: boolean
    }
    readonly tcb?: {
      readonly launch: OracleSide
      readonly current: OracleSide
      readonly issueDateMin: string
      readonly issueDateMax: string
      readonly nextUpdateMin: string
      readonly tcbEvaluationDataNumber: number
    }
    readonly strict?: { readonly verdict: string; readonly code: string }
    readonly either?: readonly string[]
  }
}

/** Reads a corpus, gzip or plain: one JSON a line, the first with the texts that cases share. */
export function readCorpus(path: string): readonly OracleCase[] {
  const raw = readFileSync(path)
  const text = (raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw).toString('utf8')
  const [head, ...lines] = text.split('\n').filter((line) => line !== '')
  const { tables } = JSON.parse(head!) as { tables: Record<string, string> }
  return lines.map((line) => {
    const item = JSON.parse(line) as OracleCase
    const members = Object.entries(item.collateral).map(([name, value]) => [name, tables[value ?? ''] ?? value])
    return { ...item, collateral: Object.fromEntries(members) as OracleCase['collateral'] }
  })
}

/** The collateral of a case, every text as it stands, also where it is broken on purpose. */
export function collateralOf({ collateral }: OracleCase): DcapCollateral {
  const text = (name: string): string => collateral[name] ?? ''
  const chain = collateral['pck_certificate_chain']
  return {
    pckCrlIssuerChain: text('pck_crl_issuer_chain'),
    rootCaCrl: text('root_ca_crl'),
    pckCrl: text('pck_crl'),
    tcbInfoIssuerChain: text('tcb_info_issuer_chain'),
    tcbInfo: text('tcb_info'),
    tcbInfoSignature: text('tcb_info_signature'),
    qeIdentityIssuerChain: text('qe_identity_issuer_chain'),
    ...(collateral['qe_identity'] == null
      ? {}
      : { qeIdentity: collateral['qe_identity'], qeIdentitySignature: text('qe_identity_signature') }),
    ...(chain == null ? {} : { pckCertificateChain: chain }),
  }
}
