import { P384 } from '../crypto/ecdsa.ts'
import { deriveKey, type SimulatedKey } from '../crypto/key.ts'
import { deriveBytes, type Seed } from '../crypto/seed.ts'
import type { CertificateTemplate } from '../x509/certificate.ts'
import { basicConstraints, keyUsage } from '../x509/extensions.ts'
import { simulatedName } from '../x509/name.ts'

const DAY = 86_400
const YEAR = 365 * DAY

/** Every key of a platform that runs enclave virtual machines. */
export interface EnclaveKeys {
  readonly root: SimulatedKey
  readonly zone: SimulatedKey
  readonly instance: SimulatedKey
  /** Signs documents. */
  readonly leaf: SimulatedKey
  /** A key that nothing vouches for. */
  readonly stranger: SimulatedKey
}

const LABELS = ['root', 'zone', 'instance', 'leaf', 'stranger'] as const

export function deriveEnclaveKeys(seed: Seed): EnclaveKeys {
  const keys = LABELS.map((label) => [label, deriveKey(seed, `enclave ${label}`, P384)] as const)
  return Object.fromEntries(keys) as unknown as EnclaveKeys
}

/** The certificates of a document, unsigned. */
export interface EnclaveCertificates {
  root: CertificateTemplate
  zone: CertificateTemplate
  instance: CertificateTemplate
  leaf: CertificateTemplate
}

/** The root lives long, what is below it for a day from `now`. */
export function createCertificates(seed: Seed, keys: EnclaveKeys, createdAt: number, now: number): EnclaveCertificates {
  const certificate = (
    name: keyof EnclaveCertificates,
    issuer: keyof EnclaveCertificates,
    validity: Pick<CertificateTemplate, 'notBefore' | 'notAfter'>,
    extensions: CertificateTemplate['extensions'],
  ): CertificateTemplate => ({
    serial: createSerial(seed, name),
    issuer: nameOf(issuer),
    subject: nameOf(name),
    ...validity,
    publicKey: keys[name].spki,
    extensions,
    signer: keys[issuer],
  })
  const long = { notBefore: createdAt - DAY, notAfter: createdAt + 30 * YEAR }
  const short = { notBefore: now - 3600, notAfter: now + DAY }
  const forCa = keyUsage('keyCertSign', 'cRLSign')
  return {
    root: certificate('root', 'root', long, [basicConstraints(true), forCa]),
    zone: certificate('zone', 'root', short, [basicConstraints(true, 1), forCa]),
    instance: certificate('instance', 'zone', short, [basicConstraints(true, 0), forCa]),
    leaf: certificate('leaf', 'instance', short, [basicConstraints(false), keyUsage('digitalSignature')]),
  }
}

function nameOf(name: keyof EnclaveCertificates) {
  return simulatedName(`Simulated enclave ${name}`, 'any platform')
}

function createSerial(seed: Seed, name: string): Uint8Array {
  const serial = deriveBytes(seed, `serial enclave ${name}`, 16)
  serial[0] = (serial[0]! & 0x3f) | 0x40
  return serial
}
