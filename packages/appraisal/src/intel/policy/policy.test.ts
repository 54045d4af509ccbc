import { generateKeyPairSync } from 'node:crypto'
import { type EnclaveFile, parseQuote, parseTdReport } from '@veritee/evidence/dcap'
import { createDcapWorld } from '@veritee/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppraisalError } from '../../errors.ts'
import { checkReport } from '../appraise.ts'
import { decodeOrderedHex, encodeOrderedHex, reverseHex } from '../byte-order.ts'
import { findIntelClass } from '../classes.ts'
import { signPolicy, verifyPolicyToken } from '../token/policy-token.ts'
import { createIntelSigner } from '../token/signer.ts'
import { measureEnclave } from '../verification/measurements.ts'
import { diffIntelPolicies } from './diff.ts'
import { explainPolicy } from './explain.ts'
import { parseIntelPolicies } from './read.ts'
import {
  createPoliciesFromQuote,
  createPolicyFromEnclave,
  createPolicyFromReferenceValues,
  createPolicyFromTdReport,
} from './template.ts'
import { createIntelPolicy, createTenantPolicy, writeIntelPolicies } from './write.ts'

const TD15 = '45b734fc-aa4e-4c3d-ad28-e43d08880e68'
const PLATFORM = 'f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3'

const signer = () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return createIntelSigner(new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })))
}
const policy = (classId: string, reference: object) =>
  JSON.stringify({ policy_array: [{ environment: { class_id: classId }, reference }] })
const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof AppraisalError) return error.code
    throw error
  }
  return 'accepted'
}
const detailsOf = (run: () => unknown): Record<string, unknown> => {
  try {
    run()
  } catch (error) {
    return (error as AppraisalError).details
  }
  throw new Error('accepted')
}

/** As the guide prints it, with comments besides. */
const GUIDE = `// tenant policy
{
    "policy_array":[ /* one class */
        {
            "environment":{
                "class_id":"45b734fc-aa4e-4c3d-ad28-e43d08880e68",
                "description":"Application TD TCB 1.5" // not a "comment"
            },
            "reference":{
                "tdx_attributes":"0000000010000000",
                "#NOTE": "0000000010000000 means for NO_DEBUG and SPTE_VE_DISABLE // kept"
            }
        }
    ]
}`

describe('reading', () => {
  test('the guide policy, with comments and inert members', () => {
    const { policies, warnings } = parseIntelPolicies(GUIDE)
    expect(policies).toHaveLength(1)
    expect(policies[0]).toMatchObject({ classId: TD15, environment: { description: 'Application TD TCB 1.5' } })
    expect(policies[0]!.reference['#NOTE']).toContain('// kept')
    expect(warnings).toEqual([])
  })

  test('class ids in either case', () => {
    expect(parseIntelPolicies(policy(TD15.toUpperCase(), { tdx_mrtd: '0'.repeat(96) })).policies[0]!.classId).toBe(TD15)
  })

  test('the misspelt key of the published strict samples is caught and the right one named', () => {
    const text = policy(PLATFORM, {
      accepted_tcb_status: ['UpToDate'],
      collateral_grace_period: 0,
      allow_dynamic_plaform: true,
    })
    const details = detailsOf(() => parseIntelPolicies(text))
    expect(codeOf(() => parseIntelPolicies(text))).toBe('INTEL_POLICY_KEY_UNKNOWN')
    expect(details).toMatchObject({
      path: 'policy_array.0.reference.allow_dynamic_plaform',
      expected: 'allow_dynamic_platform',
    })
    const { policies, warnings } = parseIntelPolicies(text, { intelCompatible: true })
    expect(policies).toHaveLength(1)
    expect(warnings.map(({ code }) => code)).toContain('INTEL_POLICY_KEY_UNKNOWN')
    expect(warnings.some(({ message }) => message.includes('allow_dynamic_platform'))).toBe(true)
  })

  test.each([
    ['not JSON', 'INTEL_POLICY_MALFORMED', '{'],
    ['an unfinished comment', 'INTEL_POLICY_MALFORMED', '{} /* '],
    ['no list', 'INTEL_POLICY_MALFORMED', '{}'],
    ['an empty list', 'INTEL_POLICY_MALFORMED', '{"policy_array":[]}'],
    ['a member twice', 'INTEL_POLICY_MALFORMED', GUIDE.replace('"#NOTE"', '"tdx_attributes"')],
    ['no reference', 'INTEL_POLICY_MALFORMED', GUIDE.replace('"reference"', '"#reference"')],
    ['an unknown member of the document', 'INTEL_POLICY_KEY_UNKNOWN', GUIDE.replace('{', '{"policies":[],')],
    ['an unknown class', 'INTEL_POLICY_CLASS_UNKNOWN', GUIDE.replace('45b7', '45b8')],
    [
      'two of one class',
      'INTEL_POLICY_CLASS_DUPLICATE',
      writeIntelPolicies([createTenantPolicy(), createTenantPolicy()]),
    ],
    ['a key of another class', 'INTEL_POLICY_KEY_UNKNOWN', policy(TD15, { sgx_mrenclave: '0'.repeat(64) })],
    ['the key with a stray space', 'INTEL_POLICY_KEY_UNKNOWN', policy(TD15, { 'tdx_mrservicetd ': '0'.repeat(96) })],
    ['a malformed date', 'INTEL_POLICY_DATE_INVALID', policy(PLATFORM, { min_tcb_level_date: '2023-08-09' })],
    [
      'a day that does not exist',
      'INTEL_POLICY_DATE_INVALID',
      policy(PLATFORM, { min_tcb_level_date: '2023-02-29T00:00:00Z' }),
    ],
    [
      'a mask shorter than its value',
      'INTEL_POLICY_MASK_INVALID',
      policy(TD15, { tdx_attributes: '0'.repeat(16), tdx_attributes_mask: 'FF' }),
    ],
    [
      'an empty mask',
      'INTEL_POLICY_MASK_INVALID',
      policy(TD15, { tdx_attributes: '0'.repeat(16), tdx_attributes_mask: '' }),
    ],
    ['a register too short', 'INTEL_POLICY_VALUE_INVALID', policy(TD15, { tdx_mrtd: 'AB' })],
    [
      'a number above 2^53',
      'INTEL_POLICY_NUMBER_INVALID',
      policy(PLATFORM, {}).replace('"reference":{', '"reference":{"min_eval_num":9007199254740993'),
    ],
    ['a negative grace period', 'INTEL_POLICY_NUMBER_INVALID', policy(PLATFORM, { collateral_grace_period: -1 })],
    ['a fraction', 'INTEL_POLICY_NUMBER_INVALID', policy(PLATFORM, { min_eval_num: 1.5 })],
    ['a text for a flag', 'INTEL_POLICY_VALUE_INVALID', policy(PLATFORM, { allow_smt_enabled: 'false' })],
    ['a misspelt status', 'INTEL_POLICY_VALUE_INVALID', policy(PLATFORM, { accepted_tcb_status: ['UpToDat'] })],
    [
      'more members than any policy has',
      'INTEL_POLICY_MALFORMED',
      policy(TD15, Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`#${index}`, 0]))),
    ],
    [
      'an empty list of platforms',
      'INTEL_POLICY_VALUE_INVALID',
      policy(PLATFORM, { accepted_platform_provider_ids: [] }),
    ],
  ])('refuses %s', (_name, code, text) => {
    expect(codeOf(() => parseIntelPolicies(text))).toBe(code)
  })

  test('a member __proto__ changes nothing but itself', () => {
    const text = policy(TD15, {}).replace(
      '"reference":{',
      `"reference":{"__proto__":{"tdx_attributes":"${'0'.repeat(16)}"}`,
    )
    expect(codeOf(() => parseIntelPolicies(text))).toBe('INTEL_POLICY_KEY_UNKNOWN')
    const { policies } = parseIntelPolicies(text, { intelCompatible: true })
    expect(policies[0]!.reference['tdx_attributes']).toBeUndefined()
  })

  test('compatible reading lets unfit values pass with a warning each', () => {
    const text = policy(TD15, { tdx_attributes: '0'.repeat(16), tdx_attributes_mask: 'FF', tdx_mrtb: '' })
    expect(parseIntelPolicies(text, { intelCompatible: true }).warnings.map(({ code }) => code)).toEqual([
      'INTEL_POLICY_MASK_INVALID',
      'INTEL_POLICY_KEY_UNKNOWN',
    ])
  })

  test.each([
    ['INTEL_POLICY_PINS_NOTHING', TD15, {}],
    ['INTEL_POLICY_ATTRIBUTES_ABSENT', TD15, { tdx_mrtd: '0'.repeat(96) }],
    ['INTEL_POLICY_NEVER_HOLDS', 'bef7cb8c-31aa-42c1-854c-10db005d5c41', { sgx_isvprodid: 1 }],
    ['INTEL_POLICY_NEVER_HOLDS', PLATFORM, { accepted_tcb_status: ['OutOfDate'], collateral_grace_period: 0 }],
    [
      'INTEL_POLICY_NEVER_HOLDS',
      PLATFORM,
      { accepted_tcb_status: 'UpToDate', collateral_grace_period: 0, min_eval_num: 1 },
    ],
    [
      'INTEL_POLICY_NEVER_HOLDS',
      PLATFORM,
      { accepted_tcb_status: ['UpToDate', 'OutOfDate'], platform_grace_period: 9, collateral_grace_period: 1 },
    ],
    ['INTEL_POLICY_EXPIRY_UNSTATED', PLATFORM, { accepted_tcb_status: ['UpToDate'], min_eval_num: 16 }],
  ])('warns %s', (code, classId, reference) => {
    expect(parseIntelPolicies(policy(classId, reference)).warnings.map((warning) => warning.code)).toContain(code)
  })

  test('memory order is turned into Intel order, values and masks', () => {
    const document = JSON.parse(
      policy(TD15, { tdx_attributes: '0000001000000000', tdx_attributes_mask: 'ff00000000000000' }),
    )
    const { policies, byteOrder } = parseIntelPolicies(JSON.stringify({ ...document, byteOrder: 'memory' }))
    expect(byteOrder).toBe('memory')
    expect(policies[0]!.reference).toEqual({
      tdx_attributes: '0000000010000000',
      tdx_attributes_mask: '00000000000000FF',
    })
  })

  test('any text is read or refused with a code of this package', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(codeOf(() => parseIntelPolicies(text))).toMatch(/^INTEL_POLICY_/)
      }),
      { numRuns: 200 },
    )
  })
})

describe('byte order', () => {
  test('either order and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const order of ['intel', 'memory'] as const) {
          expect(decodeOrderedHex(encodeOrderedHex(bytes, order), order)).toEqual(bytes)
        }
        expect(reverseHex(encodeOrderedHex(bytes, 'intel'))).toBe(encodeOrderedHex(bytes, 'memory'))
      }),
      { numRuns: 100 },
    )
  })

  test('the attributes of a protected TD', () => {
    expect(encodeOrderedHex(Uint8Array.of(0, 0, 0, 0x10, 0, 0, 0, 0), 'intel')).toBe('0000000010000000')
  })
})

describe('signing', () => {
  test('a policy survives, comments and all', async () => {
    const token = await signPolicy(GUIDE, await signer())
    const [header] = token.split('.')
    const { alg, typ, jwk } = JSON.parse(Buffer.from(header!, 'base64url').toString())
    expect({ alg, typ }).toEqual({ alg: 'ES384', typ: 'JWT' })
    expect(JSON.parse(jwk)).toMatchObject({ alg: 'ES384', kty: 'EC', crv: 'P-384' })
    const read = await verifyPolicyToken(token)
    expect(read.text).toBe(GUIDE)
    expect(read.policies[0]!.signature).toBe(token.split('.')[2])
  })

  test('a policy in memory order is signed in the order that all readers know', async () => {
    const text = JSON.stringify({
      ...JSON.parse(policy(TD15, { tdx_attributes: '0000001000000000' })),
      byteOrder: 'memory',
    })
    const read = await verifyPolicyToken(await signPolicy(text, await signer()))
    expect(read.byteOrder).toBe('intel')
    expect(read.policies[0]!.reference['tdx_attributes']).toBe('0000000010000000')
  })

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  test.each([
    ['INTEL_POLICY_UNSIGNED', async () => `${part({ alg: 'none', typ: 'JWT' })}.${part({ policy_payload: GUIDE })}.`],
    ['INTEL_POLICY_UNSIGNED', async () => `${part({ alg: 'ES384' })}.${part({ policy_payload: GUIDE })}.AAAA`],
    [
      'INTEL_POLICY_SIGNATURE_INVALID',
      async () => {
        const [header, , signature] = (await signPolicy(GUIDE, await signer())).split('.')
        return `${header}.${part({ policy_payload: writeIntelPolicies([createTenantPolicy()]) })}.${signature}`
      },
    ],
    [
      'INTEL_POLICY_SIGNATURE_INVALID',
      async () => {
        const [mine, others] = [await signPolicy(GUIDE, await signer()), await signPolicy(GUIDE, await signer())]
        return [mine.split('.')[0], ...others.split('.').slice(1)].join('.')
      },
    ],
    ['INTEL_POLICY_TOKEN_MALFORMED', async () => 'a.b'],
    ['INTEL_POLICY_TOKEN_MALFORMED', async () => '!.!.!'],
    ['INTEL_POLICY_TOKEN_MALFORMED', async () => `${part({ alg: 'ES384', typ: 'X' })}.${part({})}.`],
    [
      'INTEL_KEY_INVALID',
      async () => `${part({ alg: 'ES384', jwk: '{"kty":"EC","crv":"P-256","x":"","y":""}' })}.${part({})}.`,
    ],
  ])('refuses with %s', async (code, make) => {
    await expect(verifyPolicyToken(await make())).rejects.toMatchObject({ code })
  })

  test('refuses a key on another curve', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const der = new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }))
    await expect(createIntelSigner(der)).rejects.toMatchObject({ code: 'INTEL_KEY_INVALID' })
  })
})

describe('writing', () => {
  test('from reference values in memory order', () => {
    const { reference } = createPolicyFromReferenceValues({
      mr_td: `01${'00'.repeat(47)}`,
      'tdx.quote.body.rtmr_1': [`02${'00'.repeat(47)}`],
    })
    expect(reference).toEqual({ tdx_mrtd: `${'00'.repeat(47)}01`, tdx_rtmr1: `${'00'.repeat(47)}02` })
  })

  test('in memory order, and read back the same', () => {
    const policy = createIntelPolicy(PLATFORM, { min_eval_num: 1, accepted_platform_provider_ids: ['0102'] })
    const text = writeIntelPolicies([createTenantPolicy(), policy], 'memory')
    expect(text).toContain('"tdx_attributes": "0000001000000000"')
    expect(text).toContain('"0201"')
    expect(parseIntelPolicies(text).policies.map(({ reference }) => reference)).toEqual([
      createTenantPolicy().reference,
      policy.reference,
    ])
  })

  test('a quote of a module that no class is known for', () => {
    const world = createDcapWorld({ now: 1_750_809_600, seed: 'module' })
    const quote = parseQuote(world.issueTdxQuote({ teeTcbSvn: `0602${'00'.repeat(14)}` }))
    expect(codeOf(() => createPoliciesFromQuote(quote))).toBe('INTEL_QUOTE_CLASS_UNKNOWN')
  })

  test.each([0x5n, 0x85n])('from the signature structure of an enclave with flags %s: its enclave passes', (flags) => {
    const world = createDcapWorld({ now: 1_750_809_600, seed: 'enclave' })
    const quote = parseQuote(world.issueSgxQuote({ isvSvn: 4, isvProdId: 9, attributeFlags: flags | 1n }))
    if (quote.tee !== 'sgx') throw new Error('another quote')
    const { mrEnclave, mrSigner, isvProdId, isvExtProdId, isvFamilyId, miscSelect, attributes } = quote.body
    // What a signer states: INIT is not set yet, and a newer enclave of the product may come.
    const stated = { mrEnclave, mrSigner, isvProdId, isvExtProdId, isvFamilyId, miscSelect, isvSvn: 3 }
    const sigstruct = {
      ...stated,
      miscMask: 0xffffffff,
      attributes: { flags: flags & ~1n, xfrm: attributes.xfrm },
      attributeMask: { flags: 0xffffffffffffffffn, xfrm: 0xffffffffffffffffn },
    } as EnclaveFile['sigstruct']
    const policy = createPolicyFromEnclave({ sigstruct } as EnclaveFile)
    expect(parseIntelPolicies(writeIntelPolicies([policy])).warnings).toEqual([])
    expect('sgx_isvfamilyid' in policy.reference).toBe(flags === 0x85n)
    const known = findIntelClass(policy.classId)!
    const checks = checkReport(known, policy.reference, measureEnclave(quote.body), 0)
    expect(checks.filter(({ result }) => result === 'fail')).toEqual([])
  })

  test('from an SGX quote and from a TD report: exactly that workload', () => {
    const world = createDcapWorld({ now: 1_750_809_600, seed: 'pinned' })
    const [enclave] = createPoliciesFromQuote(parseQuote(world.issueSgxQuote({ isvSvn: 3 })))
    expect(enclave!.reference).toMatchObject({ sgx_isvsvn_min: 3, sgx_attributes_mask: 'F'.repeat(32) })
    expect(Object.keys(enclave!.reference)).not.toContain('sgx_reportdata')
    const quote = parseQuote(world.issueTdxQuote({ body: 'td15' }))
    const fromReport = createPolicyFromTdReport(parseTdReport(world.issueTdReport()))
    expect(fromReport.reference).toEqual(createPoliciesFromQuote(quote)[0]!.reference)
  })

  test.each([
    ['INTEL_REFERENCE_VALUES_INVALID', []],
    ['INTEL_REFERENCE_VALUES_INVALID', {}],
    ['INTEL_REFERENCE_VALUES_INVALID', { kernel: 'aa' }],
    ['INTEL_REFERENCE_VALUES_INVALID', { mr_td: 'aa' }],
    ['INTEL_REFERENCE_VALUES_INVALID', { mr_td: 'zz'.repeat(48) }],
    ['INTEL_REFERENCE_VALUES_AMBIGUOUS', { mr_td: ['00'.repeat(48), '11'.repeat(48)] }],
  ])('refuses reference values with %s', (code, values) => {
    expect(codeOf(() => createPolicyFromReferenceValues(values))).toBe(code)
  })

  test('explains each check by what the policy asks', () => {
    const { className, demands } = explainPolicy(createTenantPolicy())
    expect(className).toBe('application TD 1.5')
    const attributes = demands.find(({ check }) => check === 'td_attributes_check')!
    expect(attributes).toMatchObject({ asked: { tdx_attributes: '0000000010000000' }, open: ['tdx_attributes_mask'] })
  })
})

describe('comparing two policies', () => {
  const base = {
    accepted_tcb_status: ['UpToDate', 'OutOfDate'],
    collateral_grace_period: 10,
    min_tcb_level_date: '2023-01-01T00:00:00Z',
    allow_smt_enabled: true,
    rejected_advisory_ids: ['A'],
  }
  test.each([
    ['stricter', 'accepted_tcb_status', ['UpToDate']],
    ['looser', 'accepted_tcb_status', ['UpToDate', 'OutOfDate', 'ConfigurationNeeded']],
    ['stricter', 'collateral_grace_period', 0],
    ['looser', 'collateral_grace_period', 11],
    ['stricter', 'collateral_grace_period', undefined],
    ['stricter', 'min_tcb_level_date', '2024-01-01T00:00:00Z'],
    ['looser', 'min_tcb_level_date', undefined],
    ['stricter', 'allow_smt_enabled', false],
    ['stricter', 'rejected_advisory_ids', ['A', 'B']],
    ['looser', 'rejected_advisory_ids', undefined],
    ['stricter', 'min_eval_num', 16],
  ])('%s: %s becomes %s', (effect, key, value) => {
    const changes = diffIntelPolicies(
      [createIntelPolicy(PLATFORM, base)],
      [createIntelPolicy(PLATFORM, { ...base, [key]: value, '#why': 'no matter' })],
    )
    expect(changes.map((change) => [change.key, change.effect])).toEqual([[key, effect]])
  })

  test('classes that came and went', () => {
    const changes = diffIntelPolicies([createIntelPolicy(PLATFORM, base)], [createTenantPolicy()])
    expect(changes.map(({ classId, effect }) => [classId, effect])).toEqual([
      [PLATFORM, 'looser'],
      [TD15, 'stricter'],
    ])
  })
})
