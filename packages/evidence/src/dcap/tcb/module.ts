/** Is the TDX module the one that TCB info names? */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { EvidenceError } from '../../errors.ts'
import type { TcbInfo } from '../collateral/types.ts'
import type { TdReportBody } from '../quote/types.ts'
import { findModuleIdentity, moduleIdOf } from './enclave.ts'

/**
 * Compares the signer and the SEAM attributes of the module a TD was launched with to TCB info (specification page,
 * sections 4.7 and 9): to `tdxModule` for major version 0, else to the identity of that version alone. Both the quote's
 * and the published attributes must be zero; the published mask is not applied.
 *
 * Throws DCAP_TDX_MODULE_UNKNOWN, DCAP_TDX_MODULE_SIGNER_MISMATCH, DCAP_TDX_MODULE_ATTRIBUTES_INVALID. Does not judge
 * the module's version, which is a matter of levels, nor the module that runs now.
 */
export function verifyTdxModule(body: TdReportBody, tcbInfo: TcbInfo): void {
  const id = moduleIdOf(body.teeTcbSvn)
  const module = id === undefined ? tcbInfo.tdxModule : findModuleIdentity(tcbInfo.tdxModuleIdentities, id)
  if (module === undefined) {
    throw new EvidenceError('DCAP_TDX_MODULE_UNKNOWN', undefined, {
      details: {
        path: 'tdxModule',
        expected: tcbInfo.tdxModuleIdentities.map((identity) => identity.id),
        actual: id ?? 'tdxModule',
      },
    })
  }
  if (!equalBytes(body.mrSignerSeam, module.mrSigner)) {
    throw new EvidenceError('DCAP_TDX_MODULE_SIGNER_MISMATCH', undefined, {
      details: {
        path: 'body.mrSignerSeam',
        expected: encodeHex(module.mrSigner),
        actual: encodeHex(body.mrSignerSeam),
      },
    })
  }
  if (body.seamAttributes !== 0n || module.attributes.some((byte) => byte !== 0)) {
    throw new EvidenceError('DCAP_TDX_MODULE_ATTRIBUTES_INVALID', undefined, {
      details: {
        path: 'body.seamAttributes',
        expected: '0x0',
        actual: `0x${body.seamAttributes.toString(16)}`,
        published: encodeHex(module.attributes),
      },
    })
  }
}
