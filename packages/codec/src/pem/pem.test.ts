import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodePem, parsePem } from './index.ts'

const block = encodePem('CERTIFICATE', Uint8Array.of(1, 2, 3))

describe('parsePem', () => {
  test('reads blocks in their order, through white space, line ends and text between', () => {
    const text = `subject=x\r\n${block.replaceAll('\n', '\r\n')}\n\n-----BEGIN X509 CRL-----\n A Q\t==  \n\n-----END X509 CRL-----  \nend`
    expect(parsePem(text)).toEqual([
      { label: 'CERTIFICATE', der: Uint8Array.of(1, 2, 3) },
      { label: 'X509 CRL', der: Uint8Array.of(1) },
    ])
    expect(parsePem('no block here')).toEqual([])
  })

  test('round-trips', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 5 }), (ders) => {
        const text = ders.map((der) => encodePem('PUBLIC KEY', der)).join('')
        expect(parsePem(text)).toEqual(ders.map((der) => ({ label: 'PUBLIC KEY', der })))
      }),
    )
  })

  test.each([
    ['an unfinished block', block.slice(0, -20), 'CODEC_PEM_INVALID'],
    ['a block without end', block.split('\n').slice(0, 2).join('\n'), 'CODEC_PEM_INVALID'],
    ['an end without begin', '-----END CERTIFICATE-----', 'CODEC_PEM_INVALID'],
    ['two labels', block.replace('END CERTIFICATE', 'END X509 CRL'), 'CODEC_PEM_INVALID'],
    ['a block within a block', block.replace('-----END', `${block}-----END`), 'CODEC_PEM_INVALID'],
    ['an empty block', '-----BEGIN A-----\n-----END A-----', 'CODEC_PEM_INVALID'],
    ['a header', block.replace('AQID', 'Proc-Type: 4,ENCRYPTED\n\nAQID'), 'CODEC_PEM_INVALID'],
    ['a foreign letter', block.replace('AQID', 'AQ*D'), 'CODEC_PEM_INVALID'],
    ['a malformed boundary', '-----BEGIN certificate-----', 'CODEC_PEM_INVALID'],
    ['too many blocks', block.repeat(65), 'CODEC_PEM_LIMIT'],
  ])('refuses %s', (_, text, code) => {
    expect(() => parsePem(text)).toThrow(expect.objectContaining({ code }))
  })

  test('refuses a text beyond its limit', () => {
    expect(() => parsePem(block, { maxBytes: 10 })).toThrow(expect.objectContaining({ code: 'CODEC_PEM_LIMIT' }))
  })
})
