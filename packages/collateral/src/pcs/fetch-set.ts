import { encodeHex } from '@veritee/codec/bytes'
import type { DcapCollateral } from '@veritee/evidence/dcap/collateral'
import type { ReadEndpoint } from '../config/endpoint.ts'
import { caOfCrl, collectDates, type ReadDocuments, readDocuments } from '../dates.ts'
import { CollateralError } from '../errors.ts'
import type { CollateralResponse } from '../http/transport.ts'
import { nameKey } from '../key.ts'
import type { CollateralKey, CollateralSet } from '../types.ts'
import { readCrlBody, readDocument, readIssuerChain, readMaxAge } from './responses.ts'
import { createRoutes } from './routes.ts'

/** Fetches one address, however often that takes. */
export type Fetch = (url: URL) => Promise<CollateralResponse>

/**
 * Fetches a whole set from one service: TCB info, quoting enclave identity, PCK CRL and root CRL, at the same time.
 *
 * Refuses a set that is about something else than what was asked for (COLLATERAL_MISMATCH). Verifies no signature: that
 * is the verifier's work, over the exact texts returned here.
 */
export async function fetchSet(
  endpoint: ReadEndpoint,
  key: CollateralKey,
  fetch: Fetch,
  fetchedAt: number,
): Promise<CollateralSet> {
  const routes = createRoutes(endpoint, key)
  const [tcbInfo, qeIdentity, pckCrl, rootCaCrl] = await Promise.all([
    fetch(routes.tcbInfo),
    fetch(routes.qeIdentity),
    fetch(routes.pckCrl),
    fetch(routes.rootCaCrl),
  ])
  const tcbInfoText = readDocument(tcbInfo, 'tcbInfo')
  const qeIdentityText = readDocument(qeIdentity, 'enclaveIdentity')
  const collateral: DcapCollateral = {
    pckCrlIssuerChain: readIssuerChain(pckCrl, 'SGX-PCK-CRL-Issuer-Chain'),
    pckCrl: readCrlBody(pckCrl, 'pckCrl'),
    rootCaCrl: readCrlBody(rootCaCrl, 'rootCaCrl'),
    tcbInfoIssuerChain: readIssuerChain(tcbInfo, 'TCB-Info-Issuer-Chain', 'SGX-TCB-Info-Issuer-Chain'),
    tcbInfo: tcbInfoText.text,
    tcbInfoSignature: tcbInfoText.signature,
    qeIdentityIssuerChain: readIssuerChain(qeIdentity, 'SGX-Enclave-Identity-Issuer-Chain'),
    qeIdentity: qeIdentityText.text,
    qeIdentitySignature: qeIdentityText.signature,
  }
  const documents = readDocuments(collateral, 'COLLATERAL_RESPONSE_INVALID')
  expectAbout(key, documents)
  const ages = [tcbInfo, qeIdentity, pckCrl, rootCaCrl].map(readMaxAge).filter((age) => age !== undefined)
  return {
    key,
    collateral,
    dates: collectDates(documents),
    fetchedAt,
    source: endpoint.base.href,
    ...(ages.length === 0 ? {} : { maxAgeSeconds: Math.min(...ages) }),
  }
}

/** Refuses documents that are about something else than the key. Throws COLLATERAL_MISMATCH. */
export function expectAbout(key: CollateralKey, documents: ReadDocuments): void {
  const { tcbInfo, qeIdentity, pckCrl } = documents
  const id = key.tee === 'tdx' ? 'TDX' : 'SGX'
  const enclave = key.tee === 'tdx' ? 'TD_QE' : 'QE'
  const fmspc = encodeHex(tcbInfo.fmspc)
  expect('tcbInfo.id', id, tcbInfo.id)
  expect('tcbInfo.fmspc', key.fmspc, fmspc)
  if (qeIdentity !== undefined) expect('enclaveIdentity.id', enclave, qeIdentity.id)
  expect('pckCrl.issuer', key.ca, caOfCrl(pckCrl))

  function expect(path: string, expected: string, actual: string | undefined): void {
    if (expected === actual) return
    throw new CollateralError('COLLATERAL_MISMATCH', undefined, {
      details: { path, expected, actual, key: nameKey(key) },
    })
  }
}
