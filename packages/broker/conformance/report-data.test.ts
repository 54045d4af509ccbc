import { readFileSync } from 'node:fs'
import { bindPrimary, digestRuntimeData, hashBinding, padReportData } from '@veritee/broker/binding'
import { type BindingHash, type ProtocolVersion, parseTeePublicKey } from '@veritee/broker/protocol'
import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { canonicalizeJson, parseJson } from '@veritee/codec/json'
import { describe, expect, test } from 'vitest'

interface RuntimeDataInput {
  readonly nonce: string
  readonly 'tee-pubkey': unknown
  readonly 'additional-evidence'?: string
}

const contract = JSON.parse(readFileSync(new URL('./report-data.json', import.meta.url), 'utf8')) as {
  readonly cases: {
    id: string
    alg: BindingHash
    input_json: string
    canonical: string
    digest_hex: string
    field64_hex: string
  }[]
  readonly legacy: {
    id: string
    nonce: string
    'tee-pubkey': unknown
    alg: BindingHash
    preimage: string
    digest_hex: string
  }[]
  readonly pitfalls: [
    { input_json: string; server_canonical: string; server_digest_hex: string; client_digest_hex: string },
    { with_empty_hex: string; without_member_hex: string },
  ]
}

test('the contract is whole', () => {
  expect([contract.cases.length, contract.legacy.length, contract.pitfalls.length]).toEqual([12, 4, 2])
})

/** What the server hashes of what a peer sent: the key is rebuilt from its known members. */
function readRuntimeData(text: string): Record<string, unknown> {
  const input = parseJson(text) as Record<string, unknown>
  return 'tee-pubkey' in input ? { ...input, 'tee-pubkey': parseTeePublicKey(input['tee-pubkey']) } : input
}

describe('golden bindings', () => {
  test.each(contract.cases)('$id', ({ alg, input_json, canonical, digest_hex, field64_hex }) => {
    const runtimeData = readRuntimeData(input_json)
    expect(canonicalizeJson(runtimeData)).toBe(canonical)
    const digest = digestRuntimeData(runtimeData, alg)
    expect(encodeHex(digest)).toBe(digest_hex)
    expect(encodeHex(padReportData(digest, 64))).toBe(field64_hex)
  })
})

describe('older versions', () => {
  test.each(contract.legacy)('$id', ({ id, nonce, alg, preimage, digest_hex, ...rest }) => {
    const version = id.slice(id.indexOf('-') + 1) as ProtocolVersion
    const teePublicKey = parseTeePublicKey(rest['tee-pubkey'])
    const { reportData } = bindPrimary({ version, hash: alg, nonce, teePublicKey, additionalEvidence: '' })
    expect(reportData.map(encodeHex)).toContain(digest_hex)
    expect(reportData).toHaveLength(version === '0.1.0' ? 2 : 1)
    expect(encodeHex(hashBinding(alg, encodeUtf8(preimage)))).toBe(digest_hex)
  })
})

describe('pitfalls', () => {
  const [extra, missing] = contract.pitfalls

  test('extra-jwk-members: members beside the key are not hashed by servers', () => {
    const runtimeData = readRuntimeData(extra.input_json)
    expect(canonicalizeJson(runtimeData)).toBe(extra.server_canonical)
    expect(encodeHex(digestRuntimeData(runtimeData, 'sha384'))).toBe(extra.server_digest_hex)
    const asSent = parseJson(extra.input_json) as Record<string, unknown>
    expect(encodeHex(digestRuntimeData(asSent, 'sha384'))).toBe(extra.client_digest_hex)
  })

  test('missing-additional-member: no member is not the empty text', () => {
    const withEmpty = contract.cases.find(({ id }) => id === 'ec-primary-empty-sha384')!
    const input = parseJson(withEmpty.input_json) as RuntimeDataInput
    const binding = {
      hash: 'sha384',
      nonce: input.nonce,
      teePublicKey: parseTeePublicKey(input['tee-pubkey']),
      additionalEvidence: '',
    } as const
    const hexOf = (version: ProtocolVersion) => encodeHex(bindPrimary({ ...binding, version }).reportData[0]!)
    expect(hexOf('0.4.0')).toBe(missing.with_empty_hex)
    expect(hexOf('0.2.0')).toBe(missing.without_member_hex)
  })
})
