import { decodeBase64, decodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parsePem } from '@veritee/codec/pem'
import { EvidenceError } from '../errors.ts'
import { recognizeJson } from './json.ts'
import type { RecognizedContent, Wrapping } from './types.ts'

/** Three parts in the URL alphabet, the first of which starts like `{"`: a JSON header. */
const TOKEN = /^ey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/
const HEX = /^(?:0x)?[0-9a-f]+$/i
/** What this project writes a root of Hygon under, which is no X.509 certificate. */
const HYGON_LABEL = 'HYGON ROOT KEY'
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/

/** Recognises a text that is something by itself: PEM, JSON or a token. */
export function recognizeDocument(text: string): RecognizedContent | undefined {
  // JSON first: its members may hold PEM.
  if (text.startsWith('{') || text.startsWith('[')) return recognizeJson(text)
  if (text.includes('-----BEGIN ')) return recognizePem(text)
  return TOKEN.test(text) ? { kind: 'token', token: text } : undefined
}

/** What the text may be an encoding of; hex text is base64 as well, so both are given. */
export function decodeText(text: string): readonly { readonly wrapping: Wrapping; readonly bytes: Uint8Array }[] {
  const compact = text.replace(/\s+/g, '')
  const found: { wrapping: Wrapping; bytes: Uint8Array }[] = []
  if (HEX.test(compact) && compact.length % 2 === 0) {
    found.push({ wrapping: 'hex', bytes: decodeHex(compact.replace(/^0x/i, '')) })
  }
  const base64 = BASE64.test(compact) ? tryBase64(compact) : undefined
  if (base64 !== undefined) found.push({ wrapping: 'base64', bytes: base64 })
  return found
}

/** Either alphabet, with or without padding. */
function tryBase64(text: string): Uint8Array | undefined {
  const bare = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
  try {
    return decodeBase64(bare.padEnd(Math.ceil(bare.length / 4) * 4, '='))
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    return undefined
  }
}

function recognizePem(text: string): RecognizedContent | undefined {
  const blocks = readPem(text)
  const [hygon] = blocks.filter(({ label }) => label === HYGON_LABEL)
  if (hygon !== undefined && blocks.length === 1) return { kind: 'hygon-certificates', bytes: hygon.der }
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE').map(({ der }) => der)
  const crls = blocks.filter(({ label }) => label === 'X509 CRL').map(({ der }) => der)
  return certificates.length + crls.length === 0 ? undefined : { kind: 'x509', certificates, crls }
}

function readPem(text: string): ReturnType<typeof parsePem> {
  try {
    return parsePem(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new EvidenceError('EVIDENCE_ENCODING_INVALID', undefined, {
      details: { path: 'input', expected: 'well-formed PEM' },
      cause,
    })
  }
}
