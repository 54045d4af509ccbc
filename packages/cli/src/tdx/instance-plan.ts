/** What an ECS instance is asked to be, held against what TDX needs. */
import type { Probe } from '../doctor/probe.ts'

/** The parameters of RunInstances that matter, by their names; from a command line or from JSON. */
export type InstanceParameters = ReadonlyMap<string, string>

const NEEDED = [
  {
    id: 'plan.mode',
    name: 'SecurityOptions.ConfidentialComputingMode',
    isFit: (value: string) => value === 'TDX',
    needs: 'TDX',
  },
  {
    id: 'plan.instanceType',
    name: 'InstanceType',
    // xlarge is the smallest that TDX is offered for.
    isFit: (value: string) => /^ecs\.[a-z]+[8-9][a-z]*\.(\d*xlarge)$/.test(value),
    needs: 'the eighth generation, xlarge or larger, such as ecs.g8i.xlarge',
  },
  {
    id: 'plan.image',
    name: 'ImageId',
    isFit: (value: string) => /uefi/i.test(value) && !/^win/i.test(value),
    needs: 'a UEFI image of Linux, such as aliyun_3_9_x64_20G_uefi_alibase_20231219.vhd',
  },
  { id: 'plan.region', name: 'RegionId', isFit: (value: string) => value === 'cn-beijing', needs: 'cn-beijing' },
  { id: 'plan.zone', name: 'ZoneId', isFit: (value: string) => value === 'cn-beijing-i', needs: 'cn-beijing-i' },
] as const

/**
 * Reads the parameters of an `aliyun ecs RunInstances` line, continued lines included, or of a JSON object, nested or with
 * dots in its names.
 */
export function parseInstanceParameters(text: string): InstanceParameters {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) return new Map(flatten(JSON.parse(trimmed) as object, ''))
  const words = trimmed.replace(/\\\r?\n/g, ' ').match(/'[^']*'|"[^"]*"|[^\s'"]+/g) ?? []
  const parameters = new Map<string, string>()
  for (const [index, word] of words.entries()) {
    const match = /^--?-?([A-Za-z.]+)(?:=(.*))?$/.exec(word)
    if (!word.startsWith('--') || match === null) continue
    const value = match[2] ?? words[index + 1] ?? ''
    parameters.set(match[1]!, value.replace(/^(['"])(.*)\1$/, '$2'))
  }
  return parameters
}

/** Holds each parameter against what TDX needs. Region and zone may be others where the provider offers TDX there. */
export function probeInstance(parameters: InstanceParameters): readonly Probe[] {
  return NEEDED.map(({ id, name, isFit, needs }): Probe => {
    const value = parameters.get(name)
    if (value !== undefined && isFit(value)) return { id, state: 'ok', what: `${name} ${value}` }
    const isPlace = name === 'RegionId' || name === 'ZoneId'
    const what = value === undefined ? `${name} is not given` : `${name} ${value}`
    return isPlace
      ? { id, state: 'missing', what, next: `Known to offer TDX: ${needs}. Ask the provider about others.` }
      : { id, state: 'wrong', what, next: `TDX needs ${needs}.` }
  })
}

function flatten(value: object, prefix: string): [string, string][] {
  return Object.entries(value).flatMap(([name, member]): [string, string][] =>
    typeof member === 'object' && member !== null
      ? Object.entries(member).map(([inner, item]): [string, string] => [`${prefix}${name}.${inner}`, String(item)])
      : [[`${prefix}${name}`, String(member)]],
  )
}
