/** What must not pass: one row a weakness that verifiers of TPM quotes are known to have, minted by a simulated TPM. */
// biome-ignore-all lint/suspicious/noExplicitAny: evidence JSON is edited at will here
import { generateKeyPairSync, sign } from 'node:crypto'
import { concatBytes, decodeBase64, decodeHex, encodeBase64, encodeUtf8, u16be, u32be } from '@veritee/codec/bytes'
import { encodeEventLogHeader, encodeLogEvent } from '@veritee/codec/eventlog'
import { digest } from '@veritee/codec/hash'
import { parseJson } from '@veritee/codec/json'
import { parseCertificate } from '@veritee/codec/x509'
import {
  assembleTpmDraft,
  createTpmWorld,
  encodeSingleEvidence,
  type TpmDraft,
  type TpmEvidenceOptions,
  type TpmKeyKind,
} from '@veritee/simulator/tpm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EvidenceError } from '../errors.ts'
import { appraiseTpm } from './acceptance.ts'
import { parseTpmEvidence } from './evidence-json.ts'
import { parseTpmQuote } from './structure/attest.ts'
import { parseTpmPublic } from './structure/public.ts'
import { parseTpmSignature } from './structure/signature.ts'
import type { TpmTrust } from './verify/types.ts'
import { verifyTpmEvidence } from './verify/verify.ts'

const NOW = 1_790_000_000
const create = (attestation: TpmKeyKind) => createTpmWorld({ now: NOW, seed: `negative ${attestation}`, attestation })
const [rsa, p256] = [create('rsa'), create('p256')]
const P256_ORDER = Uint8Array.from(
  Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex'),
)

async function codeOf(work: () => unknown): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

function verify(
  edit: (json: any) => void,
  options: TpmEvidenceOptions = {},
  world = rsa,
  more: Partial<TpmTrust> = {},
) {
  const json: any = world.issueEvidence(options)
  edit(json)
  const authorities = [{ certificate: parseCertificate(world.authority), simulated: true }]
  return verifyTpmEvidence(parseTpmEvidence(parseJson(JSON.stringify(json))), { now: NOW, authorities, ...more })
}
const editBytes = (member: 'message' | 'signature', change: (bytes: Uint8Array) => Uint8Array) => (json: any) => {
  json.tpm_quote[member] = encodeBase64(change(decodeBase64(json.tpm_quote[member])))
}
const ecSignature = (r: Uint8Array, s: Uint8Array) => (json: any) =>
  editBytes('signature', (bytes) => concatBytes(bytes.subarray(0, 4), u16be(r.length), r, u16be(s.length), s))(json)
const quoteOf = (world: typeof p256) => parseTpmSignature(world.issueQuotes()[0]!.signature)
const SHA256 = ['SHA-256'] as const

/** Evidence whose log is replaced, with the log as given. */
const withLog = (log: Uint8Array) =>
  verify((json) => {
    json.eventlog = encodeBase64(log)
  })
const logOf = (...events: Uint8Array[]) => concatBytes(encodeEventLogHeader(['SHA-256']), ...events)

describe('refused', () => {
  const [r, s] = quoteOf(p256).parts as [Uint8Array, Uint8Array]
  it.each<[string, string, () => unknown]>([
    ['TPM_AK_UNBOUND', 'a key that nothing ties to a TPM', () => verify(() => {}, { withCertificate: false })],
    [
      'TPM_AK_CERTIFICATE_UNTRUSTED',
      'a certificate of an authority that nobody named',
      () => verify(() => {}, {}, rsa, { authorities: [] }),
    ],
    ['TPM_PCR_SELECTION', 'resettable PCRs shown as those of the boot', () => verify(() => {}, { pcrs: [16, 23] })],
    ['TPM_PCR_SELECTION', 'a quote that leaves out PCR 7', () => verify(() => {}, { pcrs: [0, 1, 2, 3, 4, 5, 6] })],
    ['TPM_PCR_SELECTION', 'no PCR at all', () => verify(() => {}, { pcrs: [] })],
    [
      'TPM_PCR_SELECTION',
      'the SHA-1 bank under the name of SHA-256',
      () =>
        verify(
          (json) => {
            json.quote = {
              SHA256: { ...json.quote.SHA1, pcrs: json.quote.SHA1.pcrs.map((pcr: string) => pcr.padEnd(64, '0')) },
            }
          },
          { banks: ['SHA1'], shape: 'banked' },
        ),
    ],
    [
      'TPM_EVIDENCE_JSON',
      'PCR texts of odd lengths that join to the same',
      () =>
        verify((json) => {
          moveDigit(json.tpm_quote.pcrs)
        }),
    ],
    [
      'TPM_EVIDENCE_JSON',
      'a PCR too many',
      () =>
        verify((json) => {
          json.tpm_quote.pcrs.push('00'.repeat(32))
        }),
    ],
    [
      'TPM_ATTEST_TYPE',
      'a certification presented as a quote',
      () => verify(editBytes('message', (bytes) => bytes.with(5, 0x17))),
    ],
    ['TPM_ATTEST_MAGIC', 'bytes that begin otherwise', () => verify(editBytes('message', (bytes) => bytes.with(0, 0)))],
    [
      'TPM_SIGNATURE_ALGORITHM',
      'a signature over SHA-1',
      () => verify(editBytes('signature', (bytes) => concatBytes(bytes.subarray(0, 2), u16be(4), bytes.subarray(4)))),
    ],
    [
      'TPM_SIGNATURE_ALGORITHM',
      'an ECDSA signature of an RSA key',
      () => verify(editBytes('signature', () => p256.issueQuotes()[0]!.signature)),
    ],
    ['TPM_SIGNATURE_INVALID', 'r of zero', () => verify(ecSignature(new Uint8Array(32), s), {}, p256)],
    ['TPM_SIGNATURE_INVALID', 's of zero', () => verify(ecSignature(r, new Uint8Array(32)), {}, p256)],
    ['TPM_SIGNATURE_INVALID', 'r of the order', () => verify(ecSignature(P256_ORDER, s), {}, p256)],
    ['TPM_SIGNATURE_INVALID', 's of the order', () => verify(ecSignature(r, P256_ORDER), {}, p256)],
    [
      'TPM_STRUCTURE_MALFORMED',
      'r of 33 bytes',
      () => verify(ecSignature(concatBytes(Uint8Array.of(1), r), s), {}, p256),
    ],
    ['TPM_STRUCTURE_MALFORMED', 'a nonce of 65 bytes', () => verify(editBytes('message', longNonce))],
    [
      'TPM_STRUCTURE_MALFORMED',
      'a nonce that ends behind the quote',
      () => verify(editBytes('message', (bytes) => bytes.with(42, 0xff))),
    ],
    ['TPM_STRUCTURE_MALFORMED', 'four thousand million banks', () => verify(editBytes('message', hostileCount))],
    [
      'TPM_STRUCTURE_MALFORMED',
      'a byte behind the quote',
      () => verify(editBytes('message', (bytes) => concatBytes(bytes, new Uint8Array(1)))),
    ],
    [
      'TPM_EVIDENCE_JSON',
      'no bank',
      () =>
        verify(
          (json) => {
            json.quote = {}
          },
          { shape: 'banked' },
        ),
    ],
    ['BOOT_LOG_MISMATCH', 'a startup locality that was not the one', () => withLog(spoofLocality(rsa.eventLog()))],
    [
      'BOOT_LOG_MISMATCH',
      'an event more behind the separators',
      () => withLog(concatBytes(rsa.eventLog(), encodeLogEvent(4, 0xd, encodeUtf8('Kernel'), ['SHA-256']))),
    ],
    ['BOOT_LOG_MALFORMED', 'two headers', () => withLog(concatBytes(logOf(), logOf()))],
    ['BOOT_LOG_MALFORMED', 'an event of four thousand million bytes', () => withLog(hostileEvent())],
    [
      'BOOT_LOG_MALFORMED',
      'four thousand million digests',
      () => withLog(concatBytes(logOf(), u32le(4), u32le(1), u32le(0xffff_ffff))),
    ],
    [
      'BOOT_LOG_ALGORITHM',
      'a log without digests of the bank',
      () =>
        withLog(concatBytes(encodeEventLogHeader(['SHA-384']), encodeLogEvent(4, 1, new Uint8Array(1), ['SHA-384']))),
    ],
  ])('%s: %s', async (code, _, work) => {
    expect(await codeOf(work)).toBe(code)
  })
})

it('TPM_BANK_WEAK: a SHA-1 bank alone is not accepted by default', () => {
  const evidence = parseTpmEvidence(parseJson(JSON.stringify(rsa.issueEvidence({ banks: ['SHA1'], shape: 'banked' }))))
  expect(appraiseTpm(evidence.banks).map((finding) => finding.code)).toEqual(['TPM_BANK_WEAK'])
  expect(appraiseTpm(evidence.banks, { allowSha1: true })).toEqual([])
})

describe('hostile bytes end in the words of this package', () => {
  const [quote] = p256.issueQuotes({ nonce: '0102' })

  it('each truncation of quote, signature and public areas', () => {
    const readers = [
      [quote!.attest, parseTpmQuote],
      [quote!.signature, parseTpmSignature],
      [p256.attestation.area, parseTpmPublic],
      [rsa.endorsement.area, parseTpmPublic],
    ] as const
    for (const [bytes, read] of readers) {
      for (let end = 0; end < bytes.length; end++) expect(() => read(bytes.subarray(0, end))).toThrow(EvidenceError)
    }
  })

  it('structures changed at random', () => {
    const readers = [
      [quote!.attest, parseTpmQuote],
      [quote!.signature, parseTpmSignature],
      [p256.endorsement.area, parseTpmPublic],
    ] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...readers),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        ([bytes, read], place, mask) => {
          const at = place % bytes.length
          try {
            read(bytes.with(at, bytes[at]! ^ mask))
          } catch (error) {
            expect(error).toBeInstanceOf(EvidenceError)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('each flipped bit of the signed bytes', async () => {
    for (let bit = 0; bit < quote!.attest.length * 8; bit += 5) {
      const flip = (bytes: Uint8Array) => bytes.with(bit >> 3, bytes[bit >> 3]! ^ (1 << (bit & 7)))
      expect(await codeOf(() => verify(editBytes('message', flip), { nonce: '0102' }, p256)), `bit ${bit}`).toMatch(
        /^TPM_/,
      )
    }
  })
})

function moveDigit(pcrs: string[]): void {
  pcrs[0] = pcrs[0]!.slice(0, -2)
  pcrs[1] = `00${pcrs[1]}`
}

/** The nonce stands behind magic, type and the name of the signer, and was empty. */
function longNonce(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes.subarray(0, 42), u16be(65), new Uint8Array(65), bytes.subarray(44))
}

/** The count of banks stands before one selection of seven bytes and a digest of 32. */
function hostileCount(bytes: Uint8Array): Uint8Array {
  const at = bytes.length - 34 - 6 - 4
  return concatBytes(bytes.subarray(0, at), u32be(0xffff_ffff), bytes.subarray(at + 4))
}

function spoofLocality(log: Uint8Array): Uint8Array {
  const at = Buffer.from(log).indexOf('StartupLocality\0') + 16
  return log.with(at, 4)
}

function hostileEvent(): Uint8Array {
  const event = encodeLogEvent(4, 1, new Uint8Array(1), SHA256)
  return logOf(concatBytes(event.subarray(0, event.length - 5), u32le(0xffff_ffff)))
}

function u32le(value: number): Uint8Array {
  return u32be(value).reverse()
}

describe('members of a wrong type are refused, never left out', () => {
  it.each(['ak_cert', 'ek_cert', 'ek_pubkey', 'eventlog', 'aa_eventlog'])('TPM_EVIDENCE_JSON: %s', async (member) => {
    const judged = async (value: unknown) =>
      codeOf(() =>
        verify(
          (json) => {
            json[member] = value
          },
          { shape: 'banked' },
          rsa,
          { allowed: [digest('sha256', rsa.attestation.spki)] },
        ),
      )
    expect(await judged(null)).toBe('accepted')
    for (const value of [5, {}, [1, 2, 3], true]) expect(await judged(value)).toBe('TPM_EVIDENCE_JSON')
  })
})

describe('certificates say what their keys may do', () => {
  const KEY_USAGE = '2.5.29.15'
  const verifyDraft = (edit: (certificates: TpmDraft['certificates']) => void) => {
    const draft = rsa.draft()
    edit(draft.certificates)
    const made = assembleTpmDraft(draft)
    const authorities = [{ certificate: parseCertificate(made.authority), simulated: true }]
    return verifyTpmEvidence(parseTpmEvidence(encodeSingleEvidence(made)), { now: NOW, authorities })
  }
  const allow = (template: TpmDraft['certificates']['ak'], bits: string) => {
    const others = template.extensions.filter(({ oid }) => oid !== KEY_USAGE)
    template.extensions = [...others, { oid: KEY_USAGE, critical: true, value: decodeHex(bits) }]
  }

  it.each<[string, string, (certificates: TpmDraft['certificates']) => void]>([
    ['TPM_AK_CERTIFICATE_INVALID', 'a key that may only encipher keys', ({ ak }) => allow(ak, '03020520')],
    [
      'TPM_AK_CERTIFICATE_UNTRUSTED',
      'an authority that may only sign lists',
      ({ authority }) => allow(authority, '03020102'),
    ],
  ])('%s: %s', async (code, _what, edit) => {
    expect(await codeOf(() => verifyDraft(() => {}))).toBe('accepted')
    expect(await codeOf(() => verifyDraft(edit))).toBe(code)
  })
})

describe('an RSA attestation key must be long enough', () => {
  const signed = (bits: number) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
    const { message, pcrs } = (rsa.issueEvidence() as any).tpm_quote
    const bytes = sign('sha256', Buffer.from(message, 'base64'), privateKey)
    const signature = encodeBase64(concatBytes(u16be(0x14), u16be(0x0b), u16be(bytes.length), bytes))
    const spki = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }))
    const evidence = { ak_public: encodeBase64(spki), tpm_quote: { message, signature, pcrs } }
    return codeOf(() => verifyTpmEvidence(parseTpmEvidence(evidence), { now: NOW, allowed: [digest('sha256', spki)] }))
  }

  it.each([
    ['accepted', 2048],
    ['TPM_SIGNATURE_ALGORITHM', 1024],
  ])('%s: %i bits', async (code, bits) => {
    expect(await signed(bits)).toBe(code)
  })
})
