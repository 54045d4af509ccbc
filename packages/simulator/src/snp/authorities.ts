import type { SnpProduct, SnpTcb } from '@veritee/evidence/snp'
import { P384 } from '../crypto/ecdsa.ts'
import { deriveKey, type SimulatedKey } from '../crypto/key.ts'
import { deriveRsaKey, pssSigner, type SimulatedRsaKey } from '../crypto/rsa.ts'
import { deriveBytes, type Seed } from '../crypto/seed.ts'
import type { CertificateTemplate } from '../x509/certificate.ts'
import type { CrlTemplate } from '../x509/crl.ts'
import { basicConstraints, crlNumber, keyUsage } from '../x509/extensions.ts'
import { type NameTemplate, simulatedName } from '../x509/name.ts'
import type { VekKind } from './types.ts'
import { cspIdExtension, hardwareIdExtension, productNameOf, tcbExtensions } from './vek-extensions.ts'

const DAY = 86_400
const YEAR = 365 * DAY
const PROVIDER = 'CN=cloud.simulated.invalid'

/** Every key of a world. RSA keys are made when first asked for. */
export interface SnpKeys {
  readonly ark: SimulatedRsaKey
  /** Signs VCEK certificates. */
  readonly ask: SimulatedRsaKey
  /** Signs VLEK certificates. */
  readonly asvk: SimulatedRsaKey
  readonly vcek: SimulatedKey
  readonly vlek: SimulatedKey
  /** A key that nothing in the world vouches for. */
  readonly stranger: SimulatedKey
}

const rsaKeys = new Map<string, SimulatedRsaKey>()

export function deriveSnpKeys(seed: Seed, authorityBits: 2048 | 4096): SnpKeys {
  const authority = (label: string): SimulatedRsaKey => {
    const name = `${Buffer.from(seed).toString('hex')} ${label} ${authorityBits}`
    const key = rsaKeys.get(name) ?? deriveRsaKey(seed, label, authorityBits)
    rsaKeys.set(name, key)
    return key
  }
  return {
    get ark() {
      return authority('ark')
    },
    get ask() {
      return authority('ask')
    },
    get asvk() {
      return authority('asvk')
    },
    vcek: deriveKey(seed, 'vcek', P384),
    vlek: deriveKey(seed, 'vlek', P384),
    stranger: deriveKey(seed, 'stranger', P384),
  }
}

/** The three certificates that one kind of report rests on, unsigned. */
export interface SnpCertificates {
  ark: CertificateTemplate
  /** ASK of a VCEK, ASVK of a VLEK. */
  intermediate: CertificateTemplate
  vek: CertificateTemplate
}

/** A common name in AMD's spelling; everything else of the name says what this is. */
export function snpName(commonName: string): NameTemplate {
  return simulatedName(commonName, 'AMD')
}

/** What a certificate of the chip's key is for. */
export interface ChipValues {
  readonly product: SnpProduct
  readonly tcb: SnpTcb
  readonly hardwareId: Uint8Array
}

export function createCertificates(
  seed: Seed,
  keys: SnpKeys,
  kind: VekKind,
  chip: ChipValues,
  createdAt: number,
): SnpCertificates {
  const from = startOfDay(createdAt) - DAY
  const names = {
    ark: snpName(`ARK-${chip.product}`),
    intermediate: snpName(kind === 'vcek' ? `SEV-${chip.product}` : `SEV-VLEK-${chip.product}`),
    vek: snpName(kind === 'vcek' ? 'SEV-VCEK' : 'SEV-VLEK'),
  }
  const intermediate = kind === 'vcek' ? keys.ask : keys.asvk
  const forCa = [keyUsage('keyCertSign', 'cRLSign'), basicConstraints(true)]
  const identity = kind === 'vcek' ? hardwareIdExtension(chip.hardwareId) : cspIdExtension(PROVIDER)
  return {
    ark: {
      serial: createSerial(seed, 'ark'),
      issuer: names.ark,
      subject: names.ark,
      notBefore: from,
      notAfter: from + 25 * YEAR,
      publicKey: keys.ark.spki,
      extensions: forCa,
      signer: pssSigner(keys.ark, 'sha384'),
    },
    intermediate: {
      serial: createSerial(seed, `intermediate ${kind}`),
      issuer: names.ark,
      subject: names.intermediate,
      notBefore: from,
      notAfter: from + 25 * YEAR,
      publicKey: intermediate.spki,
      extensions: [keyUsage('keyCertSign'), basicConstraints(true, 0)],
      signer: pssSigner(keys.ark, 'sha384'),
    },
    vek: {
      serial: createSerial(seed, `vek ${kind}`),
      issuer: names.intermediate,
      subject: names.vek,
      notBefore: from,
      notAfter: from + (kind === 'vcek' ? 7 : 1) * YEAR,
      publicKey: keys[kind].spki,
      extensions: [...tcbExtensions(productNameOf(chip.product, kind), chip.tcb), identity],
      signer: pssSigner(intermediate, 'sha384'),
    },
  }
}

/** The root's revocation list as issued on the day of `now`; nothing is revoked. */
export function createCrl(keys: SnpKeys, product: SnpProduct, now: number): CrlTemplate {
  const thisUpdate = startOfDay(now)
  return {
    issuer: snpName(`ARK-${product}`),
    thisUpdate,
    nextUpdate: thisUpdate + YEAR,
    revoked: [],
    extensions: [crlNumber(1 + Math.floor(thisUpdate / DAY))],
    signer: pssSigner(keys.ark, 'sha384'),
  }
}

/** Lists are issued at midnight (UTC), so that they stay the same for a day. */
export function startOfDay(now: number): number {
  return now - (now % DAY)
}

function createSerial(seed: Seed, name: string): Uint8Array {
  const serial = deriveBytes(seed, `serial ${name}`, 16)
  serial[0] = (serial[0]! & 0x3f) | 0x40
  return serial
}
