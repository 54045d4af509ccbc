/** A real software TPM, started by this test: enrolment and quotes of keys that no code here has seen. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { decodeBase64, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { parseCertificate } from '@veritee/codec/x509'
import {
  beginEnrolment,
  claimsOfTpm,
  finishEnrolment,
  nameOf,
  parseTpmEvidence,
  parseTpmPublic,
  publicKeyOf,
  verifyTpmEvidence,
} from '@veritee/evidence/tpm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claimPort } from '../../../../testkit/port.ts'
import {
  activateCredential,
  attestationTemplate,
  createPrimary,
  createTpmAttester,
  endorsementTemplate,
  extendPcr,
  flushContext,
  openTpmDevice,
  openTpmSocket,
  quotePcrs,
  readNvIndex,
  readPcrs,
  readPublic,
  resetPcr,
  type TpmDevice,
} from './index.ts'

const NOW = 1_790_000_000
const haveSwtpm = spawnSync('swtpm', ['--version']).status === 0
const absent = haveSwtpm ? '' : ' (skipped: swtpm is not installed)'
/** Certifies endorsement keys, as manufacturers do. */
const manufacturer = createTpmWorld({
  now: NOW,
  seed: 'manufacturer of swtpm',
  attestation: 'p256',
  endorsement: 'p256',
})
const authorities = [{ certificate: parseCertificate(manufacturer.authority), simulated: true }]
const directory = mkdtempSync(join(tmpdir(), 'swtpm-'))

/** Behind magic, type and the name of the signer. */
const NONCE_AT = 4 + 2 + 2 + 34 + 2

interface QuoteJson {
  readonly signature: string
  readonly message: string
  readonly pcrs: readonly string[]
}

let server: ChildProcess
let port: number
let device: TpmDevice

beforeAll(async () => {
  if (!haveSwtpm) return
  for (let attempt = 0; attempt < 5 && device === undefined; attempt++) await start()
})

afterAll(async () => {
  await device?.close()
  server?.kill()
  rmSync(directory, { recursive: true })
})

async function start(): Promise<void> {
  const [own, control] = [await claimPort(), await claimPort()]
  const options = ['--tpmstate', `dir=${directory}`, '--flags', 'not-need-init,startup-clear']
  const tcp = (number: number) => `type=tcp,port=${number},bindaddr=127.0.0.1`
  server = spawn('swtpm', ['socket', '--tpm2', ...options, '--server', tcp(own), '--ctrl', tcp(control)], {
    stdio: 'ignore',
  })
  for (let tries = 0; tries < 100 && server.exitCode === null; tries++) {
    try {
      device = await openTpmSocket(own)
      port = own
      return
    } catch {
      await wait(50)
    }
  }
}

describe.skipIf(!haveSwtpm)(`swtpm${absent}`, () => {
  describe.each([
    ['rsa', 'rsa'],
    ['rsa', 'p256'],
    ['p256', 'rsa'],
    ['p256', 'p256'],
    ['p256', 'p384'],
  ] as const)('an endorsement key of kind %s and an attestation key of kind %s', (endorsementKind, attestationKind) => {
    const attester = createTpmAttester({
      open: async () => ({ send: (command) => device.send(command), close: async () => {} }),
      keyKind: attestationKind,
      eventLogPath: join(directory, 'no log'),
    })

    /** Both keys in the TPM, while the work is done. */
    async function withKeys<T>(
      work: (keys: { ek: Uint8Array; ak: Uint8Array; handles: [number, number] }) => Promise<T>,
    ) {
      const ek = await createPrimary(device, 'endorsement', endorsementTemplate(endorsementKind))
      const ak = await createPrimary(device, 'owner', attestationTemplate(attestationKind))
      try {
        return await work({ ek: ek.area, ak: ak.area, handles: [ak.handle, ek.handle] })
      } finally {
        await flushContext(device, ak.handle)
        await flushContext(device, ek.handle)
      }
    }

    function enrol() {
      return withKeys(async ({ ek, ak, handles: [attestation, endorsement] }) => {
        const publicArea = parseTpmPublic(ek)
        const request = {
          endorsement: publicArea,
          endorsementCertificate: parseCertificate(manufacturer.certifyKey('ek', publicKeyOf(publicArea).spki)),
          attestation: parseTpmPublic(ak),
        }
        const pending = await beginEnrolment(request, { now: NOW, authorities })
        const proof = await activateCredential(device, { attestation, endorsement }, pending.credential)
        return finishEnrolment(pending, proof)
      })
    }

    test('the key is enrolled, and its quote verifies', async () => {
      const enrolled = [await enrol()]
      const evidence = parseTpmEvidence(await attester.collect(encodeUtf8('nonce')))
      const verified = await verifyTpmEvidence(evidence, { now: NOW, enrolled })
      expect(verified).toMatchObject({ boundBy: 'enrolment', simulated: true })
      expect(claimsOfTpm(verified)).toMatchObject({
        report_data: encodeHex(encodeUtf8('nonce')),
        pcr00: '00'.repeat(32),
        pcr17: 'ff'.repeat(32),
      })
    })

    test('GUEST_TPM_REFUSED: a credential for another attestation key', async () => {
      const other = createTpmWorld({ now: NOW, seed: 'other', attestation: 'p256' }).attestation.area
      await withKeys(async ({ ek, handles: [attestation, endorsement] }) => {
        const publicArea = parseTpmPublic(ek)
        const request = {
          endorsement: publicArea,
          endorsementCertificate: parseCertificate(manufacturer.certifyKey('ek', publicKeyOf(publicArea).spki)),
          attestation: parseTpmPublic(other),
        }
        const { credential } = await beginEnrolment(request, { now: NOW, authorities })
        await expect(activateCredential(device, { attestation, endorsement }, credential)).rejects.toMatchObject({
          code: 'GUEST_TPM_REFUSED',
        })
      })
    })

    test.each<[string, (quote: QuoteJson) => QuoteJson]>([
      ['TPM_PCR_DIGEST', (quote) => ({ ...quote, pcrs: quote.pcrs.with(0, 'ab'.repeat(32)) })],
      ['TPM_SIGNATURE_INVALID', (quote) => ({ ...quote, message: flipByte(quote.message, NONCE_AT) })],
      ['TPM_SIGNATURE_INVALID', (quote) => ({ ...quote, signature: flipByte(quote.signature, -1) })],
    ])('%s: a tampered quote', async (code, change) => {
      const enrolled = [await enrol()]
      const issued = (await attester.collect(encodeUtf8('nonce'))) as { tpm_quote: QuoteJson }
      const tampered = parseTpmEvidence({ ...issued, tpm_quote: change(issued.tpm_quote) })
      await expect(verifyTpmEvidence(tampered, { now: NOW, enrolled })).rejects.toMatchObject({ code })
    })
  })

  test('a PCR holds what it was extended with, and can be reset where that is allowed', async () => {
    const [before] = await readPcrs(device, 'sha256', [23])
    const event = digest('sha256', encodeUtf8('event'))
    await extendPcr(device, 23, 'sha256', event)
    const [after] = await readPcrs(device, 'sha256', [23])
    expect(encodeHex(after!)).toBe(encodeHex(digest('sha256', before!, event)))
    await resetPcr(device, 23)
    expect((await readPcrs(device, 'sha256', [23]))[0]).toEqual(new Uint8Array(32))
    await expect(resetPcr(device, 0)).rejects.toMatchObject({ code: 'GUEST_TPM_REFUSED' })
  })

  test('all PCRs are read, however many a response holds', async () => {
    const pcrs = Array.from({ length: 24 }, (_, index) => index)
    expect(await readPcrs(device, 'sha256', pcrs)).toHaveLength(24)
  })

  test('a template gives the same key each time, and its name is the one computed here', async () => {
    const [once, again] = [
      await createPrimary(device, 'owner', attestationTemplate('p256')),
      await createPrimary(device, 'owner', attestationTemplate('p256')),
    ]
    try {
      expect(again.area).toEqual(once.area)
      expect(await readPublic(device, once.handle)).toEqual(once.area)
      const quote = await quotePcrs(device, once.handle, new Uint8Array(8), 'sha256', [0])
      // The qualified name hangs on the hierarchy; the name is in the certificate of creation only.
      expect(nameOf(parseTpmPublic(once.area))).toHaveLength(34)
      expect(quote.attest.subarray(0, 4)).toEqual(Uint8Array.of(0xff, 0x54, 0x43, 0x47))
    } finally {
      await flushContext(device, once.handle)
      await flushContext(device, again.handle)
    }
  })

  test('GUEST_TPM_REFUSED: an index that nobody wrote', async () => {
    await expect(readNvIndex(device, 0x01c0_0002)).rejects.toMatchObject({ code: 'GUEST_TPM_REFUSED' })
  })

  test('GUEST_ATTESTER_REPORT_DATA_INVALID: a nonce that is too long', async () => {
    const attester = createTpmAttester({ open: () => openTpmSocket(port) })
    await expect(attester.collect(new Uint8Array(65))).rejects.toMatchObject({
      code: 'GUEST_ATTESTER_REPORT_DATA_INVALID',
    })
  })
})

test('GUEST_TPM_UNAVAILABLE: no TPM there', async () => {
  await expect(openTpmDevice(join(directory, 'tpm'))).rejects.toMatchObject({ code: 'GUEST_TPM_UNAVAILABLE' })
  await expect(openTpmSocket(await claimPort())).rejects.toMatchObject({ code: 'GUEST_TPM_UNAVAILABLE' })
})

function flipByte(text: string, at: number): string {
  const bytes = decodeBase64(text)
  const index = at < 0 ? bytes.length + at : at
  return encodeBase64(bytes.with(index, bytes[index]! ^ 1))
}
