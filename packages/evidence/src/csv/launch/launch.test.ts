import { concatBytes, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { createSm2PrivateKey, sm2PublicKey, sm3 } from '@veritee/codec/sm'
import { createCsvWorld } from '@veritee/simulator/csv'
import { describe, expect, it } from 'vitest'
import { EvidenceError } from '../../errors.ts'
import { parsePlatformCertificate } from '../certificate/certificates.ts'
import {
  createLaunchSecrets,
  createLaunchSession,
  deriveLaunchKey,
  digestCsvLaunch,
  encodeDiskKeyTable,
  encodeLaunchSecret,
  encodeLaunchStart,
  measureLaunch,
  openLaunchSecret,
  openLaunchSession,
  verifyLaunchMeasurement,
} from './index.ts'

const world = createCsvWorld({ now: 1_790_000_000, seed: 'launch' })
const platform = parsePlatformCertificate(world.platformChain.subarray(0, 2084), 'pdh')
const platformKey = world.draft().keys.pdh.privateKey
const tenantKey = createSm2PrivateKey()
const tenantPublicKey = sm2PublicKey(tenantKey)
const POLICY = 0x21

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof EvidenceError) return error.code
    throw error
  }
  return 'accepted'
}

it('the published vector of the key derivation', () => {
  const zeros = new Uint8Array(16)
  expect(encodeHex(deriveLaunchKey(zeros, 16, zeros, 'csv-master-secret'))).toBe('19e8d550e3a799b2917bc59146aaadae')
})

describe('a session', () => {
  const { bytes, secrets } = createLaunchSession({
    platform,
    policy: POLICY,
    tenantKey,
    vmId: encodeUtf8('vm-1'),
    vmDigest: new Uint8Array(32).fill(7),
  })
  const open = (changed = bytes, more: object = {}) =>
    openLaunchSession(changed, { policy: POLICY, tenantKey: tenantPublicKey, platformKey, ...more })

  it('is opened by the platform it was made for', () => {
    expect(bytes).toHaveLength(772)
    const opened = open()
    expect(opened.transportEncryptionKey).toEqual(secrets.transportEncryptionKey)
    expect(opened.transportIntegrityKey).toEqual(secrets.transportIntegrityKey)
    expect(encodeHex(opened.vmDigest)).toBe('07'.repeat(32))
    expect(encodeHex(opened.vmId)).toBe(`${encodeHex(encodeUtf8('vm-1'))}${'00'.repeat(12)}`)
  })

  it('each changed byte is refused', () => {
    for (let at = 0; at < 772; at += 31) {
      expect(
        codeOf(() => open(bytes.with(at, bytes[at]! ^ 1))),
        `byte ${at}`,
      ).toBe('CSV_LAUNCH_MISMATCH')
    }
  })

  it.each<[string, string, () => unknown]>([
    ['CSV_LAUNCH_MISMATCH', 'under another policy', () => open(bytes, { policy: POLICY ^ 1 })],
    ['CSV_LAUNCH_MISMATCH', 'by another platform', () => open(bytes, { platformKey: createSm2PrivateKey() })],
    ['CSV_LAUNCH_MISMATCH', 'of another tenant', () => open(bytes, { tenantKey: platform.key })],
    ['CSV_LAUNCH_INVALID', 'cut short', () => open(bytes.subarray(1))],
    [
      'CSV_CERTIFICATE_ROLE',
      'for a key that only signs',
      () =>
        createLaunchSession({
          platform: parsePlatformCertificate(world.platformChain.subarray(2084, 4168), 'pek'),
          policy: POLICY,
          tenantKey,
        }),
    ],
    [
      'CSV_LAUNCH_INVALID',
      'with an id that is too long',
      () => createLaunchSession({ platform, policy: POLICY, tenantKey, vmId: new Uint8Array(17) }),
    ],
    ['CSV_LAUNCH_INVALID', 'without a certificate', () => encodeLaunchStart(POLICY, new Uint8Array(0), bytes)],
  ])('%s: %s', (code, _, work) => {
    expect(codeOf(work)).toBe(code)
  })

  it('starts a launch behind the policy and the certificate', () => {
    expect(encodeLaunchStart(POLICY, world.platformChain.subarray(0, 2084), bytes)).toHaveLength(4 + 2084 + 772)
  })
})

describe('a measurement', () => {
  const launchDigest = digestCsvLaunch(encodeUtf8('firmware'))
  const { transportIntegrityKey } = createLaunchSecrets()
  const expected = { transportIntegrityKey, apiMajor: 1, apiMinor: 2, policy: POLICY, launchDigest }
  const mnonce = new Uint8Array(16).fill(5)
  const answer = concatBytes(measureLaunch({ ...expected, mnonce }), mnonce)

  it('of what was expected passes', () => {
    expect(codeOf(() => verifyLaunchMeasurement(answer, expected))).toBe('accepted')
  })

  it.each<[string, object]>([
    ['another digest', { launchDigest: sm3(launchDigest) }],
    ['another policy', { policy: 0 }],
    ['another version', { apiMinor: 3 }],
    ['a build that the firmware does not count in', { build: 1 }],
    ['another session', { transportIntegrityKey: new Uint8Array(16) }],
  ])('CSV_LAUNCH_MISMATCH: %s', (_, more) => {
    expect(codeOf(() => verifyLaunchMeasurement(answer, { ...expected, ...more }))).toBe('CSV_LAUNCH_MISMATCH')
  })

  it('CSV_LAUNCH_INVALID: an answer cut short', () => {
    expect(codeOf(() => verifyLaunchMeasurement(answer.subarray(1), expected))).toBe('CSV_LAUNCH_INVALID')
  })

  it('covers firmware, kernel, initrd and command line', () => {
    const boot = { kernel: encodeUtf8('k'), initrd: encodeUtf8('i'), commandLine: 'c' }
    const digests = [
      digestCsvLaunch(encodeUtf8('firmware')),
      digestCsvLaunch(encodeUtf8('firmware'), boot),
      digestCsvLaunch(encodeUtf8('firmware'), { ...boot, commandLine: 'd' }),
      digestCsvLaunch(encodeUtf8('firmwarf'), boot),
    ].map(encodeHex)
    expect(new Set(digests).size).toBe(4)
    expect(digests[0]).toBe(encodeHex(sm3(encodeUtf8('firmware'))))
  })
})

describe('a secret', () => {
  const secrets = createLaunchSecrets()
  const measure = new Uint8Array(32).fill(3)
  const packet = encodeLaunchSecret(secrets, measure, encodeDiskKeyTable(encodeUtf8('disk key\0')))

  it('arrives at the guest that was measured', () => {
    const table = openLaunchSecret(secrets, measure, packet)
    expect(encodeHex(table.subarray(0, 20))).toBe('42f5741edd71664d963eef4287ff173b31000000')
    expect(table.subarray(20 + 20)).toEqual(encodeUtf8('disk key\0'))
    expect(encodeHex(table.subarray(20, 40))).toBe('e5696873f084734992ec06879ce3da0b1d000000')
  })

  it.each<[string, string, () => unknown]>([
    ['CSV_LAUNCH_MISMATCH', 'another guest', () => openLaunchSecret(secrets, new Uint8Array(32), packet)],
    ['CSV_LAUNCH_MISMATCH', 'another session', () => openLaunchSecret(createLaunchSecrets(), measure, packet)],
    [
      'CSV_LAUNCH_MISMATCH',
      'a changed byte',
      () =>
        openLaunchSecret(secrets, measure, {
          ...packet,
          ciphertext: packet.ciphertext.with(0, packet.ciphertext[0]! ^ 1),
        }),
    ],
    [
      'CSV_LAUNCH_MISMATCH',
      'a changed vector',
      () => openLaunchSecret(secrets, measure, { ...packet, header: packet.header.with(4, packet.header[4]! ^ 1) }),
    ],
    [
      'CSV_LAUNCH_INVALID',
      'a header cut short',
      () => openLaunchSecret(secrets, measure, { ...packet, header: packet.header.subarray(1) }),
    ],
    [
      'CSV_LAUNCH_INVALID',
      'compressed data',
      () => openLaunchSecret(secrets, measure, { ...packet, header: packet.header.with(0, 1) }),
    ],
  ])('%s: %s', (code, _, work) => {
    expect(codeOf(work)).toBe(code)
  })
})
