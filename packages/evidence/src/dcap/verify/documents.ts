/** The two signed documents of a collateral set. */
import { decodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { type PublicKey, verifySignature } from '@veritee/codec/signature'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { Checks } from '../../result/checks.ts'
import { rewriteDocument } from '../collateral/json/rewrite.ts'
import { parseQeIdentity } from '../collateral/qe-identity.ts'
import { parseTcbInfo } from '../collateral/tcb-info.ts'
import type { DcapCollateral, QeIdentity, TcbInfo } from '../collateral/types.ts'
import type { ChainContext } from '../pck/context.ts'
import type { DatedCrl } from '../pck/crl.ts'
import { type SigningChain, verifySigningChain } from '../pck/signing-chain.ts'

const SIGNATURE_HEX = /^[0-9a-fA-F]{128}$/
const SIGNATURE_LENGTH = 128

/** One document and the chain that signed it. */
export interface SignedDocument<T> {
  readonly document: T
  readonly chain: SigningChain
}

/** The documents of a set, read and found to be signed by a trusted TCB signing key. */
export interface VerifiedDocuments {
  readonly tcbInfo: SignedDocument<TcbInfo>
  /** Absent only under parity rules. */
  readonly qeIdentity?: SignedDocument<QeIdentity>
}

/**
 * Reads TCB info and the quoting enclave identity and verifies both signatures over their exact text. Does not look at
 * dates, nor at what the documents are about.
 */
export async function verifyDocuments(
  collateral: DcapCollateral,
  rootCaCrl: DatedCrl,
  context: ChainContext,
  checks: Checks,
): Promise<VerifiedDocuments> {
  const { parity } = context
  const tcbInfo = await verifyDocument('tcbInfo', TCB_INFO, collateral, rootCaCrl, context, checks, (text) =>
    parseTcbInfo(text, { parity }),
  )
  if (collateral.qeIdentity === undefined) {
    const code = 'DCAP_QE_IDENTITY_MISSING'
    if (!parity) {
      checks.check('qeIdentity.present', () => {
        throw new EvidenceError(code, undefined, {
          details: { path: 'collateral.qe_identity', expected: 'a text', actual: 'absent' },
        })
      })
    }
    checks.skip('qeIdentity.signature', code, 'The collateral leaves the quoting enclave identity out.')
    return { tcbInfo }
  }
  const qeIdentity = await verifyDocument('qeIdentity', QE_IDENTITY, collateral, rootCaCrl, context, checks, (text) =>
    parseQeIdentity(text, { parity }),
  )
  return { tcbInfo, qeIdentity }
}

interface DocumentCodes {
  readonly invalid: EvidenceErrorCode
  readonly signature: EvidenceErrorCode
}

const TCB_INFO: DocumentCodes = {
  invalid: 'DCAP_TCB_INFO_INVALID',
  signature: 'DCAP_TCB_INFO_SIGNATURE_INVALID',
}
const QE_IDENTITY: DocumentCodes = {
  invalid: 'DCAP_QE_IDENTITY_INVALID',
  signature: 'DCAP_QE_IDENTITY_SIGNATURE_INVALID',
}

async function verifyDocument<T>(
  name: 'tcbInfo' | 'qeIdentity',
  codes: DocumentCodes,
  collateral: DcapCollateral,
  rootCaCrl: DatedCrl,
  context: ChainContext,
  checks: Checks,
  parse: (text: string) => T,
): Promise<SignedDocument<T>> {
  const text = collateral[name] ?? ''
  const issuerChain = name === 'tcbInfo' ? collateral.tcbInfoIssuerChain : collateral.qeIdentityIssuerChain
  const signatureText = (name === 'tcbInfo' ? collateral.tcbInfoSignature : collateral.qeIdentitySignature) ?? ''
  const chain = await verifySigningChain(issuerChain, name, rootCaCrl, context, checks)
  const document = checks.check(`${name}.form`, () => parse(text))
  await checks.wait(`${name}.signature`, async () => {
    const signature = readSignature(signatureText, name, codes)
    const signed = encodeUtf8(context.parity ? rewriteDocument(text) : text)
    if (!(await isSignedBy(context.keyOf(chain.signer), signed, signature))) {
      throw refuse(codes.signature, name, `a signature of ${chain.signer.subject} over the exact text`, 'another')
    }
  })
  return { document, chain }
}

async function isSignedBy(key: PublicKey, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (key.algorithm !== 'ec' || key.curve !== 'P-256') return false
  return await verifySignature(key, { scheme: 'ecdsa', hash: 'sha256', format: 'raw' }, data, signature)
}

function readSignature(text: string, name: string, codes: DocumentCodes): Uint8Array {
  if (SIGNATURE_HEX.test(text)) return decodeHex(text)
  const code = text.length === SIGNATURE_LENGTH ? codes.signature : codes.invalid
  throw refuse(code, `${name}Signature`, '128 hexadecimal digits', `${text.length} characters`)
}

function refuse(code: EvidenceErrorCode, path: string, expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError(code, undefined, { details: { path, expected, actual } })
}
