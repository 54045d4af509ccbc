import type { PckCa } from '@veritee/evidence/dcap/pck'
import { deriveKey, type SimulatedKey } from '../crypto/key.ts'
import { deriveBytes, type Seed } from '../crypto/seed.ts'
import type { CertificateTemplate } from '../x509/certificate.ts'
import type { CrlTemplate } from '../x509/crl.ts'
import {
  authorityKeyId,
  basicConstraints,
  crlDistributionPoint,
  crlNumber,
  type ExtensionTemplate,
  keyUsage,
  subjectKeyId,
} from '../x509/extensions.ts'
import { type NameTemplate, simulatedName } from '../x509/name.ts'

const DAY = 86_400
const YEAR = 365 * DAY

/** Where the root's revocation list is said to be; the name can never resolve. */
export const ROOT_CRL_URI = 'https://certificates.simulated.invalid/SimulatedRootCA.der'

/** Every key of a world. */
export interface WorldKeys {
  readonly root: SimulatedKey
  readonly processor: SimulatedKey
  readonly platform: SimulatedKey
  readonly pck: SimulatedKey
  readonly tcbSigner: SimulatedKey
  readonly attestation: SimulatedKey
  /** A key that nothing in the world vouches for. */
  readonly stranger: SimulatedKey
}

export function deriveWorldKeys(seed: Seed): WorldKeys {
  return {
    root: deriveKey(seed, 'root'),
    processor: deriveKey(seed, 'pck processor ca'),
    platform: deriveKey(seed, 'pck platform ca'),
    pck: deriveKey(seed, 'pck'),
    tcbSigner: deriveKey(seed, 'tcb signer'),
    attestation: deriveKey(seed, 'attestation key'),
    stranger: deriveKey(seed, 'stranger'),
  }
}

/** The names that verification selects certificates by. */
export const NAMES: Readonly<Record<'root' | PckCa | 'pck' | 'tcbSigner', NameTemplate>> = {
  root: simulatedName('Intel SGX Root CA'),
  processor: simulatedName('Intel SGX PCK Processor CA'),
  platform: simulatedName('Intel SGX PCK Platform CA'),
  pck: simulatedName('Intel SGX PCK Certificate'),
  tcbSigner: simulatedName('Intel SGX TCB Signing'),
}

/** The certificates of a world, unsigned. */
export interface WorldCertificates {
  root: CertificateTemplate
  intermediate: CertificateTemplate
  pck: CertificateTemplate
  tcbSigner: CertificateTemplate
}

export function createCertificates(
  seed: Seed,
  keys: WorldKeys,
  ca: PckCa,
  createdAt: number,
  sgxExtension: ExtensionTemplate,
): WorldCertificates {
  const from = startOfDay(createdAt) - DAY
  const pckCrlUri = `https://pcs.simulated.invalid/sgx/certification/v4/pckcrl?ca=${ca}&encoding=der`
  const certificate = (
    name: 'root' | PckCa | 'pck' | 'tcbSigner',
    issuer: 'root' | PckCa,
    years: number,
    crlUri: string,
    extensions: readonly ExtensionTemplate[],
  ): CertificateTemplate => ({
    serial: createSerial(seed, name),
    issuer: NAMES[issuer],
    subject: NAMES[name],
    notBefore: from,
    notAfter: from + years * YEAR,
    publicKey: keys[name].spki,
    extensions: [
      authorityKeyId(keys[issuer].id),
      crlDistributionPoint(crlUri),
      subjectKeyId(keys[name].id),
      ...extensions,
    ],
    signer: keys[issuer],
  })
  const forCa = keyUsage('keyCertSign', 'cRLSign')
  const forSigner = keyUsage('digitalSignature', 'nonRepudiation')
  return {
    root: certificate('root', 'root', 30, ROOT_CRL_URI, [forCa, basicConstraints(true, 1)]),
    intermediate: certificate(ca, 'root', 15, ROOT_CRL_URI, [forCa, basicConstraints(true, 0)]),
    pck: certificate('pck', ca, 7, pckCrlUri, [forSigner, basicConstraints(false), sgxExtension]),
    tcbSigner: certificate('tcbSigner', 'root', 7, ROOT_CRL_URI, [forSigner, basicConstraints(false)]),
  }
}

/** The revocation list of an authority as issued on the day of `now`; nothing is revoked. */
export function createCrl(keys: WorldKeys, issuer: 'root' | PckCa, now: number): CrlTemplate {
  const thisUpdate = startOfDay(now)
  return {
    issuer: NAMES[issuer],
    thisUpdate,
    nextUpdate: thisUpdate + (issuer === 'root' ? YEAR : 30 * DAY),
    revoked: [],
    extensions: [crlNumber(1 + Math.floor(thisUpdate / DAY)), authorityKeyId(keys[issuer].id)],
    signer: keys[issuer],
  }
}

/** Documents and lists are issued at midnight (UTC), so that they stay the same for a day. */
export function startOfDay(now: number): number {
  return now - (now % DAY)
}

/** A positive serial number of 20 bytes. */
function createSerial(seed: Seed, name: string): Uint8Array {
  const serial = deriveBytes(seed, `serial ${name}`, 20)
  serial[0] = (serial[0]! & 0x3f) | 0x40
  return serial
}
