/** The two evidence JSON shapes that are in use for TPM quotes. */
import { concatBytes, decodeBase64, decodeHex, u16be } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parsePem } from '@veritee/codec/pem'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import { parseCertificate } from '@veritee/codec/x509'
import { EvidenceError } from '../errors.ts'
import { TpmError } from './codes.ts'
import { HASH_BYTES, identifierOfHash, TPM_ALG, type TpmHash } from './structure/algorithms.ts'
import { parseTpmQuote, type TpmQuote } from './structure/attest.ts'
import { parseTpmPublic } from './structure/public.ts'
import { parseTpmSignature } from './structure/signature.ts'
import type { QuotedBank, TpmEvidence } from './types.ts'

type Json = { readonly [name: string]: unknown }

const PCRS = 24
const BANKS: Readonly<Record<string, TpmHash>> = {
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA384: 'sha384',
  SHA512: 'sha512',
  SM3: 'sm3',
}

const BARE_HASHES = ['sha1', 'sha256', 'sha384', 'sha512'] as const

/**
 * Reads evidence JSON that was parsed already (by a strict, bounded parser), in either shape:
 * `{ak_public, tpm_quote}` or `{ak_pubkey, quote: {BANK: …}, ek_pubkey?, ek_cert?, eventlog?, aa_eventlog?}`. In the
 * second, the SM3 bank comes with an SM2 key as `{x, y}` and a whole TPMT_SIGNATURE.
 *
 * @throws EvidenceError TPM_EVIDENCE_JSON, TPM_STRUCTURE_MALFORMED and the codes of the structures inside
 */
export function parseTpmEvidence(json: unknown): TpmEvidence {
  const evidence = objectAt(json, 'evidence')
  return 'tpm_quote' in evidence ? parseSingle(evidence) : parseBanked(evidence)
}

/** One SHA-256 quote, the key as SPKI, the signature as TPMT_SIGNATURE. */
function parseSingle(evidence: Json): TpmEvidence {
  const quote = objectAt(evidence['tpm_quote'], 'tpm_quote')
  const bank: QuotedBank = {
    hash: 'sha256',
    quote: parseTpmQuote(base64At(quote['message'], 'tpm_quote.message')),
    signature: parseTpmSignature(base64At(quote['signature'], 'tpm_quote.signature')),
    pcrs: pcrsAt(quote['pcrs'], 'sha256', 'tpm_quote.pcrs'),
  }
  return {
    attestationKey: keyAt(base64At(evidence['ak_public'], 'ak_public'), 'ak_public'),
    ...certificateOf(evidence),
    banks: [bank],
    ...logsOf(evidence),
  }
}

/** A quote a bank, the key as PEM, the signature as the bare RSA signature. */
function parseBanked(evidence: Json): TpmEvidence {
  const quotes = objectAt(evidence['quote'], 'quote')
  const names = Object.keys(quotes)
  if (names.length === 0 || names.length > 4) throw misshapen('quote', '1 to 4 banks')
  const banks = names.map((name): QuotedBank => {
    const hash = BANKS[name]
    if (hash === undefined) throw misshapen(`quote.${name}`, Object.keys(BANKS).join(', '))
    const entry = objectAt(quotes[name], `quote.${name}`)
    const signature = base64At(entry['attest_sig'], `quote.${name}.attest_sig`)
    const quote = parseTpmQuote(base64At(entry['attest_body'], `quote.${name}.attest_body`))
    return {
      hash,
      quote,
      signature: hash === 'sm3' ? parseTpmSignature(signature) : bareRsaSignature(quote, signature),
      pcrs: pcrsAt(entry['pcrs'], hash, `quote.${name}.pcrs`),
    }
  })
  const { ek_pubkey: ekPublic, ek_cert: ekCertificate } = evidence
  return {
    attestationKey: publicKeyAt(evidence['ak_pubkey']),
    ...certificateOf(evidence),
    ...(isAbsent(ekPublic) ? {} : { endorsementPublic: parseTpmPublic(base64At(ekPublic, 'ek_pubkey')) }),
    ...(isAbsent(ekCertificate) ? {} : { endorsementCertificate: certificateAt(ekCertificate, 'ek_cert') }),
    banks,
    ...logsOf(evidence),
  }
}

/** The shape carries no scheme: it is RSASSA, with the hash that the PCR digest was made with too. */
function bareRsaSignature({ pcrDigest }: TpmQuote, signature: Uint8Array): QuotedBank['signature'] {
  const hash = BARE_HASHES.find((name) => HASH_BYTES[name] === pcrDigest.length)
  if (hash === undefined) throw misshapen('quote.attest_body', 'a PCR digest of 20, 32, 48 or 64 bytes')
  const scheme = concatBytes(u16be(TPM_ALG.rsassa), u16be(identifierOfHash(hash)))
  return parseTpmSignature(concatBytes(scheme, u16be(signature.length & 0xffff), signature))
}

function logsOf(evidence: Json): Pick<TpmEvidence, 'eventLog' | 'agentEventLog'> {
  const { eventlog, aa_eventlog: agent } = evidence
  return {
    ...(isAbsent(eventlog) ? {} : { eventLog: base64At(eventlog, 'eventlog') }),
    ...(isAbsent(agent) ? {} : { agentEventLog: base64At(agent, 'aa_eventlog') }),
  }
}

function certificateOf({ ak_cert: certificate }: Json): Pick<TpmEvidence, 'attestationKeyCertificate'> {
  return isAbsent(certificate) ? {} : { attestationKeyCertificate: certificateAt(certificate, 'ak_cert') }
}

/** Writers leave a member out, or put null. Anything else is read, and refused where it is of another type. */
function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined
}

function pcrsAt(value: unknown, hash: TpmHash, path: string): Uint8Array[] {
  if (!Array.isArray(value) || value.length !== PCRS) throw misshapen(path, `${PCRS} values`)
  return value.map((entry, index) => {
    const size = HASH_BYTES[hash]
    if (typeof entry !== 'string' || entry.length !== size * 2)
      throw misshapen(`${path}[${index}]`, `${size * 2} hex digits`)
    return attempt(() => decodeHex(entry), `${path}[${index}]`)
  })
}

/** PEM, or the coordinates of an SM2 point in hexadecimal. */
function publicKeyAt(value: unknown): PublicKey {
  if (typeof value === 'string') return keyAt(pemAt(value, 'PUBLIC KEY', 'ak_pubkey'), 'ak_pubkey')
  const { x, y } = objectAt(value, 'ak_pubkey')
  const coordinate = (text: unknown): Uint8Array => {
    if (typeof text !== 'string' || text.length !== 64) throw misshapen('ak_pubkey', 'PEM, or x and y of 64 hex digits')
    return decodeHex(text)
  }
  return attempt(
    () => importPublicKey({ kind: 'ec-point', curve: 'SM2', point: concatBytes(coordinate(x), coordinate(y)) }),
    'ak_pubkey',
  )
}

function keyAt(spki: Uint8Array, path: string): PublicKey {
  return attempt(() => importPublicKey({ kind: 'spki', der: spki }), path)
}

function certificateAt(pem: unknown, path: string) {
  return attempt(() => parseCertificate(pemAt(pem, 'CERTIFICATE', path)), path)
}

function pemAt(value: unknown, label: string, path: string): Uint8Array {
  if (typeof value !== 'string') throw misshapen(path, `PEM, ${label}`)
  const block = attempt(() => parsePem(value), path)[0]
  if (block?.label !== label) throw misshapen(path, `PEM, ${label}`)
  return block.der
}

function base64At(value: unknown, path: string): Uint8Array {
  if (typeof value !== 'string') throw misshapen(path, 'base64 text')
  return attempt(() => decodeBase64(value), path)
}

function objectAt(value: unknown, path: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw misshapen(path, 'an object')
  return value as Json
}

function attempt<T>(work: () => T, path: string): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof EvidenceError || !isCodedError(cause)) throw cause
    throw new TpmError('TPM_EVIDENCE_JSON', `The evidence JSON is malformed at ${path}: ${cause.message}`, {
      details: { path },
      cause,
    })
  }
}

function misshapen(path: string, expected: string): TpmError {
  return new TpmError('TPM_EVIDENCE_JSON', `The evidence JSON is malformed at ${path}.`, {
    details: { path, expected },
  })
}
