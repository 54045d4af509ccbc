/** TCB info: the levels Intel publishes for one platform family. */
import { EvidenceError } from '../../errors.ts'
import { readEnclaveLevels, readPlatformLevels } from './levels.ts'
import { type Members, openDocument } from './members.ts'
import type { DocumentDates, TcbInfo, TdxModule, TdxModuleIdentity } from './types.ts'

const INVALID = 'DCAP_TCB_INFO_INVALID'

/** How documents are read. */
export interface DocumentOptions {
  /** Reads by parity rules. Default false. */
  readonly parity?: boolean
}

/**
 * Reads the value of a `tcbInfo` member (specification page, sections 4.4 and 9), version 3 or, for SGX, 2.
 *
 * Throws DCAP_TCB_INFO_INVALID and DCAP_TCB_INFO_VERSION_UNSUPPORTED. Does not check the signature, the dates, or that
 * the document is about the platform at hand.
 */
export function parseTcbInfo(text: string, options: DocumentOptions = {}): TcbInfo {
  const parity = options.parity === true
  const document = openDocument(text, 'tcbInfo', INVALID, parity)
  const version = readVersion(document)
  const id = version === 2 ? 'SGX' : document.choice('id', ['SGX', 'TDX'])
  const tdx = id === 'TDX'
  if (document.integer('tcbType') !== 0) throw document.error('tcbType', 0, 'another number')
  if (!tdx && (document.has('tdxModule') || document.has('tdxModuleIdentities'))) {
    throw document.error('tdxModule', 'absent in an SGX document', 'present')
  }
  return {
    version,
    id,
    ...readDates(document),
    fmspc: document.hex('fmspc', 6),
    pceId: document.hex('pceId', 2),
    levels: readPlatformLevels(document, { version, tdx, parity }),
    ...(tdx ? { tdxModule: readModule(document.object('tdxModule')) } : {}),
    tdxModuleIdentities: tdx ? readModuleIdentities(document, parity) : [],
  }
}

/** Reads the dates and the number that both signed documents carry. */
export function readDates(document: Members): DocumentDates {
  return {
    issuedAt: document.date('issueDate'),
    nextUpdateAt: document.date('nextUpdate'),
    tcbEvaluationDataNumber: document.integer('tcbEvaluationDataNumber'),
  }
}

function readVersion(document: Members): 2 | 3 {
  const version = document.integer('version')
  if (version !== 2 && version !== 3) {
    throw document.error('version', '3, or 2 for SGX', version, 'DCAP_TCB_INFO_VERSION_UNSUPPORTED')
  }
  return version
}

function readModule(module: Members): TdxModule {
  return {
    mrSigner: module.hex('mrsigner', 48),
    attributes: module.hex('attributes', 8),
    attributesMask: module.hex('attributesMask', 8),
  }
}

function readModuleIdentities(document: Members, parity: boolean): readonly TdxModuleIdentity[] {
  if (!document.has('tdxModuleIdentities')) return []
  const identities = document.list('tdxModuleIdentities').map((identity) => ({
    id: identity.text('id'),
    ...readModule(identity),
    levels: readEnclaveLevels(identity, { parity, anyStatus: parity }),
  }))
  const ids = new Set(identities.map((identity) => identity.id.toUpperCase()))
  if (!parity && ids.size !== identities.length) {
    throw new EvidenceError(INVALID, undefined, {
      details: {
        path: 'tcbInfo.tdxModuleIdentities',
        expected: 'identities with different ids',
        actual: 'one id twice',
      },
    })
  }
  return identities
}
