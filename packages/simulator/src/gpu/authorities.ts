import { encodeOctetString, encodeSequence } from '@veritee/codec/der'
import { P384 } from '../crypto/ecdsa.ts'
import { deriveKey, type SimulatedKey } from '../crypto/key.ts'
import { deriveBytes, type Seed } from '../crypto/seed.ts'
import type { CertificateTemplate } from '../x509/certificate.ts'
import { basicConstraints, type ExtensionTemplate, keyUsage } from '../x509/extensions.ts'
import { simulatedName } from '../x509/name.ts'

const DAY = 86_400
const YEAR = 365 * DAY
const FIRMWARE_ID_OID = '2.23.133.5.4.1'

/** Every key of a device and its vendor. */
export interface GpuKeys {
  readonly root: SimulatedKey
  readonly intermediate: SimulatedKey
  readonly device: SimulatedKey
  /** A key that nothing vouches for. */
  readonly stranger: SimulatedKey
}

export function deriveGpuKeys(seed: Seed): GpuKeys {
  const key = (label: string): SimulatedKey => deriveKey(seed, `gpu ${label}`, P384)
  return { root: key('root'), intermediate: key('intermediate'), device: key('device'), stranger: key('stranger') }
}

/** The certificates of a device, leaf first, unsigned. */
export interface GpuCertificates {
  device: CertificateTemplate
  intermediate: CertificateTemplate
  root: CertificateTemplate
}

export function createCertificates(
  seed: Seed,
  keys: GpuKeys,
  firmwareId: Uint8Array,
  createdAt: number,
): GpuCertificates {
  const from = createdAt - (createdAt % DAY) - DAY
  const certificate = (
    name: 'root' | 'intermediate' | 'device',
    issuer: 'root' | 'intermediate',
    years: number,
    extensions: readonly ExtensionTemplate[],
  ): CertificateTemplate => ({
    serial: createSerial(seed, name),
    issuer: nameOf(issuer),
    subject: nameOf(name),
    notBefore: from,
    notAfter: from + years * YEAR,
    publicKey: keys[name].spki,
    extensions,
    signer: keys[issuer],
  })
  const forCa = keyUsage('keyCertSign', 'cRLSign')
  return {
    device: certificate('device', 'intermediate', 10, [keyUsage('digitalSignature'), firmwareIdExtension(firmwareId)]),
    intermediate: certificate('intermediate', 'root', 20, [forCa, basicConstraints(true, 0)]),
    root: certificate('root', 'root', 30, [forCa, basicConstraints(true)]),
  }
}

/** The identity of the firmware stands at the end of the extension. */
export function firmwareIdExtension(firmwareId: Uint8Array): ExtensionTemplate {
  return { oid: FIRMWARE_ID_OID, value: encodeSequence(encodeOctetString(firmwareId)) }
}

function nameOf(name: 'root' | 'intermediate' | 'device') {
  return simulatedName(name === 'device' ? 'Simulated GH100 device key' : `Simulated device ${name} CA`, 'NVIDIA')
}

function createSerial(seed: Seed, name: string): Uint8Array {
  const serial = deriveBytes(seed, `serial ${name}`, 16)
  serial[0] = (serial[0]! & 0x3f) | 0x40
  return serial
}
