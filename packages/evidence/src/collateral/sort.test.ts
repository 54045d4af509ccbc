import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { EvidenceError } from '../errors.ts'
import { sortCollateral } from './index.ts'

function refusalOf(work: () => unknown): EvidenceError {
  try {
    work()
  } catch (error) {
    if (error instanceof EvidenceError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('collateral files', () => {
  test.skipIf(!haveVectors)(`are sorted by what is in them${vectorsAbsent}`, () => {
    const names = [
      'dcap/tdx_quote_collateral.json',
      'snp/test-vcek.der',
      'snp/milan_ask_ark_asvk.pem',
      'csv/hsk_cek.cert',
    ]
    const files = names.map((name) => ({ name, bytes: readVector(name) }))
    const sorted = sortCollateral(files)
    expect(sorted.dcap).toHaveLength(1)
    expect(sorted.certificates).toHaveLength(4)
    expect(sorted.certificates[0]).toEqual(files[1]!.bytes)
    expect(sorted.hygon).toEqual([{ bytes: files[3]!.bytes }])
    const hex = files.map(({ name, bytes }) => ({ name, bytes: encodeUtf8(encodeHex(bytes)) }))
    expect(sortCollateral(hex)).toEqual(sorted)
  })

  test('none are none', () => {
    expect(sortCollateral([])).toEqual({ dcap: [], certificates: [], crls: [], hygon: [] })
  })

  test.each([
    ['text', encodeUtf8('nothing of the kind')],
    ['an empty file', new Uint8Array()],
    ['a document of another kind', encodeUtf8('{"keys":[]}')],
  ])('COLLATERAL_KIND_UNKNOWN: %s', (_name, bytes) => {
    const error = refusalOf(() => sortCollateral([{ name: 'a.file', bytes }]))
    expect(error.code).toBe('COLLATERAL_KIND_UNKNOWN')
    expect(error.details.path).toBe('a.file')
  })

  test('COLLATERAL_FILES_EXCESSIVE', () => {
    const files = Array.from({ length: 257 }, () => ({ name: 'x', bytes: new Uint8Array() }))
    expect(refusalOf(() => sortCollateral(files)).code).toBe('COLLATERAL_FILES_EXCESSIVE')
  })
})
