/** The right answers of PCS and PCCS (specification page, section 3). */
import { decodeHex, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { encodePem, parsePem } from '@veritee/codec/pem'
import type { PckCa } from '@veritee/evidence/dcap/pck'
import type { DcapTee } from '@veritee/evidence/dcap/quote'
import { ROOT_CRL_URI } from '../dcap/authorities.ts'
import { signDocument } from '../dcap/documents/signed-document.ts'
import { downgradeTcbInfo } from '../dcap/documents/tcb-info-v2.ts'
import type { DcapWorld, TcbUpdate } from '../dcap/types.ts'
import { openWorld } from '../dcap/world.ts'

/** One answer before faults. */
export interface PccsAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const ROUTE = /^\/(sgx|tdx)\/certification\/v([34])\/([a-z/]+)$/

/** Answers one request about a world as it is now. */
export function answerRequest(world: DcapWorld, url: URL): PccsAnswer {
  const route = ROUTE.exec(url.pathname)
  if (route === null) return refuse(404, 'No such route')
  const [, tee, version, resource] = route as unknown as [string, DcapTee, '3' | '4', string]
  if (tee === 'tdx' && version === '3') return refuse(404, 'TDX needs version 4')
  const query = url.searchParams
  if (resource === 'tcb') return answerTcb(world, tee, version, query)
  if (resource === 'qe/identity') return answerIdentity(world, tee, query)
  if (tee === 'tdx') return refuse(404, 'No such route')
  if (resource === 'pckcrl') return answerPckCrl(world, version, query)
  if (resource === 'rootcacrl') return text(world.collateral('sgx').root_ca_crl, {})
  if (resource === 'crl') return answerCrl(world, query)
  if (resource === 'pckcert') return answerPckCert(world, query)
  if (resource === 'fmspcs') {
    return json([{ fmspc: world.recipe.fmspc.toUpperCase(), platform: 'E5' }], {})
  }
  return refuse(404, 'No such route')
}

function answerTcb(world: DcapWorld, tee: DcapTee, version: '3' | '4', query: URLSearchParams): PccsAnswer {
  const fmspc = query.get('fmspc')
  if (fmspc === null || !/^[0-9A-Fa-f]{12}$/.test(fmspc)) return refuse(400, 'Invalid FMSPC')
  const update = chooseUpdate(world, query)
  if (typeof update !== 'string') return update
  if (fmspc.toLowerCase() !== world.recipe.fmspc) return refuse(404, 'No cache data for this platform')
  const bundle = world.collateral(tee, update)
  if (version === '4') {
    return text(`{"tcbInfo":${bundle.tcb_info},"signature":"${bundle.tcb_info_signature}"}`, {
      'TCB-Info-Issuer-Chain': encodeURIComponent(bundle.tcb_info_issuer_chain),
    })
  }
  const { tcbInfo } = world.draft(tee, {}, update)
  const old = signDocument({ value: downgradeTcbInfo(tcbInfo.value), signer: tcbInfo.signer })
  return text(`{"tcbInfo":${old.text},"signature":"${old.signature}"}`, {
    'SGX-TCB-Info-Issuer-Chain': encodeURIComponent(bundle.tcb_info_issuer_chain),
  })
}

function answerIdentity(world: DcapWorld, tee: DcapTee, query: URLSearchParams): PccsAnswer {
  const update = chooseUpdate(world, query)
  if (typeof update !== 'string') return update
  const bundle = world.collateral(tee, update)
  return text(`{"enclaveIdentity":${bundle.qe_identity},"signature":"${bundle.qe_identity_signature}"}`, {
    'SGX-Enclave-Identity-Issuer-Chain': encodeURIComponent(bundle.qe_identity_issuer_chain),
  })
}

function answerPckCrl(world: DcapWorld, version: '3' | '4', query: URLSearchParams): PccsAnswer {
  const ca = query.get('ca')
  if (ca !== 'processor' && ca !== 'platform') return refuse(400, 'Invalid CA')
  const { pck_crl, pck_crl_issuer_chain } = ofCa(world, ca).collateral('sgx')
  const headers = { 'SGX-PCK-CRL-Issuer-Chain': encodeURIComponent(pck_crl_issuer_chain) }
  const encoding = query.get('encoding')
  if (encoding === 'der') return answer(decodeHex(pck_crl), 'application/pkix-crl', headers)
  if (encoding === null && version === '3') return text(pck_crl, headers)
  if (encoding !== null && encoding !== 'pem') return refuse(400, 'Invalid encoding')
  return answer(encodeUtf8(encodePem('X509 CRL', decodeHex(pck_crl))), 'application/x-pem-file', headers)
}

function answerCrl(world: DcapWorld, query: URLSearchParams): PccsAnswer {
  const uri = query.get('uri')
  if (uri === null || uri.length > 2048) return refuse(400, 'Invalid URI')
  if (uri !== ROOT_CRL_URI) return refuse(404, 'No cache data for this URI')
  return answer(decodeHex(world.collateral('sgx').root_ca_crl), 'application/pkix-crl', {})
}

function answerPckCert(world: DcapWorld, query: URLSearchParams): PccsAnswer {
  const [qeId, pceId] = [query.get('qeid'), query.get('pceid')]
  if (qeId === null || pceId === null) return refuse(400, 'Invalid parameters')
  const draft = world.draft('sgx')
  if (qeId.toLowerCase() !== encodeHex(draft.quote.userData.subarray(0, 16))) return refuse(461, 'Platform unknown')
  const [leaf, ...issuers] = parsePem(world.pckChain).map(({ label, der }) => encodePem(label, der))
  return answer(encodeUtf8(leaf!), 'application/x-pem-file', {
    'SGX-PCK-Certificate-Issuer-Chain': encodeURIComponent(issuers.join('')),
    'SGX-TCBm': `${encodeHex(draft.pck.cpuSvn)}${encodeHex(Uint8Array.of(draft.pck.pceSvn, 0))}`,
    'SGX-FMSPC': world.recipe.fmspc.toUpperCase(),
    'SGX-PCK-Certificate-CA-Type': world.recipe.ca,
  })
}

/** The data set a request asks for, or the refusal of what it asks for. */
function chooseUpdate(world: DcapWorld, query: URLSearchParams): TcbUpdate | PccsAnswer {
  const [update, number] = [query.get('update'), query.get('tcbEvaluationDataNumber')]
  if (update !== null && number !== null) return refuse(400, 'Both update and tcbEvaluationDataNumber')
  if (number !== null) {
    const beyond = Number(number) - world.recipe.evaluationDataNumber
    if (beyond < 0) return refuse(410, 'Older than the standard data set')
    if (beyond > 1 || Number.isNaN(beyond)) return refuse(404, 'Newer than the early data set')
    return beyond === 1 ? 'early' : 'standard'
  }
  if (update !== null && update !== 'early' && update !== 'standard') return refuse(400, 'Invalid update type')
  return update ?? 'standard'
}

/** The same world as platforms of one CA see it. */
function ofCa(world: DcapWorld, ca: PckCa): DcapWorld {
  return world.recipe.ca === ca ? world : openWorld({ ...world.recipe, ca }, world.now)
}

function text(body: string, headers: PccsAnswer['headers']): PccsAnswer {
  return answer(encodeUtf8(body), body.startsWith('{') ? 'application/json' : 'text/plain', headers)
}

function json(body: unknown, headers: PccsAnswer['headers']): PccsAnswer {
  return answer(encodeUtf8(JSON.stringify(body)), 'application/json', headers)
}

function answer(body: Uint8Array, type: string, headers: PccsAnswer['headers']): PccsAnswer {
  return { status: 200, headers: { 'Content-Type': type, ...headers }, body }
}

function refuse(status: number, message: string): PccsAnswer {
  return {
    status,
    headers: { 'Content-Type': 'text/plain', 'Error-Message': message },
    body: encodeUtf8(message),
  }
}
