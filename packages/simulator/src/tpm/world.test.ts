import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeHex, encodeHex } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import { parseCertificate } from '@veritee/codec/x509'
import {
  beginEnrolment,
  claimsOfTpm,
  finishEnrolment,
  parseTpmEvidence,
  parseTpmPublic,
  verifyTpmEvidence,
} from '@veritee/evidence/tpm'
import { describe, expect, test } from 'vitest'
import { createSeed } from '../crypto/seed.ts'
import { createTpmWorld, deriveAttestationKey, loadTpmWorld, saveTpmWorld, type TpmWorld } from './index.ts'

const NOW = 1_790_000_000
const json = (value: unknown): unknown => parseJson(JSON.stringify(value))
const authorities = (world: TpmWorld) => [{ certificate: parseCertificate(world.authority), simulated: true }]
const create = (attestation: 'rsa' | 'p256' | 'p384' | 'sm2', endorsement: 'rsa' | 'p256' | 'p384' = 'rsa') =>
  createTpmWorld({ now: NOW, seed: `world ${attestation} ${endorsement}`, attestation, endorsement })

describe.each([
  ['rsa', 'single', ['SHA256']],
  ['rsa', 'banked', ['SHA1', 'SHA256', 'SHA384']],
  ['p256', 'single', ['SHA256']],
  ['p384', 'single', ['SHA256']],
  ['sm2', 'banked', ['SM3']],
] as const)('evidence of kind %s, %s, banks %j', (attestation, shape, banks) => {
  const world = create(attestation)

  test('is genuine and simulated, and its event log leads to its PCRs', async () => {
    const issued = json(world.issueEvidence({ shape, banks, nonce: 'c0ffee', commandLine: 'root=/dev/vda1' }))
    const verified = await verifyTpmEvidence(parseTpmEvidence(issued), { now: NOW, authorities: authorities(world) })
    expect(verified).toMatchObject({ boundBy: 'certificate', simulated: true })
    const claims = claimsOfTpm(verified)
    expect(claims).toMatchObject({ report_data: 'c0ffee', kernel_cmdline: 'root=/dev/vda1' })
  })

  test('TPM_AK_UNBOUND: without its certificate', async () => {
    const issued = json(world.issueEvidence({ shape, banks, withCertificate: false }))
    await expect(
      verifyTpmEvidence(parseTpmEvidence(issued), { now: NOW, authorities: authorities(world) }),
    ).rejects.toMatchObject({ code: 'TPM_AK_UNBOUND' })
  })

  test('BOOT_LOG_MISMATCH: the log of another boot', async () => {
    const evidence = parseTpmEvidence(json(world.issueEvidence({ shape, banks })))
    const trust = { now: NOW, authorities: authorities(world) }
    await expect(
      verifyTpmEvidence({ ...evidence, eventLog: world.eventLog('init=/bin/sh') }, trust),
    ).rejects.toMatchObject({ code: 'BOOT_LOG_MISMATCH' })
  })
})

describe.each(['rsa', 'p256', 'p384'] as const)('enrolment under an endorsement key of kind %s', (endorsement) => {
  const world = create('p256', endorsement)
  const request = () => ({
    endorsement: parseTpmPublic(world.endorsement.area),
    endorsementCertificate: parseCertificate(world.endorsementCertificate),
    attestation: parseTpmPublic(world.attestation.area),
  })
  const begin = (more: object = {}) =>
    beginEnrolment({ ...request(), ...more }, { now: NOW, authorities: authorities(world) })

  test('the TPM that has both keys proves it, and its quotes are trusted then', async () => {
    const pending = await begin()
    const proof = world.activateCredential(pending.credential)
    const enrolled = [finishEnrolment(pending, proof!)]
    const evidence = parseTpmEvidence(json(world.issueEvidence({ withCertificate: false })))
    const verified = await verifyTpmEvidence(evidence, { now: NOW, enrolled })
    expect(verified).toMatchObject({ boundBy: 'enrolment', simulated: true })
  })

  test('another TPM, or another key, recovers nothing', async () => {
    const other = createTpmWorld({ now: NOW, seed: 'another TPM', attestation: 'p256', endorsement })
    expect(other.activateCredential((await begin()).credential)).toBeUndefined()
    const foreign = await begin({ attestation: parseTpmPublic(other.attestation.area) })
    expect(world.activateCredential(foreign.credential)).toBeUndefined()
  })

  test('TPM_CREDENTIAL_INVALID: a proof that was guessed', async () => {
    const pending = await begin()
    for (const proof of [new Uint8Array(32), new Uint8Array(0), pending.secret.subarray(1)]) {
      expect(() => finishEnrolment(pending, proof)).toThrow(expect.objectContaining({ code: 'TPM_CREDENTIAL_INVALID' }))
    }
  })

  test.each([
    ['it signs whatever it is given', 0x4_0072],
    ['it may leave its TPM', 0x5_0060],
    ['it also decrypts', 0x7_0072],
    ['it was made elsewhere', 0x5_0052],
  ])('TPM_KEY_ATTRIBUTES: %s', async (_, attributes) => {
    const { area } = deriveAttestationKey(createSeed('loose'), 'loose', 'p256', attributes)
    await expect(begin({ attestation: parseTpmPublic(area) })).rejects.toMatchObject({ code: 'TPM_KEY_ATTRIBUTES' })
  })

  test('TPM_KEY_ATTRIBUTES: an attestation key in the place of the endorsement key', async () => {
    const wrong = { endorsement: parseTpmPublic(world.attestation.area) }
    await expect(begin(wrong)).rejects.toMatchObject({ code: 'TPM_KEY_ATTRIBUTES' })
  })

  test('TPM_KEY_MISMATCH: the certificate of another endorsement key', async () => {
    const other = createTpmWorld({ now: NOW, seed: 'another TPM', attestation: 'p256', endorsement })
    const wrong = { endorsement: parseTpmPublic(other.endorsement.area) }
    await expect(begin(wrong)).rejects.toMatchObject({ code: 'TPM_KEY_MISMATCH' })
  })
})

test('TPM_KEY_MISMATCH: evidence whose endorsement key and certificate are two keys', async () => {
  const [world, other] = [create('rsa'), create('rsa', 'p256')]
  const issued = world.issueEvidence({ shape: 'banked' })
  const evidence = parseTpmEvidence(json(issued))
  const mixed = { ...evidence, endorsementCertificate: parseCertificate(other.endorsementCertificate) }
  const trust = { now: NOW, authorities: authorities(world) }
  await expect(verifyTpmEvidence(mixed, trust)).rejects.toMatchObject({ code: 'TPM_KEY_MISMATCH' })
})

test('the same TPM each time, and when loaded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tpm-world-'))
  try {
    const world = create('p384')
    await saveTpmWorld(world, directory)
    const loaded = await loadTpmWorld(directory, NOW)
    expect(loaded.recipe).toEqual(world.recipe)
    expect(loaded.issueQuotes({ nonce: decodeHex('01') })).toEqual(world.issueQuotes({ nonce: '01' }))
    expect(encodeHex(loaded.authority)).toBe(encodeHex(world.authority))
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('SIMULATOR_VALUE_INVALID: a nonce that is too long', () => {
  expect(() => create('p256').issueQuotes({ nonce: new Uint8Array(65) })).toThrow(
    expect.objectContaining({ code: 'SIMULATOR_VALUE_INVALID' }),
  )
})
