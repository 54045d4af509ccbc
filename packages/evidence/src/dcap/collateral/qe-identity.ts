/** Identity of a quoting enclave: who it must be, and which of its versions are up to date. */
import { readEnclaveLevels } from './levels.ts'
import { openDocument } from './members.ts'
import { type DocumentOptions, readDates } from './tcb-info.ts'
import type { QeIdentity } from './types.ts'

/**
 * Reads the value of an `enclaveIdentity` member (specification page, sections 4.6 and 9), version 2.
 *
 * Throws DCAP_QE_IDENTITY_INVALID and DCAP_QE_IDENTITY_VERSION_UNSUPPORTED. Does not check the signature, the dates, or
 * that the identity is that of the enclave at hand.
 */
export function parseQeIdentity(text: string, options: DocumentOptions = {}): QeIdentity {
  const parity = options.parity === true
  const document = openDocument(text, 'qeIdentity', 'DCAP_QE_IDENTITY_INVALID', parity)
  const version = document.integer('version')
  if (version !== 2) throw document.error('version', 2, version, 'DCAP_QE_IDENTITY_VERSION_UNSUPPORTED')
  return {
    version,
    id: document.choice('id', ['QE', 'TD_QE', 'QVE']),
    ...readDates(document),
    miscSelect: document.hex('miscselect', 4),
    miscSelectMask: document.hex('miscselectMask', 4),
    attributes: document.hex('attributes', 16),
    attributesMask: document.hex('attributesMask', 16),
    mrSigner: document.hex('mrsigner', 32),
    isvProdId: document.integer('isvprodid'),
    levels: readEnclaveLevels(document, { parity }),
  }
}
