/** Supply chains made here, each broken in one place. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { importPublicKey } from '@veritee/codec/signature'
import { describe, expect, test } from 'vitest'
import { extractReferences } from '../index.ts'
import { encodePreAuthentication } from '../signature/dsse.ts'
import { matchesPattern } from './pattern.ts'

const NOW = 1_800_000_000
const TYPE = 'application/vnd.in-toto+json'

interface Signer {
  readonly id: string
  readonly key: KeyObject
  readonly pem: string
  readonly material: object
}

function createSigner(kind: 'ed25519' | 'P-256' | 'P-384' | 'rsa'): Signer {
  const { privateKey, publicKey } =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : kind === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: kind })
  const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string
  const id = createHash('sha256').update(pem).digest('hex')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
  const keytype = kind === 'ed25519' ? 'ed25519' : kind === 'rsa' ? 'rsa' : 'ecdsa'
  const material = { keyid: id, keytype, scheme: keytype, keyval: { public: kind === 'ed25519' ? raw : pem } }
  return { id, key: privateKey, pem, material }
}

function seal(value: object, signers: readonly Signer[], payloadType = TYPE): object {
  const payload = Buffer.from(JSON.stringify(value))
  const data = encodePreAuthentication(payloadType, payload)
  const signatures = signers.map(({ id, key }) => {
    const hash =
      key.asymmetricKeyType === 'ed25519'
        ? null
        : key.asymmetricKeyDetails?.namedCurve === 'secp384r1'
          ? 'sha384'
          : 'sha256'
    const padded = key.asymmetricKeyType === 'rsa' ? { padding: 6, saltLength: 32 } : {}
    return { keyid: id, sig: sign(hash, data, { key, ...padded }).toString('base64') }
  })
  return { payloadType, payload: payload.toString('base64'), signatures }
}

const owner = createSigner('ed25519')
const builder = createSigner('ed25519')
const other = createSigner('P-256')

const artifact = (seed: string) => ({ sha256: createHash('sha256').update(seed).digest('hex') })

interface Chain {
  owners: Signer[]
  layout: Record<string, unknown>
  layoutSigners: Signer[]
  links: { file?: string; value: Record<string, unknown>; signers: Signer[] }[]
  files: Record<string, unknown>
  bundle: Record<string, unknown>
}

const step = (name: string, signers: Signer[], over: object = {}) => ({
  _type: 'step',
  name,
  pubkeys: signers.map(({ id }) => id),
  threshold: 1,
  expected_materials: [],
  expected_products: [['ALLOW', '*']],
  ...over,
})

const link = (name: string, products: object, materials: object = {}) => ({ _type: 'link', name, materials, products })

/** Two steps: fetch delivers a source, build makes an image of it. */
function createChain(): Chain {
  return {
    owners: [owner],
    layoutSigners: [owner],
    layout: {
      _type: 'layout',
      expires: '2040-01-01T00:00:00Z',
      keys: Object.fromEntries([builder, other].map((signer) => [signer.id, signer.material])),
      steps: [
        step('fetch', [builder], {
          expected_products: [
            ['CREATE', 'src/*'],
            ['DISALLOW', '*'],
          ],
        }),
        step('build', [builder, other], {
          expected_materials: [
            ['MATCH', '*', 'IN', 'src', 'WITH', 'PRODUCTS', 'IN', 'src', 'FROM', 'fetch'],
            ['DISALLOW', '*'],
          ],
          expected_products: [
            ['REQUIRE', 'image'],
            ['CREATE', 'image'],
            ['DISALLOW', '*'],
          ],
        }),
      ],
      inspect: [],
    },
    links: [
      { value: link('fetch', { 'src/a.c': artifact('a') }), signers: [builder] },
      { value: link('build', { image: artifact('image') }, { 'src/a.c': artifact('a') }), signers: [builder] },
    ],
    files: {},
    bundle: {},
  }
}

const encode = (text: string) => Buffer.from(text).toString('base64')

function encodeChain(chain: Chain): string {
  const files: Record<string, unknown> = {
    'root.layout': encode(JSON.stringify(seal(chain.layout, chain.layoutSigners))),
    ...Object.fromEntries(chain.owners.map(({ pem }, index) => [`keys/${index}.pub`, encode(pem)])),
  }
  for (const { file, value, signers } of chain.links) {
    const name = file ?? `${value['name']}.${(signers[0] as Signer).id.slice(0, 8)}.link`
    files[name] = encode(JSON.stringify(seal(value, signers)))
  }
  return JSON.stringify({
    version: '0.9',
    line_normalization: true,
    files: { ...files, ...chain.files },
    ...chain.bundle,
  })
}

const extract = (chain: Chain, keys: Signer[] = []) =>
  extractReferences(
    { type: 'in-toto', payload: encodeChain(chain) },
    {
      now: NOW,
      keys: keys.map(({ pem }) =>
        importPublicKey({ kind: 'spki', der: Buffer.from(pem.replace(/-----.*-----|\n/g, ''), 'base64') }),
      ),
    },
  )

const stepOf = (chain: Chain, index: number) =>
  (chain.layout['steps'] as Record<string, unknown>[])[index] as Record<string, unknown>
const linkOf = (chain: Chain, index: number) => chain.links[index] as Chain['links'][number]

describe('a supply chain', () => {
  test('delivers the products of its last step', async () => {
    expect(await extract(createChain())).toMatchObject([
      {
        name: 'image',
        content: { kind: 'digests', digests: [{ algorithm: 'sha256', value: artifact('image').sha256 }] },
      },
    ])
  })

  test.each(['ed25519', 'P-256', 'P-384', 'rsa'] as const)('signed with %s keys', async (kind) => {
    const [boss, worker] = [createSigner(kind), createSigner(kind)]
    const chain = createChain()
    chain.owners = [boss]
    chain.layoutSigners = [boss]
    chain.layout['keys'] = { [worker.id]: worker.material }
    chain.layout['steps'] = [step('build', [worker])]
    chain.links = [{ value: link('build', { image: artifact('x') }), signers: [worker] }]
    expect(await extract(chain)).toHaveLength(1)
    expect(await extract(chain, [boss])).toHaveLength(1)
    await expect(extract(chain, [worker])).rejects.toMatchObject({ code: 'REFERENCE_SIGNATURE_UNTRUSTED' })
  })

  test('a threshold of two takes two keys whose links agree', async () => {
    const chain = createChain()
    stepOf(chain, 1)['threshold'] = 2
    await expect(extract(chain)).rejects.toMatchObject({
      code: 'REFERENCE_LINK_INVALID',
      details: { expected: 2, actual: 1 },
    })
    chain.links.push({ ...linkOf(chain, 1), signers: [other] })
    expect(await extract(chain)).toHaveLength(1)
    linkOf(chain, 2).value = link('build', { image: artifact('another') }, { 'src/a.c': artifact('a') })
    await expect(extract(chain)).rejects.toMatchObject({
      code: 'REFERENCE_LINK_INVALID',
      message: 'The links of a step disagree.',
    })
  })

  test('one key twice is not two keys', async () => {
    const chain = createChain()
    stepOf(chain, 1)['threshold'] = 2
    chain.links.push({ ...linkOf(chain, 1), file: `build.${builder.id}.link` })
    await expect(extract(chain)).rejects.toMatchObject({ code: 'REFERENCE_LINK_INVALID', details: { actual: 1 } })
  })

  type Break = (chain: Chain) => void
  test.each<[string, string, Break]>([
    ['REFERENCE_SIGNATURE_INVALID', 'one of two owners did not sign', (chain) => chain.owners.push(other)],
    [
      'REFERENCE_SIGNATURE_INVALID',
      'a link is signed by another key',
      (chain) => {
        linkOf(chain, 0).file = `fetch.${builder.id.slice(0, 8)}.link`
        linkOf(chain, 0).signers = [other]
      },
    ],
    ['REFERENCE_LINK_INVALID', 'a link is missing', (chain) => chain.links.pop()],
    [
      'REFERENCE_LINK_INVALID',
      'a link belongs to no step',
      (chain) => {
        chain.links.push({ value: link('extra', {}), signers: [builder] })
      },
    ],
    [
      'REFERENCE_LINK_INVALID',
      'a key that a step does not have',
      (chain) => {
        linkOf(chain, 0).signers = [other]
      },
    ],
    [
      'REFERENCE_LINK_INVALID',
      'a link says that it is of another step',
      (chain) => {
        linkOf(chain, 0).file = `fetch.${builder.id.slice(0, 8)}.link`
        linkOf(chain, 0).value['name'] = 'build'
      },
    ],
    [
      'REFERENCE_LINK_INVALID',
      'a sublayout in place of a link',
      (chain) => {
        linkOf(chain, 0).value['_type'] = 'layout'
      },
    ],
    [
      'REFERENCE_LINK_INVALID',
      'an artifact without digest',
      (chain) => {
        linkOf(chain, 0).value['products'] = { 'src/a.c': {} }
      },
    ],
    [
      'REFERENCE_ARTIFACT_RULE_VIOLATED',
      'build took what fetch did not deliver',
      (chain) => {
        linkOf(chain, 1).value['materials'] = { 'src/a.c': artifact('evil') }
      },
    ],
    [
      'REFERENCE_ARTIFACT_RULE_VIOLATED',
      'build delivered something else too',
      (chain) => {
        linkOf(chain, 1).value['products'] = { image: artifact('image'), backdoor: artifact('b') }
      },
    ],
    [
      'REFERENCE_ARTIFACT_RULE_VIOLATED',
      'what is required is not there',
      (chain) => {
        linkOf(chain, 1).value['products'] = {}
      },
    ],
    [
      'REFERENCE_LAYOUT_UNSUPPORTED',
      'an inspection',
      (chain) => {
        chain.layout['inspect'] = [{ _type: 'inspection', name: 'x', run: ['sh'] }]
      },
    ],
    [
      'REFERENCE_LAYOUT_EXPIRED',
      'an expired layout',
      (chain) => {
        chain.layout['expires'] = '2020-01-01T00:00:00Z'
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'an expiry that is no day',
      (chain) => {
        chain.layout['expires'] = '2039-02-30T00:00:00Z'
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'no steps',
      (chain) => {
        chain.layout['steps'] = []
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'two steps of one name',
      (chain) => {
        stepOf(chain, 1)['name'] = 'fetch'
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'a threshold of none',
      (chain) => {
        stepOf(chain, 0)['threshold'] = 0
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'a threshold beyond its keys',
      (chain) => {
        stepOf(chain, 0)['threshold'] = 2
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'a key that the layout does not have',
      (chain) => {
        stepOf(chain, 0)['pubkeys'] = [owner.id]
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'a key under another id',
      (chain) => {
        chain.layout['keys'] = { [builder.id]: other.material, [other.id]: other.material }
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'a rule that does not exist',
      (chain) => {
        stepOf(chain, 0)['expected_products'] = [['PERHAPS', '*']]
      },
    ],
    [
      'REFERENCE_LAYOUT_INVALID',
      'a match rule that is cut short',
      (chain) => {
        stepOf(chain, 0)['expected_products'] = [['MATCH', '*', 'WITH', 'PRODUCTS']]
      },
    ],
    [
      'REFERENCE_LAYOUT_MISSING',
      'two layouts',
      (chain) => {
        chain.files['b.layout'] = encode('{}')
      },
    ],
    [
      'REFERENCE_LAYOUT_MISSING',
      'no owner',
      (chain) => {
        chain.owners = []
      },
    ],
    [
      'REFERENCE_PAYLOAD_INVALID',
      'a file of another kind',
      (chain) => {
        chain.files['readme.md'] = encode('hello')
      },
    ],
    [
      'REFERENCE_PAYLOAD_INVALID',
      'a file that is no base64',
      (chain) => {
        chain.files['keys/0.pub'] = '***'
      },
    ],
    [
      'REFERENCE_PAYLOAD_INVALID',
      'no line normalization',
      (chain) => {
        chain.bundle['line_normalization'] = 'yes'
      },
    ],
    [
      'REFERENCE_ENVELOPE_INVALID',
      'a link without signatures',
      (chain) => {
        chain.files[`fetch.${builder.id.slice(0, 8)}.link`] = encode('{"payloadType":"x","payload":""}')
      },
    ],
    [
      'REFERENCE_ENVELOPE_INVALID',
      'an envelope of another type',
      (chain) => {
        chain.files[`fetch.${builder.id.slice(0, 8)}.link`] = encode(
          JSON.stringify(seal(linkOf(chain, 0).value, [builder], 'text/plain')),
        )
      },
    ],
  ])('%s: %s', async (code, _what, damage) => {
    const chain = createChain()
    damage(chain)
    await expect(extract(chain)).rejects.toMatchObject({ code })
  })

  test('MODIFY and DELETE compare what came with what went', async () => {
    const chain = createChain()
    stepOf(chain, 1)['expected_products'] = [
      ['MODIFY', 'src/a.c'],
      ['CREATE', 'image'],
      ['DISALLOW', '*'],
    ]
    linkOf(chain, 1).value['products'] = { 'src/a.c': artifact('patched'), image: artifact('image') }
    expect(await extract(chain)).toHaveLength(2)
    linkOf(chain, 1).value['products'] = { 'src/a.c': artifact('a'), image: artifact('image') }
    await expect(extract(chain)).rejects.toMatchObject({
      code: 'REFERENCE_ARTIFACT_RULE_VIOLATED',
      details: { actual: 'src/a.c' },
    })
    stepOf(chain, 1)['expected_materials'] = [
      ['DELETE', 'src/*'],
      ['DISALLOW', '*'],
    ]
    stepOf(chain, 1)['expected_products'] = [['ALLOW', '*']]
    await expect(extract(chain)).rejects.toMatchObject({ details: { path: 'build.materials' } })
    linkOf(chain, 1).value['products'] = { image: artifact('image') }
    expect(await extract(chain)).toHaveLength(1)
  })
})

test.each([
  ['*', 'a/b', true],
  ['*.c', 'a/b.c', true],
  ['*.c', 'a.cc', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['[ab]*', 'bx', true],
  ['[!ab]*', 'bx', false],
  ['[a-c]1', 'b1', true],
  ['[a-c]1', 'd1', false],
  ['[', '[', true],
  ['a.c', 'abc', false],
  ['', '', true],
  ['', 'a', false],
  [`${'*a'.repeat(50)}b`, 'a'.repeat(5000), false],
])('the pattern %s and %s', (pattern, path, expected) => {
  expect(matchesPattern(pattern, path)).toBe(expected)
})
