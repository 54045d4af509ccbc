/**
 * `platform_collaterals.json` of the PCCS administration tool (specification page, end of section 3).
 *
 * The file holds signed documents as JSON values, sometimes as text. The vendor signs minified text, so a value is
 * written minified again, members in their order; whether that is what was signed, the signature decides at verification.
 */
import { type DcapCollateral, splitSignedDocument } from '@veritee/evidence/dcap/collateral'
import type { PckCa } from '@veritee/evidence/dcap/pck'
import type { DcapTee } from '@veritee/evidence/dcap/quote'
import { reading } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import type { CollateralSet, TcbUpdate } from '../types.ts'
import { createSet } from './single.ts'
import type { BundleOptions } from './types.ts'

const INVALID = 'COLLATERAL_BUNDLE_INVALID'
const CAS: readonly PckCa[] = ['processor', 'platform']

type Members = Readonly<Record<string, unknown>>

/** Tells whether parsed JSON has the form of the file. */
export function isPccsAdminFile(value: Members): boolean {
  return typeof value['collaterals'] === 'object' && value['collaterals'] !== null
}

/** Reads every set that the file holds all parts of. Throws COLLATERAL_BUNDLE_INVALID. */
export function readPccsAdminFile(file: Members, options: BundleOptions): readonly CollateralSet[] {
  const collaterals = file['collaterals'] as Members
  const infos = collaterals['tcbinfos']
  if (!Array.isArray(infos)) throw invalid('collaterals.tcbinfos', 'a list', typeof infos)
  const certificates = membersOf(collaterals['certificates'], 'collaterals.certificates')
  const sets: CollateralSet[] = []
  for (const info of infos as unknown[]) {
    const members = membersOf(info, 'collaterals.tcbinfos')
    for (const ca of CAS) {
      const crl = crlOf(collaterals, ca)
      if (crl === undefined) continue
      for (const tee of ['sgx', 'tdx'] as const) {
        for (const update of ['standard', 'early'] as const) {
          const collateral = collectSet(members, collaterals, certificates, crl, ca, tee, update)
          if (collateral !== undefined) sets.push(createSet(collateral, update, options))
        }
      }
    }
  }
  return sets
}

function collectSet(
  info: Members,
  collaterals: Members,
  certificates: Members,
  pckCrl: string,
  ca: PckCa,
  tee: DcapTee,
  update: TcbUpdate,
): DcapCollateral | undefined {
  const suffix = update === 'early' ? '_early' : ''
  const tcbInfo = info[`${tee}_tcbinfo${suffix}`]
  const identity = collaterals[`${tee === 'tdx' ? 'tdqeidentity' : 'qeidentity'}${suffix}`]
  if (isAbsent(tcbInfo) || isAbsent(identity)) return undefined
  const tcb = reading(INVALID, 'tcbinfo', () => splitSignedDocument(textOf(tcbInfo), 'tcbInfo'))
  const qe = reading(INVALID, 'qeidentity', () => splitSignedDocument(textOf(identity), 'enclaveIdentity'))
  const issuerChain = chainOf(certificates, ca, 'SGX-PCK-CRL-Issuer-Chain', 'SGX-PCK-Certificate-Issuer-Chain')
  return {
    ...(issuerChain === undefined ? {} : { pckCrlIssuerChain: issuerChain }),
    pckCrl,
    rootCaCrl: requiredText(collaterals, 'rootcacrl', 'rootcacrl_cdp'),
    tcbInfo: tcb.text,
    tcbInfoSignature: tcb.signature,
    tcbInfoIssuerChain: requiredChain(certificates, ca, 'TCB-Info-Issuer-Chain', 'SGX-TCB-Info-Issuer-Chain'),
    qeIdentity: qe.text,
    qeIdentitySignature: qe.signature,
    qeIdentityIssuerChain: requiredChain(certificates, ca, 'SGX-Enclave-Identity-Issuer-Chain'),
  }
}

function crlOf(collaterals: Members, ca: PckCa): string | undefined {
  const both = collaterals['pckcacrls'] ?? collaterals['pckcacrl']
  if (typeof both === 'string') return ca === 'processor' ? undefined : both
  if (typeof both !== 'object' || both === null) return undefined
  const crl = (both as Members)[`${ca}Crl`]
  return typeof crl === 'string' && crl !== '' ? crl.trim() : undefined
}

/** A chain may be one text, or one for each CA. */
function chainOf(certificates: Members, ca: PckCa, ...names: readonly string[]): string | undefined {
  const value = names.map((name) => certificates[name]).find((chain) => !isAbsent(chain))
  const chain = typeof value === 'object' && value !== null ? (value as Members)[ca.toUpperCase()] : value
  if (typeof chain !== 'string') return undefined
  return chain.includes('%') ? decodePercent(chain) : chain
}

function requiredChain(certificates: Members, ca: PckCa, ...names: readonly string[]): string {
  const chain = chainOf(certificates, ca, ...names)
  if (chain === undefined) throw invalid(`collaterals.certificates.${names[0]}`, 'a chain', 'absent')
  return chain
}

function requiredText(members: Members, ...names: readonly string[]): string {
  const value = names.map((name) => members[name]).find((text) => typeof text === 'string' && text !== '')
  if (typeof value !== 'string') throw invalid(`collaterals.${names[0]}`, 'a text', 'absent')
  return value.trim()
}

function textOf(document: unknown): string {
  return typeof document === 'string' ? document : JSON.stringify(document)
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid('collaterals.certificates', 'URL-encoded PEM', text.slice(0, 64))
  }
}

function membersOf(value: unknown, path: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(path, 'an object', typeof value)
  return value as Members
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

function invalid(path: string, expected: unknown, actual: unknown): CollateralError {
  return new CollateralError(INVALID, undefined, { details: { path, expected, actual } })
}
