import { concatBytes, encodeHex, encodeUtf8, u16le, u32le } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EvidenceError } from '../../errors.ts'
import { parseLaunchFirmware } from './firmware.ts'
import { decodeGuid, encodeGuid } from './guid.ts'
import {
  type DirectBoot,
  type GuestLaunch,
  measureFirmware,
  measureSevEsLaunch,
  measureSevLaunch,
  measureSnpLaunch,
  measureSvsmLaunch,
  type SvsmLaunch,
  signatureOfModel,
} from './index.ts'

const GUIDS = {
  footer: '96b582de-1fb2-45f7-baea-a366c55a082d',
  hashes: '7255371f-3a3b-4b04-927b-1da6efa8d454',
  reset: '00f771de-1a7e-4fcb-890e-68c77e2fb44e',
  metadata: 'dc886566-984a-4798-a75e-5585a7bf67cc',
  services: 'a789a612-0597-4c4b-a49f-cbb1fe9d1ddd',
}
const ALL_SECTIONS: readonly Section[] = [
  [0x80_0000, 0x9000, 1],
  [0x80_a000, 0x3000, 1],
  [0x80_d000, 0x1000, 2],
  [0x80_e000, 0x1000, 3],
  [0x80_f000, 0x1000, 4],
  [0x81_0000, 0x1000, 16],
  [0x81_1000, 0xf000, 1],
]
type Section = readonly [address: number, sizeBytes: number, type: number]

interface FirmwareOptions {
  readonly sections?: readonly Section[]
  readonly hashesAddress?: number
  readonly withReset?: boolean
  readonly magic?: string
  readonly metadataVersion?: number
  readonly count?: number
  readonly footer?: string
  /** Offset of the first instruction of an SVSM. */
  readonly servicesOffset?: number
}

/** Six pages of noise that end as firmware for encrypted guests does. */
function createFirmware(options: FirmwareOptions = {}): Uint8Array {
  const { sections = ALL_SECTIONS, hashesAddress = 0x81_0c00, withReset = true } = options
  const metadata = concatBytes(
    encodeUtf8(options.magic ?? 'ASEV'),
    u32le(16 + sections.length * 12),
    u32le(options.metadataVersion ?? 1),
    u32le(options.count ?? sections.length),
    ...sections.flatMap((section) => section.map(u32le)),
  )
  const metadataOffset = 1024
  const entry = (guid: string, data: Uint8Array) => concatBytes(data, u16le(data.length + 18), encodeGuid(guid))
  const entries = concatBytes(
    entry(GUIDS.hashes, concatBytes(u32le(hashesAddress), u32le(0x400))),
    ...(withReset ? [entry(GUIDS.reset, u32le(0x80_b004))] : []),
    entry(GUIDS.metadata, u32le(metadataOffset)),
    ...(options.servicesOffset === undefined ? [] : [entry(GUIDS.services, u32le(options.servicesOffset))]),
  )
  const table = concatBytes(entries, u16le(entries.length + 18), encodeGuid(options.footer ?? GUIDS.footer))
  const image = createNoise(6 * 4096)
  image.set(metadata, image.length - metadataOffset)
  image.set(table, image.length - 32 - table.length)
  return image
}

function createNoise(sizeBytes: number): Uint8Array {
  const blocks = Array.from({ length: sizeBytes / 32 }, (_, index) => digest('sha256', u32le(index)))
  return concatBytes(...blocks)
}

const boot = { kernel: encodeUtf8('a kernel'), initrd: encodeUtf8('an initrd'), commandLine: 'console=ttyS0 ro' }
const firmware = createFirmware()
const base: GuestLaunch = { firmware, processors: 2, processor: 'EPYC-Milan', features: 0x21n, boot }

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

const services = createFirmware({ sections: ALL_SECTIONS.slice(0, 5), servicesOffset: 0x40 })
const svsm: SvsmLaunch = { firmware, services, variablesBytes: 0x8_4000, processors: 4, processor: 'EPYC-v4' }

const GOLDEN: readonly [string, Partial<Omit<GuestLaunch, 'boot'>> & { boot?: DirectBoot | null }, string][] = [
  [
    'QEMU, two processors',
    {},
    '9faf2a5f728b3de5ca56e55570a55cbbed603504c80311592f9b7b1ac3013ebc0b6a2ff3efff2d5c58567bc475fb75e1',
  ],
  [
    'no kernel',
    { boot: null },
    '55ba447995d5a6e1850c7c5343bad55b3986ea3bc6eac453710de50e25ed73f633026f3f26a014e8a9f2739f6de419fd',
  ],
  [
    'one processor, SNP alone',
    { processors: 1, features: 1n },
    'bf27d8a20b719f804ee532999d1974f8c98361f140bd4a28aaf54686a1bf5921b251a18aaba64add019ac9ed6d773417',
  ],
  [
    'a kernel alone',
    { boot: { kernel: boot.kernel } },
    'acd8345fc1fc136982a88d0851b7187ba092f8ab70ec84606a9f508041f5faa748cf017186b2761999e8e5f729e6190b',
  ],
  [
    'EC2',
    { hypervisor: 'ec2' },
    'd4342f84eeae758cbbf08a08062c790515027a4ba556db204291cc603653b65bf450b282373150b478f99d1d09d01186',
  ],
  [
    'GCE',
    { hypervisor: 'gce' },
    '70fb448d08d9c048501419ca9ff7bf4125642ce99d3d06dbbb926cde3fe8559d9f6740438b121db998733a9c25eb3289',
  ],
  [
    'Turin',
    { processor: 'EPYC-Turin' },
    'a58cc343fd51c6835edde3f8e56621a21e6b9332d3e12fbce689cd3c25a952af6b91cdf2415bc79f2d58f6e2c46ca701',
  ],
]

describe('measurements that another calculator gives for the same launch', () => {
  it.each(GOLDEN)('SNP, %s', (_, { boot: own = boot, ...more }, expected) => {
    const { boot: _boot, ...launch } = base
    expect(encodeHex(measureSnpLaunch({ ...launch, ...more, ...(own === null ? {} : { boot: own }) }))).toBe(expected)
  })

  it('SEV-ES and SEV', () => {
    expect(encodeHex(measureSevEsLaunch(base))).toBe('b0db9145a6f46768bc972474d1afe6b060c982e01bc2236881d27a9e712ce68e')
    expect(encodeHex(measureSevLaunch(base))).toBe('e5180566326292bfeb6eed6d5820e44a881daf26c5a9e1edf14a2ac539bcb43b')
    expect(encodeHex(measureSevLaunch({ firmware }))).toBe(encodeHex(digest('sha256', firmware)))
  })

  // That calculator leaves the x87 control word of an SVSM zero.
  it.each([
    [4, '185d3a6f2e97e0eb1175654c818752c8ddf7e1e4fb40b16be9228b7f629dcd737bf95d44bd4fec58b16706709d94551d'],
    [1, '7d93c1c68fe5df9b7e66515251af96da50e593aacf3ea11edddc7c1f845a4d6e488f616894c1df8c2594060f7b8cafaa'],
  ])('SNP under an SVSM, %i processors', (processors, expected) => {
    const floatingPoint = { mxcsr: 0x1f80, x87Control: 0 }
    expect(encodeHex(measureSvsmLaunch({ ...svsm, processors, floatingPoint }))).toBe(expected)
  })

  it('the firmware alone', () => {
    expect(encodeHex(measureFirmware(firmware))).toBe(
      '6b870b09dae9b88927e38f69bba11cdba39a4515456ef4edd29a1360139e1d385190a434f43fe3bf72bdf4c5ddadc3f1',
    )
  })
})

describe('everything that launches is measured', () => {
  const measured = (more: Partial<GuestLaunch>): string => encodeHex(measureSnpLaunch({ ...base, ...more }))

  it.each<[string, Partial<GuestLaunch>]>([
    ['a byte of the firmware', { firmware: firmware.with(5000, firmware[5000]! ^ 1) }],
    ['the kernel', { boot: { ...boot, kernel: encodeUtf8('another kernel') } }],
    ['the initrd', { boot: { ...boot, initrd: encodeUtf8('another initrd') } }],
    ['the command line', { boot: { ...boot, commandLine: 'console=ttyS0 rw' } }],
    ['a processor more', { processors: 3 }],
    ['the processor model', { processor: 'EPYC-Genoa' }],
    ['the guest features', { features: 0x1n }],
    ['where the sections are', { firmware: createFirmware({ sections: ALL_SECTIONS.toReversed() }) }],
  ])('%s', (_, more) => {
    expect(measured(more)).not.toBe(measured({}))
  })

  it('a model is the same by name, by version and by signature', () => {
    expect(measured({ processor: 'EPYC-Milan-v2' })).toBe(measured({}))
    expect(measured({ processor: signatureOfModel('EPYC-Milan') })).toBe(measured({}))
    expect(signatureOfModel('EPYC-Milan')).toBe(0xa00f11)
  })
})

describe('a guest under an SVSM', () => {
  const measured = (more: Partial<SvsmLaunch>): string => encodeHex(measureSvsmLaunch({ ...svsm, ...more }))

  it.each<[string, Partial<SvsmLaunch>]>([
    ['a byte of the firmware', { firmware: firmware.with(5000, firmware[5000]! ^ 1) }],
    ['a byte of the SVSM', { services: services.with(5000, services[5000]! ^ 1) }],
    ['where the SVSM lies', { variablesBytes: 0x8_5000 }],
    ['where it begins', { services: createFirmware({ sections: ALL_SECTIONS.slice(0, 5), servicesOffset: 0x50 }) }],
    ['a processor more', { processors: 5 }],
    ['the processor model', { processor: 'EPYC-Milan' }],
    ['the floating-point state', { floatingPoint: { mxcsr: 0, x87Control: 0 } }],
  ])('%s is measured', (_, more) => {
    expect(measured(more)).not.toBe(measured({}))
  })

  it.each<[string, string, Partial<SvsmLaunch>]>([
    ['SNP_LAUNCH_INVALID', 'firmware in the place of the SVSM', { services: firmware }],
    ['SNP_LAUNCH_INVALID', 'half a page of variables', { variablesBytes: 0x800 }],
    ['SNP_LAUNCH_INVALID', 'no processor', { processors: 0 }],
    ['SNP_FIRMWARE_INVALID', 'an SVSM that is cut short', { services: services.subarray(4096 + 1) }],
    ['SNP_FIRMWARE_INVALID', 'more variables than fit below the firmware', { variablesBytes: 0xffff_f000 }],
  ])('%s: %s', (code, _, more) => {
    expect(codeOf(() => measured({}))).toBe('accepted')
    expect(codeOf(() => measured(more))).toBe(code)
  })
})

it.each<[string, Partial<GuestLaunch>]>([
  ['SNP_FIRMWARE_INVALID', { firmware: firmware.subarray(1) }],
  ['SNP_FIRMWARE_INVALID', { firmware: new Uint8Array(0) }],
  ['SNP_FIRMWARE_INVALID', { firmware: new Uint8Array(8192) }],
  ['SNP_FIRMWARE_INVALID', { firmware: createFirmware({ footer: GUIDS.reset }) }],
  ['SNP_FIRMWARE_INVALID', { firmware: createFirmware({ magic: 'ASEW' }) }],
  ['SNP_FIRMWARE_INVALID', { firmware: createFirmware({ metadataVersion: 2 }) }],
  ['SNP_FIRMWARE_INVALID', { firmware: createFirmware({ count: 0xffff_ffff }) }],
  ['SNP_FIRMWARE_INVALID', { firmware: createFirmware({ count: 8 }) }],
  ['SNP_FIRMWARE_INVALID', { firmware: createFirmware({ sections: [[0x1000, 0x1000, 9]] }) }],
  ['SNP_FIRMWARE_INVALID', { firmware: createFirmware({ sections: [[0x1001, 0x1000, 1]] }) }],
  ['SNP_FIRMWARE_INVALID', { firmware: createFirmware({ sections: [[0x1000, 0xffff_f000, 1]] }) }],
  ['SNP_LAUNCH_INVALID', { firmware: createFirmware({ withReset: false }) }],
  ['SNP_LAUNCH_INVALID', { firmware: createFirmware({ hashesAddress: 0 }) }],
  ['SNP_LAUNCH_INVALID', { firmware: createFirmware({ hashesAddress: 0xfff }) }],
  ['SNP_LAUNCH_INVALID', { firmware: createFirmware({ sections: [[0x1000, 0x1000, 1]] }) }],
  ['SNP_LAUNCH_INVALID', { firmware: createFirmware({ sections: [[0x1000, 0x2000, 16]] }) }],
  ['SNP_LAUNCH_INVALID', { processors: 0 }],
  ['SNP_LAUNCH_INVALID', { processors: 1e9 }],
  ['SNP_LAUNCH_INVALID', { processor: 'Skylake' }],
])('%s', (code, more) => {
  expect(codeOf(() => measureSnpLaunch({ ...base, ...more }))).toBe(code)
})

it('firmware changed at random is read or refused in the words of this package', () => {
  const tail = firmware.length - 1100
  fc.assert(
    fc.property(fc.nat(1099), fc.nat(255), (at, value) => {
      expect(codeOf(() => parseLaunchFirmware(firmware.with(tail + at, value)))).toMatch(
        /^(?:accepted|SNP_FIRMWARE_INVALID)$/,
      )
    }),
    { numRuns: 300 },
  )
})

it('a GUID is stored with its first three groups reversed', () => {
  expect(encodeHex(encodeGuid(GUIDS.footer))).toBe('de82b596b21ff745baeaa366c55a082d')
  expect(decodeGuid(encodeGuid(GUIDS.footer))).toBe(GUIDS.footer)
})
