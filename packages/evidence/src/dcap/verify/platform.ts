/** Do quote, PCK certificate and collateral speak of one platform? */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { Checks } from '../../result/checks.ts'
import type { TcbInfo } from '../collateral/types.ts'
import type { PckChain } from '../pck/chain.ts'
import type { DatedCrl } from '../pck/crl.ts'
import { decodePlatformCertificationData } from '../quote/certification-data.ts'
import type { DcapQuote } from '../quote/types.ts'

/**
 * Compares PCK certificate, PCK CRL and TCB info with each other and with the quote (specification page, section 4.7,
 * steps 2 to 4).
 */
export function verifyPlatform(
  quote: DcapQuote,
  chain: PckChain,
  pckCrl: DatedCrl,
  tcbInfo: TcbInfo,
  parity: boolean,
  checks: Checks,
): void {
  const { leaf, extension } = chain
  checks.check('quote.pckCertificate', () => {
    expect(leaf.publicKey.curve === 'P-256', 'DCAP_CERTIFICATE_ALGORITHM_INVALID', 'pck', 'a key on P-256', 'another')
    if (!leaf.issuer.equals(pckCrl.issuer)) {
      const [issuer, crlIssuer] = [leaf.issuer.toString(), pckCrl.issuer.toString()]
      expect(issuer === crlIssuer, 'DCAP_PCK_CRL_ISSUER_MISMATCH', 'pckCrl', issuer, crlIssuer)
    }
  })
  if (!parity) checks.check('quote.certificationData', () => verifyCertificationData(quote, chain))
  checks.check('tcbInfo.platform', () => {
    const id = quote.tee === 'tdx' ? 'TDX' : 'SGX'
    expect(tcbInfo.id === id, 'DCAP_TCB_INFO_TEE_MISMATCH', 'tcbInfo.id', id, tcbInfo.id)
    expectBytes('DCAP_TCB_INFO_FMSPC_MISMATCH', 'tcbInfo.fmspc', extension.fmspc, tcbInfo.fmspc)
    expectBytes('DCAP_TCB_INFO_PCEID_MISMATCH', 'tcbInfo.pceId', extension.pceId, tcbInfo.pceId)
  })
}

/** Certification data of types 1 to 3 names the platform itself; it must be the one of the PCK certificate. */
function verifyCertificationData({ signatureData }: DcapQuote, { extension }: PckChain): void {
  const data = decodePlatformCertificationData(signatureData.certificationData)
  if (data === undefined) return
  const code = 'DCAP_CERTIFICATION_DATA_MISMATCH'
  const pceId = extension.pceId[0]! | (extension.pceId[1]! << 8)
  expect(data.pceId === pceId, code, 'certificationData.pceId', pceId, data.pceId)
  expect(data.pceSvn === extension.pceSvn, code, 'certificationData.pceSvn', extension.pceSvn, data.pceSvn)
  expectBytes(code, 'certificationData.cpuSvn', extension.cpuSvn, data.cpuSvn)
}

function expectBytes(code: EvidenceErrorCode, path: string, expected: Uint8Array, actual: Uint8Array): void {
  if (!equalBytes(expected, actual)) throw refuse(code, path, encodeHex(expected), encodeHex(actual))
}

function expect(holds: boolean, code: EvidenceErrorCode, path: string, expected: unknown, actual: unknown): void {
  if (!holds) throw refuse(code, path, expected, actual)
}

function refuse(code: EvidenceErrorCode, path: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError(code, undefined, { details: { path, expected, actual } })
}
