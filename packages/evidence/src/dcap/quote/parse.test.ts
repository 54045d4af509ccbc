import { concatBytes, u16le, u32le } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import { decodePlatformCertificationData } from './certification-data.ts'
import { INTEL_QE_VENDOR_ID, QUOTE_MAX_BYTES } from './layout.ts'
import { parseQuote } from './parse.ts'
import { parseSgxReportBody } from './sgx-report.ts'

/** `count` bytes that tell fields apart. */
const filled = (count: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => (seed + i) & 255)

interface Parts {
  version: number
  keyType: number
  teeType: number
  vendor: Uint8Array
  bodyType: number
  bodySize: number
  body: Uint8Array
  authSize: number
  auth: Uint8Array
  certType: number
  certSize: number
  cert: Uint8Array
  innerTail: Uint8Array
  outerType: number
  outerSize: number
  signatureTail: Uint8Array
  signatureSize: number
  extra: Uint8Array
}

const FORMS = {
  'SGX v3': { version: 3, teeType: 0, bodyType: 1, size: 384 },
  'SGX v4': { version: 4, teeType: 0, bodyType: 1, size: 384 },
  'TDX v4': { version: 4, teeType: 0x81, bodyType: 2, size: 584 },
  'SGX v5': { version: 5, teeType: 0, bodyType: 1, size: 384 },
  'TDX v5 TD 1.0': { version: 5, teeType: 0x81, bodyType: 2, size: 584 },
  'TDX v5 TD 1.5': { version: 5, teeType: 0x81, bodyType: 3, size: 648 },
  'TDX v5 TD 1.5 extended': { version: 5, teeType: 0x81, bodyType: 4, size: 885 },
} as const
type Form = keyof typeof FORMS

/** A quote built from the layout tables of the specification page, with any part replaced. */
function buildQuote(form: Form, change: Partial<Parts> = {}): Uint8Array {
  const { version, teeType, bodyType, size } = FORMS[form]
  const auth = change.auth ?? filled(32, 0x70)
  const cert = change.cert ?? filled(100, 0x80)
  const p: Parts = {
    version,
    keyType: 2,
    teeType,
    vendor: Uint8Array.from(INTEL_QE_VENDOR_ID),
    bodyType,
    bodySize: size,
    body: filled(size, 3),
    authSize: auth.length,
    certType: 5,
    certSize: cert.length,
    innerTail: new Uint8Array(),
    outerType: 6,
    outerSize: -1,
    signatureTail: new Uint8Array(),
    signatureSize: -1,
    extra: new Uint8Array(),
    ...change,
    auth,
    cert,
  }
  const header = concatBytes(
    u16le(p.version),
    u16le(p.keyType),
    u32le(p.teeType),
    u16le(0x1122),
    u16le(0x3344),
    p.vendor,
    filled(20, 0x40),
  )
  const descriptor = version === 5 ? concatBytes(u16le(p.bodyType), u32le(p.bodySize)) : new Uint8Array()
  const inner = concatBytes(
    filled(384, 0x10),
    filled(64, 0x20),
    u16le(p.authSize),
    auth,
    u16le(p.certType),
    u32le(p.certSize),
    cert,
    p.innerTail,
  )
  const outer =
    version === 3 ? inner : concatBytes(u16le(p.outerType), u32le(p.outerSize < 0 ? inner.length : p.outerSize), inner)
  const signature = concatBytes(filled(64, 0x50), filled(64, 0x60), outer, p.signatureTail)
  const length = u32le(p.signatureSize < 0 ? signature.length : p.signatureSize)
  return concatBytes(header, descriptor, p.body, length, signature, p.extra)
}

/** The code of the error that is thrown; anything but this package's error fails the test. */
function refusal(read: () => unknown): EvidenceErrorCode | 'accepted' {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError)
    return (error as EvidenceError).code
  }
  return 'accepted'
}

const forms = Object.keys(FORMS) as Form[]

describe('a well-formed quote', () => {
  test.each(forms)('%s: every part is where the specification puts it', (form) => {
    const bytes = buildQuote(form, { extra: filled(3, 9) })
    const quote = parseQuote(bytes)
    const { version, teeType, size } = FORMS[form]
    expect(quote.version).toBe(version)
    expect(quote.tee).toBe(teeType === 0x81 ? 'tdx' : 'sgx')
    expect(quote.header.version).toBe(version)
    expect(quote.header.teeType).toBe(teeType)
    expect(quote.header.qeSvn).toBe(0x1122)
    expect(quote.header.pceSvn).toBe(0x3344)
    expect(quote.header.userData).toEqual(filled(20, 0x40))
    expect(quote.header.bytes).toEqual(bytes.slice(0, 48))
    expect(quote.body.bytes).toEqual(filled(size, 3))
    expect(quote.signedBytes).toEqual(bytes.slice(0, (version === 5 ? 54 : 48) + size))
    expect(quote.signatureData.signature).toEqual(filled(64, 0x50))
    expect(quote.signatureData.attestationKey).toEqual(filled(64, 0x60))
    expect(quote.signatureData.qeReportBytes).toEqual(filled(384, 0x10))
    expect(quote.signatureData.qeReport.bytes).toEqual(filled(384, 0x10))
    expect(quote.signatureData.qeReportSignature).toEqual(filled(64, 0x20))
    expect(quote.signatureData.authData).toEqual(filled(32, 0x70))
    expect(quote.signatureData.certificationData).toEqual({ type: 5, bytes: filled(100, 0x80) })
    expect(quote.signatureData.unreadBytes).toHaveLength(0)
    expect(quote.extraBytes).toEqual(filled(3, 9))
    expect(quote.bytes).toEqual(bytes)
  })

  test('an SGX body is decoded by the offsets of section 1.2', () => {
    const bytes = filled(384, 0)
    const body = parseSgxReportBody(bytes)
    const at = (start: number, length: number): Uint8Array => bytes.slice(start, start + length)
    expect(body.cpuSvn).toEqual(at(0, 16))
    expect(body.miscSelect).toBe(0x13121110)
    expect(body.reserved1).toEqual(at(20, 12))
    expect(body.isvExtProdId).toEqual(at(32, 16))
    expect(body.attributes).toEqual({ flags: 0x3736353433323130n, xfrm: 0x3f3e3d3c3b3a3938n })
    expect(body.mrEnclave).toEqual(at(64, 32))
    expect(body.reserved2).toEqual(at(96, 32))
    expect(body.mrSigner).toEqual(at(128, 32))
    expect(body.reserved3).toEqual(at(160, 32))
    expect(body.configId).toEqual(at(192, 64))
    expect([body.isvProdId, body.isvSvn, body.configSvn]).toEqual([0x0100, 0x0302, 0x0504])
    expect(body.reserved4).toEqual(at(262, 42))
    expect(body.isvFamilyId).toEqual(at(304, 16))
    expect(body.reportData).toEqual(at(320, 64))
    expect(refusal(() => parseSgxReportBody(bytes.slice(1)))).toBe('DCAP_QUOTE_BODY_SIZE_MISMATCH')
  })

  test('an extended TD body is decoded by the offsets of section 1.3', () => {
    const bytes = filled(885, 0)
    const { body } = parseQuote(buildQuote('TDX v5 TD 1.5 extended', { body: bytes }))
    if (body.kind !== 'td15ex') throw new Error(body.kind)
    const at = (start: number, length: number): Uint8Array => bytes.slice(start, start + length)
    expect(body.teeTcbSvn).toEqual(at(0, 16))
    expect(body.mrSeam).toEqual(at(16, 48))
    expect(body.mrSignerSeam).toEqual(at(64, 48))
    expect(body.seamAttributes).toBe(0x7776757473727170n)
    expect(body.tdAttributes).toBe(0x7f7e7d7c7b7a7978n)
    expect(body.xfam).toBe(0x8786858483828180n)
    expect(body.mrTd).toEqual(at(136, 48))
    expect(body.mrConfigId).toEqual(at(184, 48))
    expect(body.mrOwner).toEqual(at(232, 48))
    expect(body.mrOwnerConfig).toEqual(at(280, 48))
    expect(body.rtmr).toEqual([at(328, 48), at(376, 48), at(424, 48), at(472, 48)])
    expect(body.reportData).toEqual(at(520, 64))
    expect(body.teeTcbSvn2).toEqual(at(584, 16))
    expect(body.mrServiceTd).toEqual(at(600, 48))
    expect(body.vmId).toBe(648 & 255)
    expect(body.tdId).toEqual(at(649, 32))
    expect(body.deviceInfo).toEqual(at(681, 48))
    expect(body.initServiceTdHash).toEqual(at(729, 48))
    expect(body.initServiceTdAttributes).toBe(0x100f0e0d0c0b0a09n)
    expect(body.initCpuSvn).toEqual(at(785, 16))
    expect(body.initTeeTcbSvn).toEqual(at(801, 16))
    expect(body.initTeeFmspc).toEqual(at(817, 12))
    expect(body.currentServiceTdHash).toEqual(at(829, 48))
    expect(body.currentServiceTdAttributes).toBe(0x74737271706f6e6dn)
  })

  test('the views share the memory of the input and are plain arrays even of a Node buffer', () => {
    const bytes = buildQuote('TDX v4')
    const quote = parseQuote(Buffer.from(bytes.buffer))
    expect(quote.body.bytes.buffer).toBe(bytes.buffer)
    expect(quote.body.bytes.constructor).toBe(Uint8Array)
    expect(quote.bytes.constructor).toBe(Uint8Array)
  })

  test.each([
    [1, 36, 16],
    [2, 276, 256],
    [3, 404, 384],
  ])('certification data of type %i is decoded', (certType, size, ppidBytes) => {
    const cert = filled(size, 0)
    const { certificationData } = parseQuote(buildQuote('TDX v4', { certType, cert })).signatureData
    expect(decodePlatformCertificationData(certificationData)).toEqual({
      ppid: cert.slice(0, ppidBytes),
      encrypted: certType !== 1,
      cpuSvn: cert.slice(ppidBytes, ppidBytes + 16),
      pceSvn: cert[size - 4]! | (cert[size - 3]! << 8),
      pceId: cert[size - 2]! | (cert[size - 1]! << 8),
    })
  })

  test('certification data without a platform form, or of a wrong size, decodes to nothing', () => {
    expect(decodePlatformCertificationData({ type: 5, bytes: filled(36, 0) })).toBeUndefined()
    expect(decodePlatformCertificationData({ type: 3, bytes: filled(405, 0) })).toBeUndefined()
  })
})

const malformed: readonly [name: string, form: Form, change: Partial<Parts>, code: EvidenceErrorCode][] = [
  ['version 0', 'TDX v4', { version: 0 }, 'DCAP_QUOTE_VERSION_UNSUPPORTED'],
  ['version 2', 'TDX v4', { version: 2 }, 'DCAP_QUOTE_VERSION_UNSUPPORTED'],
  ['version 6', 'TDX v5 TD 1.5', { version: 6 }, 'DCAP_QUOTE_VERSION_UNSUPPORTED'],
  ['version 0x0400, the wrong byte order', 'TDX v4', { version: 0x0400 }, 'DCAP_QUOTE_VERSION_UNSUPPORTED'],
  ['an EPID key type', 'SGX v3', { keyType: 0 }, 'DCAP_QUOTE_KEY_TYPE_UNSUPPORTED'],
  ['a P-384 key type', 'TDX v4', { keyType: 3 }, 'DCAP_QUOTE_KEY_TYPE_UNSUPPORTED'],
  ['a TEE type of neither', 'TDX v4', { teeType: 0x82 }, 'DCAP_QUOTE_TEE_UNKNOWN'],
  ['a TDX header in version 3', 'SGX v3', { teeType: 0x81 }, 'DCAP_QUOTE_TEE_UNKNOWN'],
  ['a foreign vendor', 'TDX v4', { vendor: filled(16, 1) }, 'DCAP_QUOTE_VENDOR_UNKNOWN'],
  ['an SGX header before a TD body', 'TDX v4', { teeType: 0 }, 'DCAP_QUOTE_TRUNCATED'],
  ['a body type of 0', 'TDX v5 TD 1.5', { bodyType: 0 }, 'DCAP_QUOTE_BODY_TYPE_UNSUPPORTED'],
  ['a body type of 5', 'TDX v5 TD 1.5', { bodyType: 5 }, 'DCAP_QUOTE_BODY_TYPE_UNSUPPORTED'],
  ['an SGX body type in a TDX quote', 'TDX v5 TD 1.5', { bodyType: 1 }, 'DCAP_QUOTE_BODY_TEE_MISMATCH'],
  ['a TD body type in an SGX quote', 'SGX v5', { bodyType: 2 }, 'DCAP_QUOTE_BODY_TEE_MISMATCH'],
  ['a body size of one less', 'TDX v5 TD 1.0', { bodySize: 583 }, 'DCAP_QUOTE_BODY_SIZE_MISMATCH'],
  ['a body size of one more', 'TDX v5 TD 1.5', { bodySize: 649 }, 'DCAP_QUOTE_BODY_SIZE_MISMATCH'],
  ['the body size of another type', 'TDX v5 TD 1.5', { bodySize: 584 }, 'DCAP_QUOTE_BODY_SIZE_MISMATCH'],
  ['the largest body size', 'TDX v5 TD 1.5', { bodySize: 0xffffffff }, 'DCAP_QUOTE_BODY_SIZE_MISMATCH'],
  ['signature data of no bytes', 'SGX v3', { signatureSize: 0 }, 'DCAP_SIGNATURE_DATA_TRUNCATED'],
  ['signature data longer than the quote', 'TDX v4', { signatureSize: 0xffffffff }, 'DCAP_QUOTE_TRUNCATED'],
  ['authentication data too large', 'SGX v3', { authSize: 0xffff }, 'DCAP_SIGNATURE_DATA_TRUNCATED'],
  ['authentication data too small', 'SGX v3', { authSize: 31 }, 'DCAP_CERTIFICATION_DATA_TYPE_UNSUPPORTED'],
  ['certification data type 0', 'SGX v3', { certType: 0 }, 'DCAP_CERTIFICATION_DATA_TYPE_UNSUPPORTED'],
  ['certification data type 6 inside', 'TDX v4', { certType: 6 }, 'DCAP_CERTIFICATION_DATA_TYPE_UNSUPPORTED'],
  ['certification data type 7', 'TDX v4', { certType: 7 }, 'DCAP_CERTIFICATION_DATA_TYPE_UNSUPPORTED'],
  ['an outer type of 5', 'TDX v4', { outerType: 5 }, 'DCAP_CERTIFICATION_DATA_TYPE_UNSUPPORTED'],
  ['an outer size of nothing', 'TDX v4', { outerSize: 0 }, 'DCAP_SIGNATURE_DATA_TRUNCATED'],
  ['an outer size past the end', 'TDX v4', { outerSize: 0xffffffff }, 'DCAP_SIGNATURE_DATA_TRUNCATED'],
  ['certification data past its container', 'TDX v4', { certSize: 101 }, 'DCAP_SIGNATURE_DATA_TRUNCATED'],
  ['certification data of 4 GiB', 'SGX v3', { certSize: 0xffffffff }, 'DCAP_SIGNATURE_DATA_TRUNCATED'],
  ['certification data short of its container', 'TDX v4', { certSize: 99 }, 'DCAP_CERTIFICATION_DATA_UNREAD'],
  ['a byte after the nested data', 'TDX v4', { innerTail: filled(1, 0) }, 'DCAP_CERTIFICATION_DATA_UNREAD'],
  ['a byte after the outer data', 'TDX v4', { signatureTail: filled(1, 0) }, 'DCAP_SIGNATURE_DATA_UNREAD'],
  ['a byte after the certification data', 'SGX v3', { signatureTail: filled(1, 0) }, 'DCAP_SIGNATURE_DATA_UNREAD'],
  [
    'type 3 of the wrong size',
    'TDX v4',
    { certType: 3, cert: filled(403, 0) },
    'DCAP_CERTIFICATION_DATA_SIZE_MISMATCH',
  ],
  ['an empty chain', 'TDX v4', { cert: new Uint8Array() }, 'DCAP_CERTIFICATION_DATA_EMPTY'],
  ['an empty leaf', 'SGX v3', { certType: 4, cert: new Uint8Array() }, 'DCAP_CERTIFICATION_DATA_EMPTY'],
  ['a quote beyond any size', 'TDX v4', { extra: new Uint8Array(QUOTE_MAX_BYTES) }, 'DCAP_QUOTE_SIZE_EXCESSIVE'],
]

describe('a malformed quote is refused', () => {
  test.each(malformed)('%s', (_name, form, change, code) => {
    expect(refusal(() => parseQuote(buildQuote(form)))).toBe('accepted')
    expect(refusal(() => parseQuote(buildQuote(form, change)))).toBe(code)
  })

  test('the error says what was expected and what came', () => {
    const bytes = buildQuote('TDX v5 TD 1.5', { bodySize: 584 })
    expect(() => parseQuote(bytes)).toThrow(
      expect.objectContaining({ details: { path: 'bodySize', expected: 648, actual: 584, type: 3 }, status: 400 }),
    )
  })

  test.each(forms)('%s: truncated at every offset', (form) => {
    const bytes = buildQuote(form)
    for (let end = 0; end < bytes.length; end++) {
      expect(refusal(() => parseQuote(bytes.subarray(0, end)))).toMatch(/_TRUNCATED$/)
    }
  })

  test('bytes that are not zero after the quote, under the strict padding option', () => {
    const zeros = buildQuote('TDX v4', { extra: new Uint8Array(70) })
    expect(parseQuote(zeros, { strictPadding: true }).extraBytes).toHaveLength(70)
    const trailing = buildQuote('TDX v4', { extra: Uint8Array.of(0, 0, 1) })
    expect(parseQuote(trailing).extraBytes).toEqual(Uint8Array.of(0, 0, 1))
    expect(refusal(() => parseQuote(trailing, { strictPadding: true }))).toBe('DCAP_QUOTE_PADDING_NOT_ZERO')
  })

  test('lenient reading exposes unread bytes and odd sizes instead of refusing them', () => {
    const lenient = { lenientSignatureData: true }
    for (const form of ['SGX v3', 'TDX v4'] as const) {
      const unread = parseQuote(buildQuote(form, { signatureTail: filled(4, 7) }), lenient)
      expect(unread.signatureData.unreadBytes).toEqual(filled(4, 7))
      expect(unread.signatureData.certificationData.bytes).toEqual(filled(100, 0x80))
    }
    const odd = parseQuote(buildQuote('TDX v4', { certType: 3, cert: filled(5, 0) }), lenient)
    expect(odd.signatureData.certificationData.bytes).toHaveLength(5)
    const nested = buildQuote('TDX v4', { innerTail: filled(1, 0) })
    expect(refusal(() => parseQuote(nested, lenient))).toBe('DCAP_CERTIFICATION_DATA_UNREAD')
  })
})

describe('properties', () => {
  test('arbitrary bytes are a quote or raise an error of this package', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.constantFrom(...forms), fc.nat(700), (noise, form, at) => {
        refusal(() => parseQuote(noise))
        const bytes = buildQuote(form)
        bytes.set(noise.subarray(0, bytes.length - at), at)
        refusal(() => parseQuote(bytes))
      }),
      { numRuns: 200 },
    )
  })

  test('what is parsed is what was built', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...forms),
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.uint8Array({ maxLength: 80 }),
        (form, auth, cert, extra) => {
          const quote = parseQuote(buildQuote(form, { auth, cert, extra }))
          expect(quote.signatureData.authData).toEqual(auth)
          expect(quote.signatureData.certificationData.bytes).toEqual(cert)
          expect(quote.extraBytes).toEqual(extra)
        },
      ),
      { numRuns: 200 },
    )
  })
})
