import { createHash, createSign, generateKeyPairSync } from 'node:crypto'
import { concatBytes, encodeUtf8, u16le, u32le, u64le } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import { parseEnclaveFile } from './enclave-file.ts'
import { parseSigstruct } from './parse.ts'
import { verifySigstruct } from './verify.ts'

const filled = (count: number, seed: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => (seed + i) & 255)
const zeros = (count: number): Uint8Array => new Uint8Array(count)
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

const SIGNER = generateKeyPairSync('rsa', { modulusLength: 3072, publicExponent: 3 })
const MODULUS = new Uint8Array(Buffer.from(SIGNER.publicKey.export({ format: 'jwk' }).n!, 'base64url').reverse())

/** A SIGSTRUCT written field by field from the table of the specification page, signed by a key made for this run. */
function buildSigstruct(change: { type?: number; date?: number; signer?: typeof SIGNER } = {}): Uint8Array {
  const first = concatBytes(
    hex('06000000e100000000000100'),
    u32le(change.type ?? 0),
    u32le(0x8086),
    u32le(change.date ?? 0x20240229),
    hex('01010000600000006000000001000000'),
    u32le(0x0a0b0c0d),
    zeros(84),
  )
  const second = concatBytes(
    u32le(1),
    u32le(0xfffffffe),
    zeros(4),
    filled(16, 0x11),
    u64le(0x4n),
    u64le(0x3n),
    u64le(0xfffffffffffffffdn),
    u64le(0xffffffffffffff1bn),
    filled(32, 0x22),
    zeros(16),
    filled(16, 0x33),
    u16le(77),
    u16le(5),
  )
  const signature = createSign('sha256')
    .update(first)
    .update(second)
    .sign((change.signer ?? SIGNER).privateKey)
  return concatBytes(first, MODULUS, u32le(3), new Uint8Array(signature).reverse(), second, zeros(12), zeros(768))
}

interface EnclaveChange {
  readonly noteName?: Uint8Array
  readonly descriptorSize?: number
  readonly magic?: bigint
  readonly sectionName?: string
  readonly sigstruct?: Uint8Array
  readonly alignment?: number
  readonly before?: number
}

/** A signed enclave library with nothing in it but a name table and the metadata note. */
function buildEnclave(change: EnclaveChange = {}): Uint8Array {
  const metadata = concatBytes(
    u64le(change.magic ?? 0x86a80294635d0e4cn),
    u64le(0x200000004n),
    u32le(0x5000),
    u32le(1),
    u32le(1),
    u32le(0xa40),
    u32le(0),
    u32le(1),
    u64le(0x800000n),
    zeros(change.before ?? 16),
    change.sigstruct ?? buildSigstruct(),
    zeros(100),
  )
  const name = change.noteName ?? encodeUtf8('sgx_metadata\0')
  const alignment = change.alignment ?? 8
  const note = concatBytes(
    u32le(name.length),
    u32le(change.descriptorSize ?? metadata.length),
    u32le(1),
    name,
    metadata,
    zeros((alignment - ((12 + name.length + metadata.length) % alignment)) % alignment),
  )
  const names = encodeUtf8(`\0.shstrtab\0${change.sectionName ?? '.note.sgxmeta'}\0`)
  const noteAt = 64 + names.length
  const tableAt = noteAt + note.length
  const section = (nameAt: number, type: number, offset: number, size: number): Uint8Array =>
    concatBytes(
      u32le(nameAt),
      u32le(type),
      u64le(0n),
      u64le(0n),
      u64le(BigInt(offset)),
      u64le(BigInt(size)),
      u32le(0),
      u32le(0),
      u64le(BigInt(alignment)),
      u64le(0n),
    )
  const header = concatBytes(
    hex('7f454c46020101000000000000000000'),
    u16le(3),
    u16le(62),
    u32le(1),
    u64le(0n),
    u64le(0n),
    u64le(BigInt(tableAt)),
    u32le(0),
    u16le(64),
    u16le(56),
    u16le(0),
    u16le(64),
    u16le(3),
    u16le(1),
  )
  return concatBytes(
    header,
    names,
    note,
    zeros(64),
    section(1, 3, 64, names.length),
    section(11, 7, noteAt, note.length),
  )
}

function refusal(read: () => unknown): EvidenceErrorCode | 'accepted' {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(EvidenceError)
    return (error as EvidenceError).code
  }
  return 'accepted'
}

describe('SIGSTRUCT', () => {
  test('is read by the offsets of section 1.8', () => {
    const sigstruct = parseSigstruct(buildSigstruct())
    expect(sigstruct).toMatchObject({
      debugSigned: false,
      vendor: 0x8086,
      date: '2024-02-29',
      hwVersion: 0x0a0b0c0d,
      exponent: 3,
      miscSelect: 1,
      miscMask: 0xfffffffe,
      attributes: { flags: 4n, xfrm: 3n },
      attributeMask: { flags: 0xfffffffffffffffdn, xfrm: 0xffffffffffffff1bn },
      isvProdId: 77,
      isvSvn: 5,
    })
    expect(sigstruct.modulus).toEqual(MODULUS)
    expect(sigstruct.isvFamilyId).toEqual(filled(16, 0x11))
    expect(sigstruct.mrEnclave).toEqual(filled(32, 0x22))
    expect(sigstruct.isvExtProdId).toEqual(filled(16, 0x33))
    expect(sigstruct.mrSigner).toEqual(new Uint8Array(createHash('sha256').update(MODULUS).digest()))
    expect(parseSigstruct(buildSigstruct({ type: 0x80000000 })).debugSigned).toBe(true)
  })

  test.each([
    ['a byte less', (bytes: Uint8Array) => bytes.subarray(1)],
    ['another header', (bytes: Uint8Array) => bytes.with(0, 7)],
    ['another second header', (bytes: Uint8Array) => bytes.with(39, 1)],
    ['a type of neither', (bytes: Uint8Array) => bytes.with(12, 1)],
    ['a reserved byte after the version', (bytes: Uint8Array) => bytes.with(44, 1)],
    ['a reserved byte after the hash', (bytes: Uint8Array) => bytes.with(1007, 1)],
    ['a reserved byte after the SVN', (bytes: Uint8Array) => bytes.with(1028, 1)],
    ['an exponent of 65537', (bytes: Uint8Array) => bytes.with(512, 1).with(514, 1)],
    ['a date with letters', (bytes: Uint8Array) => bytes.with(20, 0xab)],
    ['a month of 13', (bytes: Uint8Array) => bytes.with(21, 0x13)],
  ])('DCAP_SIGSTRUCT_INVALID: %s', (_name, change) => {
    expect(refusal(() => parseSigstruct(change(buildSigstruct())))).toBe('DCAP_SIGSTRUCT_INVALID')
  })

  test('its signature is verified over both signed ranges', async () => {
    const verified = await verifySigstruct(parseSigstruct(buildSigstruct()))
    expect(verified.sigstruct.mrEnclave).toEqual(filled(32, 0x22))
  })

  test.each([
    ['the vendor', 16],
    ['the hardware version', 40],
    ['the modulus', 130],
    ['the signature', 516],
    ['MISCSELECT', 900],
    ['the attributes', 928],
    ['MRENCLAVE', 960],
    ['the product', 1024],
    ['the SVN', 1027],
  ])('DCAP_SIGSTRUCT_SIGNATURE_INVALID: a flipped bit in %s', async (_name, offset) => {
    const bytes = buildSigstruct()
    bytes[offset]! ^= 1
    await expect(verifySigstruct(parseSigstruct(bytes))).rejects.toMatchObject({
      code: 'DCAP_SIGSTRUCT_SIGNATURE_INVALID',
    })
  })

  test('DCAP_SIGSTRUCT_SIGNATURE_INVALID: signed by another key', async () => {
    const signer = generateKeyPairSync('rsa', { modulusLength: 3072, publicExponent: 3 })
    await expect(verifySigstruct(parseSigstruct(buildSigstruct({ signer })))).rejects.toMatchObject({
      code: 'DCAP_SIGSTRUCT_SIGNATURE_INVALID',
    })
  })

  test.each([
    ['even', (bytes: Uint8Array) => bytes.with(128, 2)],
    ['short', (bytes: Uint8Array) => bytes.with(511, 0x7f)],
    ['zero', (bytes: Uint8Array) => bytes.fill(0, 128, 512)],
  ])('DCAP_SIGSTRUCT_INVALID: a modulus that is %s', async (_name, change) => {
    await expect(verifySigstruct(parseSigstruct(change(buildSigstruct())))).rejects.toMatchObject({
      code: 'DCAP_SIGSTRUCT_INVALID',
    })
  })
})

describe('a signed enclave library', () => {
  test.each([0, 16, 24, 1001])('is read with its signature structure %i bytes into the metadata', async (before) => {
    const bytes = buildEnclave({ before })
    const file = parseEnclaveFile(bytes)
    expect(file.enclaveSizeBytes).toBe(0x800000n)
    expect(file.metadataVersion).toBe(0x200000004n)
    expect(bytes.slice(file.sigstructOffset, file.sigstructOffset + 1808)).toEqual(file.sigstruct.bytes)
    await verifySigstruct(file.sigstruct)
  })

  test.each<[EvidenceErrorCode, string, Uint8Array]>([
    ['DCAP_ENCLAVE_FILE_INVALID', 'nothing', zeros(0)],
    ['DCAP_ENCLAVE_FILE_INVALID', 'no ELF file', zeros(4000)],
    ['DCAP_ENCLAVE_FILE_INVALID', 'a 32-bit ELF file', buildEnclave().with(4, 1)],
    ['DCAP_ENCLAVE_FILE_INVALID', 'a big-endian ELF file', buildEnclave().with(5, 2)],
    ['DCAP_ENCLAVE_FILE_INVALID', 'section headers past the end', buildEnclave().with(0x2c, 1)],
    ['DCAP_ENCLAVE_FILE_INVALID', 'section headers at 2^63', buildEnclave().with(0x2f, 0x80)],
    ['DCAP_ENCLAVE_FILE_INVALID', 'section headers of another size', buildEnclave().with(0x3a, 40)],
    ['DCAP_ENCLAVE_FILE_INVALID', 'a name table that is not there', buildEnclave().with(0x3e, 3)],
    ['DCAP_ENCLAVE_METADATA_MISSING', 'an unsigned library', buildEnclave({ sectionName: '.note.sgxmetb' })],
    ['DCAP_ENCLAVE_METADATA_MISSING', 'a longer section name', buildEnclave({ sectionName: '.note.sgxmeta2' })],
    ['DCAP_ENCLAVE_METADATA_INVALID', 'another note', buildEnclave({ noteName: encodeUtf8('sgx_metadatb\0') })],
    [
      'DCAP_ENCLAVE_METADATA_INVALID',
      'a padded note name',
      buildEnclave({ noteName: encodeUtf8('sgx_metadata\0\0\0\0') }),
    ],
    ['DCAP_ENCLAVE_METADATA_INVALID', 'a descriptor past its section', buildEnclave({ descriptorSize: 0xffffffff })],
    ['DCAP_ENCLAVE_METADATA_INVALID', 'a descriptor short of its section', buildEnclave({ descriptorSize: 100 })],
    ['DCAP_ENCLAVE_METADATA_INVALID', 'another magic', buildEnclave({ magic: 1n })],
    ['DCAP_ENCLAVE_METADATA_INVALID', 'no signature structure', buildEnclave({ sigstruct: zeros(1808) })],
    ['DCAP_ENCLAVE_METADATA_INVALID', 'one beyond the searched part', buildEnclave({ before: 0x5000 })],
    ['DCAP_SIGSTRUCT_INVALID', 'a broken one', buildEnclave({ sigstruct: buildSigstruct().with(512, 5) })],
  ])('%s: %s', (code, _name, bytes) => {
    expect(refusal(() => parseEnclaveFile(bytes))).toBe(code)
  })

  test('truncated at every 7th offset', () => {
    const bytes = buildEnclave()
    for (let end = 0; end < bytes.length; end += 7) {
      expect(refusal(() => parseEnclaveFile(bytes.subarray(0, end)))).toBe('DCAP_ENCLAVE_FILE_INVALID')
    }
  })

  test('a mutated file is read or raises an error of this package', () => {
    const bytes = buildEnclave()
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 12 }), (edits) => {
        const mutated = bytes.slice()
        for (const [at, value] of edits) mutated[at] = value
        refusal(() => parseEnclaveFile(mutated))
      }),
      { numRuns: 200 },
    )
  })
})
