import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findUnknownBits } from './bits.ts'
import { nameSgxFlags, SGX_FLAGS } from './sgx-flags.ts'
import { nameTdAttributes, TD_ATTRIBUTES } from './td-attributes.ts'
import { nameProcessorFeatures, PROCESSOR_FEATURES } from './xfam.ts'

test('a debug TD with SEPT_VE_DISABLE', () => {
  expect(nameTdAttributes(0x10000001n)).toEqual(['DEBUG', 'SEPT_VE_DISABLE'])
})

test('the XFAM of a Sapphire Rapids guest', () => {
  expect(nameProcessorFeatures(0x642e7n)).toEqual([
    'X87',
    'SSE',
    'AVX',
    'AVX512_OPMASK',
    'AVX512_ZMM_HI256',
    'AVX512_HI16_ZMM',
    'PKRU',
    'UINTR',
    'AMX_TILECFG',
    'AMX_TILEDATA',
  ])
})

test('a debug enclave', () => {
  expect(nameSgxFlags(0x7n)).toEqual(['INIT', 'DEBUG', 'MODE64BIT'])
})

test('a bit without a name is shown by its number', () => {
  expect(nameSgxFlags(0x8n)).toEqual(['bit 3'])
  expect(nameTdAttributes(1n << 63n)).toEqual(['PERFMON'])
  expect(nameTdAttributes((1n << 61n) | 2n)).toEqual(['bit 1', 'bit 61'])
})

test('every bit that is set is named once, and the unknown bits are those without a name', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.constantFrom(TD_ATTRIBUTES, PROCESSOR_FEATURES, SGX_FLAGS),
      (value, table) => {
        const names =
          table === TD_ATTRIBUTES
            ? nameTdAttributes(value)
            : table === SGX_FLAGS
              ? nameSgxFlags(value)
              : nameProcessorFeatures(value)
        const masks = names.map((name) => table[name] ?? 1n << BigInt(name.slice('bit '.length)))
        expect(masks.reduce((sum, mask) => sum + mask, 0n)).toBe(value)
        const unknown = names.filter((name) => !(name in table)).map((name) => 1n << BigInt(name.slice('bit '.length)))
        expect(findUnknownBits(value, table)).toBe(unknown.reduce((sum, mask) => sum + mask, 0n))
      },
    ),
    { numRuns: 200 },
  )
})
