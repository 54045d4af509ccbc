import { generateKeyPairSync } from 'node:crypto'
import { parseDcapCollateral, parseDcapRoot, verifyDcapQuote } from '@veritee/evidence/dcap'
import { createDcapWorld, type DcapWorld } from '@veritee/simulator'
import { beforeAll, describe, expect, test } from 'vitest'
import { appraiseIntel } from '../appraise.ts'
import { explainResult } from '../policy/explain.ts'
import {
  createIntelPolicy,
  createTenantPolicy,
  DEFAULT_POLICY_DESCRIPTION,
  writeIntelPolicies,
} from '../policy/write.ts'
import { encodeIntelResult, encodeResultToken } from '../result/encode.ts'
import { parseIntelResult, readResultToken, verifyResultToken } from '../result/read.ts'
import type { IntelResult } from '../result/types.ts'
import { signPolicy, type VerifiedPolicyToken, verifyPolicyToken } from '../token/policy-token.ts'
import { createIntelSigner, encodeIntelPublicKey, type IntelSigner, parseIntelPublicKey } from '../token/signer.ts'
import type { IntelPolicy } from '../types.ts'
import { createVerificationResult, type VerificationResult } from '../verification/document.ts'
import { encodeVerificationResult, verifyVerificationResult } from '../verification/token.ts'
import { authenticateResult } from './authenticate.ts'
import { authenticatePolicyOwners } from './owners.ts'

const NOW = 1_750_809_600
const PLATFORM = 'f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3'
const ENCLAVE = 'bef7cb8c-31aa-42c1-854c-10db005d5c41'
const USER_DATA = 'the key of this enclave'

const makeSigner = (): Promise<IntelSigner> => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return createIntelSigner(new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })))
}
const publicKeyOf = ({ publicJwk }: IntelSigner) => parseIntelPublicKey(encodeIntelPublicKey(publicJwk))

let world: DcapWorld
let quote: Uint8Array
let verification: VerificationResult
let owner: IntelSigner
let verifier: IntelSigner
let tenant: VerifiedPolicyToken

async function verify(bytes: Uint8Array, tee: 'tdx' | 'sgx', userData?: string): Promise<VerificationResult> {
  const collateral = parseDcapCollateral(world.collateral(tee))
  const verified = await verifyDcapQuote(bytes, { collateral, now: NOW, roots: [parseDcapRoot(world.root.pem)] })
  return createVerificationResult(verified, collateral, { now: NOW, ...(userData === undefined ? {} : { userData }) })
}

async function signed(policies: readonly IntelPolicy[], signer: IntelSigner): Promise<VerifiedPolicyToken> {
  return await verifyPolicyToken(await signPolicy(writeIntelPolicies(policies), signer))
}

const appraise = (policies: readonly IntelPolicy[]): IntelResult =>
  appraiseIntel(verification, policies, { now: NOW }).result

beforeAll(async () => {
  world = createDcapWorld({ now: NOW, seed: 'relying party' })
  quote = world.issueTdxQuote({ reportData: '01', paddingBytes: 70 })
  verification = await verify(quote, 'tdx')
  owner = await makeSigner()
  verifier = await makeSigner()
  tenant = await signed([createTenantPolicy()], owner)
})

describe('results of simulated evidence', () => {
  test('say so, in document and token', async () => {
    const result = appraise(tenant.policies)
    expect(result).toMatchObject({ overall: 1, simulated: true })
    const token = await encodeResultToken(result, verifier)
    expect((await verifyResultToken(token, { keys: [publicKeyOf(verifier)] })).result.simulated).toBe(true)
    expect(
      (
        await verifyVerificationResult(await encodeVerificationResult(verification, verifier), {
          keys: [publicKeyOf(verifier)],
        })
      ).simulated,
    ).toBe(true)
  })

  test('an explanation finds the same outcomes again', () => {
    const result = parseIntelResult(encodeIntelResult(appraise(tenant.policies)))
    for (const { checks, disputed, verdict } of explainResult(result)) {
      expect(verdict).toBe(1)
      expect(checks.length).toBeGreaterThan(4)
      expect(disputed).toEqual([])
    }
  })

  test('an explanation disputes an outcome that does not follow', () => {
    const text = encodeIntelResult(appraise(tenant.policies)).replace('"td_mrtd_check":true', '"td_mrtd_check":false')
    expect(explainResult(parseIntelResult(text)).flatMap(({ disputed }) => disputed)).toEqual(['td_mrtd_check'])
  })
})

describe('tokens', () => {
  test('an unsigned result passes only by name', async () => {
    const token = await encodeResultToken(appraise(tenant.policies), 'unsigned')
    await expect(verifyResultToken(token, { keys: [publicKeyOf(verifier)] })).rejects.toMatchObject({
      code: 'INTEL_RESULT_UNSIGNED',
    })
    expect(await verifyResultToken(token, { allowUnsigned: true })).toMatchObject({ authentic: false })
    expect(readResultToken(token).result.overall).toBe(1)
  })

  test('a result of a foreign key is refused', async () => {
    const token = await encodeResultToken(appraise(tenant.policies), await makeSigner())
    await expect(verifyResultToken(token, { keys: [publicKeyOf(verifier)] })).rejects.toMatchObject({
      code: 'INTEL_RESULT_KEY_UNTRUSTED',
    })
    await expect(verifyResultToken(token, { allowUnsigned: true })).rejects.toMatchObject({
      code: 'INTEL_RESULT_KEY_UNTRUSTED',
    })
  })

  test('a changed result is refused', async () => {
    const token = await encodeResultToken(appraise([]), verifier)
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const better = Buffer.from(payload, 'base64url').toString().replace('result\\":-1', 'result\\":1')
    const forged = `${header}.${Buffer.from(better).toString('base64url')}.${signature}`
    expect(readResultToken(forged).result.overall).toBe(1)
    await expect(verifyResultToken(forged, { keys: [publicKeyOf(verifier)] })).rejects.toMatchObject({
      code: 'INTEL_RESULT_SIGNATURE_INVALID',
    })
  })

  test.each([
    ['appraisal_check_date', '9223372036854775808'],
    ['appraisal_check_date', '-1'],
    ['nonce', '1.5'],
    ['overall_appraisal_result', '2'],
    ['overall_appraisal_result', '"1"'],
  ])('a result whose %s is %s is malformed', (member, value) => {
    const text = encodeIntelResult(appraise(tenant.policies)).replace(
      new RegExp(`"${member}":-?\\d+`),
      `"${member}":${value}`,
    )
    expect(() => parseIntelResult(text)).toThrowError(expect.objectContaining({ code: 'INTEL_RESULT_MALFORMED' }))
  })

  test('a policy with numbers beyond 2^53 inside a result is compared and explained without harm', () => {
    const text = encodeIntelResult(appraise(tenant.policies)).replaceAll(
      '"collateral_grace_period":0',
      '"collateral_grace_period":9007199254740993',
    )
    const result = parseIntelResult(text)
    expect(authenticateResult(result, [tenant]).status).toBe('incomplete')
    expect(explainResult(result).flatMap(({ disputed }) => disputed)).toContain('expiration_date_check')
  })

  test.each([
    ['INTEL_RESULT_MALFORMED', 'no token'],
    ['INTEL_RESULT_MALFORMED', 'e30.e30.'],
    ['INTEL_RESULT_MALFORMED', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
  ])('malformed results are refused with %s', async (code, token) => {
    await expect(verifyResultToken(token, { allowUnsigned: true })).rejects.toMatchObject({ code })
  })

  test('verification results: unsigned only by name, foreign keys refused, changes refused', async () => {
    const unsigned = await encodeVerificationResult(verification, 'unsigned')
    await expect(verifyVerificationResult(unsigned, {})).rejects.toMatchObject({ code: 'INTEL_VERIFICATION_UNSIGNED' })
    const read = await verifyVerificationResult(unsigned, { allowUnsigned: true })
    expect(read.reports.map(({ classId }) => classId)).toEqual(verification.reports.map(({ classId }) => classId))
    expect(read.quoteHash).toEqual(verification.quoteHash)
    const token = await encodeVerificationResult(verification, verifier)
    await expect(verifyVerificationResult(token, { keys: [publicKeyOf(owner)] })).rejects.toMatchObject({
      code: 'INTEL_VERIFICATION_KEY_UNTRUSTED',
    })
    const [header, , signature] = token.split('.')
    const other = (await encodeVerificationResult(await verify(world.issueTdxQuote(), 'tdx'), 'unsigned')).split('.')[1]
    await expect(
      verifyVerificationResult(`${header}.${other}.${signature}`, { keys: [publicKeyOf(verifier)] }),
    ).rejects.toMatchObject({ code: 'INTEL_VERIFICATION_SIGNATURE_INVALID' })
    const empty = `${unsigned.split('.')[0]}.${Buffer.from('{"qvl_result":"{}"}').toString('base64url')}.`
    await expect(verifyVerificationResult(empty, { allowUnsigned: true })).rejects.toMatchObject({
      code: 'INTEL_VERIFICATION_MALFORMED',
    })
  })
})

describe('authentication of a result', () => {
  test('the policy given and the built-in ones account for everything', () => {
    expect(authenticateResult(appraise(tenant.policies), [tenant], { quote })).toMatchObject({ status: 'success' })
  })

  test('it does not look at the verdict', () => {
    const strict = createIntelPolicy(tenant.policies[0]!.classId, { tdx_mrtd: '00'.repeat(48) })
    return signed([strict], owner).then((token) => {
      const result = appraise(token.policies)
      expect(result.overall).toBe(0)
      expect(authenticateResult(result, [token]).status).toBe('success')
    })
  })

  test('another policy of the class is a failure', async () => {
    const other = await signed([createTenantPolicy()], await makeSigner())
    expect(authenticateResult(appraise(tenant.policies), [other]).status).toBe('failure')
  })

  test('an unsigned policy in the result is a failure', () => {
    expect(authenticateResult(appraise([createTenantPolicy()]), [tenant]).status).toBe('failure')
  })

  test('without the tenant policy it is incomplete, and a policy for an absent class is unused', async () => {
    expect(authenticateResult(appraise(tenant.policies), []).status).toBe('incomplete')
    const enclave = await signed([createIntelPolicy(ENCLAVE, { sgx_isvprodid: 1 })], owner)
    const { status, classes } = authenticateResult(appraise(tenant.policies), [enclave, tenant])
    expect(status).toBe('success')
    expect(classes.find(({ classId }) => classId === ENCLAVE)!.outcome).toBe('unused')
    const appraisal = appraiseIntel(verification, [...tenant.policies, ...enclave.policies], { now: NOW })
    expect(appraisal.warnings.map(({ code }) => code)).toEqual(['INTEL_POLICY_CLASS_ABSENT'])
  })

  test('a signed policy does not pass for the built-in one; the original takes it', async () => {
    const disguised = createIntelPolicy(
      PLATFORM,
      { accepted_tcb_status: ['UpToDate', 'OutOfDate'], collateral_grace_period: 9 },
      DEFAULT_POLICY_DESCRIPTION,
    )
    const result = appraise([...tenant.policies, ...(await signed([disguised], await makeSigner())).policies])
    const strict = authenticateResult(result, [tenant])
    expect(strict.status).toBe('incomplete')
    expect(strict.differences).toHaveLength(1)
    expect(authenticateResult(result, [tenant], { intelCompatible: true }).status).toBe('success')
  })

  test('a quote that does not belong to the result', () => {
    const result = appraise(tenant.policies)
    const other = world.issueTdxQuote({ reportData: '02' })
    expect(() => authenticateResult(result, [tenant], { quote: other })).toThrowError(
      expect.objectContaining({ code: 'INTEL_RESULT_QUOTE_MISMATCH' }),
    )
    const lax = authenticateResult(result, [tenant], { quote: other, intelCompatible: true })
    expect(lax).toMatchObject({ status: 'success', differences: [{ path: 'quote_hash', ours: false, original: true }] })
    const { quoteHashes: _hashes, ...unbound } = result
    expect(() => authenticateResult(unbound, [tenant], { quote })).toThrowError(
      expect.objectContaining({ code: 'INTEL_RESULT_QUOTE_UNBOUND' }),
    )
  })

  test('two reports of one class', () => {
    const result = appraise(tenant.policies)
    const twice = { ...result, reports: [...result.reports, ...result.reports] }
    expect(() => authenticateResult(twice, [tenant])).toThrowError(
      expect.objectContaining({ code: 'INTEL_RESULT_CLASS_DUPLICATE' }),
    )
  })
})

describe('authentication of policy owners', () => {
  test('known, unknown, none', async () => {
    const result = appraise(tenant.policies)
    expect(authenticatePolicyOwners(result, [publicKeyOf(owner)])).toMatchObject({
      status: 'success',
      owners: [{ known: true }],
    })
    expect(authenticatePolicyOwners(result, [publicKeyOf(await makeSigner())]).status).toBe('incomplete')
    expect(() => authenticatePolicyOwners(appraise([]), [publicKeyOf(owner)])).toThrowError(
      expect.objectContaining({ code: 'INTEL_POLICY_OWNER_NONE' }),
    )
  })
})

describe('appraisal', () => {
  test('two policies of one class are refused', () => {
    expect(() => appraise([createTenantPolicy(), createTenantPolicy()])).toThrowError(
      expect.objectContaining({ code: 'INTEL_POLICY_CLASS_DUPLICATE' }),
    )
  })

  test('compatible appraisal takes the outcome of the original and says where it differs', () => {
    const policies = [
      createTenantPolicy(),
      createIntelPolicy(PLATFORM, {
        accepted_tcb_status: ['UpToDate'],
        collateral_grace_period: 0,
        allow_smt_enabled: false,
        min_tcb_level_date: '2040-01-01T00:00:00Z',
      }),
    ]
    const strict = appraiseIntel(verification, policies, { now: NOW })
    expect(strict.result.overall).toBe(0)
    const lax = appraiseIntel(verification, policies, { now: NOW, intelCompatible: true })
    expect(lax.result.overall).toBe(1)
    for (const { differences } of [strict, lax]) {
      expect(differences.map(({ path }) => path).sort()).toEqual([
        `${PLATFORM}.accepted_tcb_level_date_tag_check`,
        `${PLATFORM}.smt_enabled_check`,
      ])
    }
  })

  test('a revoked platform has no verification result', async () => {
    const revoked = createDcapWorld({ now: NOW, seed: 'revoked', tcbStatus: 'Revoked' })
    const collateral = parseDcapCollateral(revoked.collateral('tdx'))
    const roots = [parseDcapRoot(revoked.root.pem)]
    const verified = await verifyDcapQuote(revoked.issueTdxQuote(), { collateral, now: NOW, roots })
    expect(() => createVerificationResult(verified, collateral, { now: NOW })).toThrowError(
      expect.objectContaining({ code: 'INTEL_QUOTE_REVOKED' }),
    )
  })

  test.each([
    ['SGX', 'sgx', {}, ['3123ec35-8d38-4ea5-87a5-d6c48b567570', ENCLAVE]],
    [
      'TDX 1.0',
      'tdx',
      { version: 5, body: 'td10', teeTcbSvn: `060103${'00'.repeat(13)}` },
      [
        '9eec018b-7481-4b1c-8e1a-9f7c0c8c777f',
        '3769258c-75e6-4bc7-8d72-d2b0e224cad2',
        'a1e4ee9c-a12e-48ac-bed0-e3f89297f687',
      ],
    ],
    [
      'TDX 1.5 of version 5',
      'tdx',
      { body: 'td15' },
      [PLATFORM, '3769258c-75e6-4bc7-8d72-d2b0e224cad2', '45b734fc-aa4e-4c3d-ad28-e43d08880e68'],
    ],
  ] as const)('%s has its classes', async (_name, tee, options, classes) => {
    const bytes = tee === 'sgx' ? world.issueSgxQuote(options as object) : world.issueTdxQuote(options as object)
    const result = await verify(bytes, tee)
    expect(result.reports.map(({ classId }) => classId)).toEqual(classes)
    const measurement = result.reports.at(-1)!.measurement
    expect('tdx_mrservicetd' in measurement).toBe(_name === 'TDX 1.5 of version 5')
  })

  test('user data must be what enclave or TD bound', async () => {
    const { createHash } = await import('node:crypto')
    const reportData = createHash('sha384').update(USER_DATA).digest('hex')
    const bytes = world.issueSgxQuote({ reportData })
    expect((await verify(bytes, 'sgx', USER_DATA)).userData).toBe(USER_DATA)
    expect((await verify(world.issueTdxQuote({ reportData }), 'tdx', USER_DATA)).userData).toBe(USER_DATA)
    await expect(verify(world.issueTdxQuote(), 'tdx', USER_DATA)).rejects.toMatchObject({
      code: 'INTEL_QUOTE_USER_DATA_MISMATCH',
    })
    await expect(verify(bytes, 'sgx', 'another')).rejects.toMatchObject({ code: 'INTEL_QUOTE_USER_DATA_MISMATCH' })
  })
})
