import { constants, createCipheriv, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bundleForBrowser, chromiumAbsent, haveChromium, runInChromium } from '../../../testkit/browser.ts'
import { haveVectors, readVectorJson, readVectorText } from '../../../testkit/vectors.ts'
import { decodeHex, encodeBase64 } from '../src/bytes/index.ts'
import type { SignatureScheme } from '../src/signature/index.ts'
import { run, type SuiteInput } from './suite.ts'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const data = new TextEncoder().encode('the exact bytes')
const input: SuiteInput = {
  signatures: createSignatures(),
  chains: createChains(),
  jsonTexts: ['{"b":1e3,"a":"€"}', '{"a":1,"a":2}', '{"a":9007199254740993}', '[1]', '{"b":{"a":1}}', '{"a":[1,2,]}'],
}

describe('every runtime comes to the same', () => {
  test('Node', async () => {
    const result = await run(input)
    for (const [name, native, synchronous] of result.signatures) {
      expect([name, native, synchronous]).toEqual([name, ...(name.endsWith('genuine') ? [true, true] : [false, false])])
    }
    for (const [, verdicts] of result.chains) expect(verdicts.every((verdict) => verdict === true)).toBe(true)
    expect(result.chains.length).toBe(haveVectors ? 6 : 0)
    expect(result.national.slice(-2)).toEqual([true, false])
    expect(result.sealing.slice(2)).toEqual([
      '28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21',
      true,
      66,
      'CODEC_KEY_INVALID',
      'CODEC_KEY_INVALID',
    ])
    const cipher = createCipheriv('aes-256-gcm', Buffer.from([...Array(32).keys()]), Buffer.alloc(12, 7)).setAAD(data)
    const sealed = Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()])
    expect(result.sealing[0]).toBe(sealed.toString('hex'))
    expect(result.json).toEqual([
      ['{"a":"€","b":1000}', '"€"'],
      'CODEC_JSON_DUPLICATE_KEY',
      'CODEC_JSON_NUMBER',
      'CODEC_JSON_INVALID',
      'CODEC_JSON_MEMBER_MISSING',
      'CODEC_JSON_INVALID',
    ])
  })

  test.skipIf(!haveChromium)(`Chromium, through WebCrypto and plain JavaScript${chromiumAbsent}`, async () => {
    expect(await runInChromium(here('suite.ts'), input)).toEqual(JSON.parse(JSON.stringify(await run(input))))
  })
})

describe('browser bundles', () => {
  test('contain no module of Node and nothing left to resolve', async () => {
    const { code, inputs, externals } = await bundleForBrowser(here('suite.ts'))
    expect(externals).toEqual([])
    expect(code).not.toMatch(/node:[a-z]/)
    expect(inputs).toContain('packages/codec/src/engine/web.ts')
    expect(inputs).not.toContain('packages/codec/src/engine/node.ts')
  })

  test('carry the curves only where the synchronous entry is used', async () => {
    const { inputs } = await bundleForBrowser(here('../src/x509/index.ts'))
    expect(inputs.filter((path) => path.includes('@noble/curves'))).toEqual([])
    const synchronous = await bundleForBrowser(here('../src/signature-sync/index.ts'))
    expect(synchronous.inputs.some((path) => path.includes('@noble/curves'))).toBe(true)
  })
})

function createSignatures(): SuiteInput['signatures'] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ed = generateKeyPairSync('ed25519')
  const raw = (key: KeyObject) => sign('sha384', data, { key, dsaEncoding: 'ieee-p1363' })
  const pss = (key: KeyObject) =>
    sign('sha384', data, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    })
  const made: [
    string,
    { publicKey: KeyObject; privateKey: KeyObject },
    SignatureScheme,
    (key: KeyObject) => Uint8Array,
  ][] = [
    ...(['P-256', 'P-384', 'P-521'] as const).flatMap((namedCurve): typeof made => {
      const pair = generateKeyPairSync('ec', { namedCurve })
      return [
        [`${namedCurve} der`, pair, { scheme: 'ecdsa', hash: 'sha256' }, (key) => sign('sha256', data, key)],
        [`${namedCurve} raw`, pair, { scheme: 'ecdsa', hash: 'sha384', format: 'raw' }, raw],
      ]
    }),
    ['RSA PKCS#1', rsa, { scheme: 'rsa-pkcs1', hash: 'sha256' }, (key) => sign('sha256', data, key)],
    ['RSA PSS', rsa, { scheme: 'rsa-pss', hash: 'sha384' }, pss],
    ['Ed25519', ed, { scheme: 'ed25519' }, (key) => sign(null, data, key)],
  ]
  return made.flatMap(([name, { publicKey, privateKey }, scheme, make]) => {
    const spki = encodeBase64(publicKey.export({ type: 'spki', format: 'der' }))
    const signature = new Uint8Array(make(privateKey))
    const twins: [string, Uint8Array][] = [
      ['genuine', signature],
      ['with a bit flipped', signature.map((byte, i) => (i === signature.length - 2 ? byte ^ 1 : byte))],
      ['cut short', signature.subarray(1)],
      ['of zeros', new Uint8Array(signature.length)],
      ['of ones', new Uint8Array(signature.length).fill(0xff)],
    ]
    return twins.map(([twin, bytes]) => ({
      name: `${name} ${twin}`,
      spki,
      scheme,
      data: encodeBase64(data),
      signature: encodeBase64(bytes),
    }))
  })
}

function createChains(): SuiteInput['chains'] {
  if (!haveVectors) return []
  const intel = ['sgx_quote', 'tdx_quote', 'tdx_quote_outdated'].map((name) => {
    const collateral = readVectorJson<Record<string, string>>(`dcap/${name}_collateral.json`)
    return { name, pem: collateral['pck_crl_issuer_chain']!, crl: encodeBase64(decodeHex(collateral['pck_crl']!)) }
  })
  const amd = ['milan', 'genoa', 'turin'].map((name) => {
    const [ask, ark] = readVectorText(`snp/${name}_ask_ark_asvk.pem`).split(/(?<=-----END CERTIFICATE-----\n)/)
    return { name, pem: ask! + ark! }
  })
  return [...intel, ...amd]
}
