import { expect, test } from 'vitest'
import { parseInstanceParameters, probeInstance } from './instance-plan.ts'

/** As the guide prints it. */
const LINE = `aliyun ecs RunInstances \\
  --SecurityOptions.ConfidentialComputingMode TDX \\
  --Region cn-beijing \\
  --RegionId cn-beijing \\
  --ZoneId cn-beijing-i \\
  --SystemDisk.Category cloud_essd \\
  --ImageId 'aliyun_3_9_x64_20G_uefi_alibase_20231219.vhd' \\
  --InstanceType 'ecs.g8i.2xlarge' \\
  --SecurityGroupId 'sg-[SecurityGroupId]'`

const wrong = (text: string) =>
  probeInstance(parseInstanceParameters(text))
    .filter(({ state }) => state === 'wrong')
    .map(({ id }) => id)

test('the line of the guide is fit', () => {
  expect(probeInstance(parseInstanceParameters(LINE)).every(({ state }) => state === 'ok')).toBe(true)
})

test.each([
  ['no mode', LINE.replace('ConfidentialComputingMode TDX', 'ConfidentialComputingMode SEV'), 'plan.mode'],
  ['too small', LINE.replace('g8i.2xlarge', 'g8i.large'), 'plan.instanceType'],
  ['an older generation', LINE.replace('g8i', 'g7'), 'plan.instanceType'],
  ['no UEFI', LINE.replace('_uefi', ''), 'plan.image'],
  ['Windows', LINE.replace('aliyun_3_9_x64', 'win2022_x64'), 'plan.image'],
])('%s', (_name, line, id) => expect(wrong(line)).toEqual([id]))

test('JSON, nested or with dots', () => {
  const rest = { InstanceType: 'ecs.g8i.xlarge', ImageId: 'a_uefi_b.vhd' }
  expect(wrong(JSON.stringify({ SecurityOptions: { ConfidentialComputingMode: 'TDX' }, ...rest }))).toEqual([])
  expect(wrong(JSON.stringify({ 'SecurityOptions.ConfidentialComputingMode': 'TDX', ...rest }))).toEqual([])
})

test('another region is no fault, and what is not given is said', () => {
  const probes = probeInstance(parseInstanceParameters(LINE.replaceAll('beijing', 'hangzhou')))
  expect(probes.filter(({ state }) => state === 'missing').map(({ id }) => id)).toEqual(['plan.region', 'plan.zone'])
  expect(wrong('')).toEqual(['plan.mode', 'plan.instanceType', 'plan.image'])
})
