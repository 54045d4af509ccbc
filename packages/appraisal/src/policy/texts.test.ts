import { expect, it } from 'vitest'
import { createPolicyInput, writeClaimsAsTexts } from './index.ts'

const SNP = {
  measurement: '00ff',
  policy_debug_allowed: false,
  policy_abi_major: 1,
  platform_smt_enabled: true,
  reported_tcb_bootloader: 3,
  vmpl: 0,
  chip_id: 'aa',
}
const WRITTEN = {
  ...SNP,
  measurement: 'AP8=',
  policy_debug_allowed: '0',
  policy_abi_major: '1',
  platform_smt_enabled: '1',
  reported_tcb_bootloader: '3',
}

it('writes flags, versions and the measurement of SEV-SNP as texts, and leaves the rest', () => {
  const evidence = { tee: 'snp', claims: { snp: SNP, report_data: '00' }, runtimeData: { nonce: 'n' } }
  expect(writeClaimsAsTexts(evidence)).toEqual({ ...evidence, claims: { snp: WRITTEN, report_data: '00' } })
  const input = createPolicyInput([writeClaimsAsTexts(evidence)])
  expect(input['snp.policy_debug_allowed']).toBe('0')
})

it('gives Azure machines their plain name too', () => {
  const both = writeClaimsAsTexts({ tee: 'az-snp-vtpm', claims: { 'az-snp-vtpm': SNP } })
  expect(both.claims).toEqual({ 'az-snp-vtpm': WRITTEN, azsnpvtpm: WRITTEN })
  const tdx = { quote: { body: { mr_td: 'aa' } }, 'measurement.kernel.SHA-384': 'bb' }
  const input = createPolicyInput([writeClaimsAsTexts({ tee: 'az-tdx-vtpm', claims: { 'az-tdx-vtpm': tdx } })])
  expect(input).toMatchObject({
    aztdxvtpm: tdx,
    'aztdxvtpm.quote.body.mr_td': 'aa',
    'measurement.kernel.SHA-384': 'bb',
  })
})

it.each([
  { tee: 'tdx', claims: { tdx: { policy_x: 1 } } },
  { tee: 'snp', claims: {} },
  { tee: 'snp', claims: { snp: { measurement: 'no hexadecimal' } } },
])('leaves %j as it is', (evidence) => {
  expect(writeClaimsAsTexts(evidence)).toEqual(evidence)
})
