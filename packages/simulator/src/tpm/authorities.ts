import { encodeExplicit, encodeOid, encodeSequence, encodeSet, encodeUtf8String } from '@veritee/codec/der'
import { EXTENSION_OIDS } from '@veritee/codec/x509'
import { deriveKey, type SimulatedKey } from '../crypto/key.ts'
import { deriveBytes, type Seed } from '../crypto/seed.ts'
import type { CertificateTemplate } from '../x509/certificate.ts'
import { basicConstraints, type ExtensionTemplate, keyUsage } from '../x509/extensions.ts'
import { simulatedName } from '../x509/name.ts'

const DAY = 86_400
const YEAR = 365 * DAY
/** tcg-kp-EKCertificate and tcg-kp-AIKCertificate. */
const USAGE = { ek: '2.23.133.8.1', ak: '2.23.133.8.3' } as const
/** What a certificate says about the TPM: manufacturer, model, version. */
const TPM_ATTRIBUTES = [
  ['2.23.133.2.1', 'id:00000000'],
  ['2.23.133.2.2', 'simulated'],
  ['2.23.133.2.3', 'id:00000001'],
] as const

/** Keys of the manufacturer of a simulated TPM, and one that nothing vouches for. */
export interface TpmAuthorityKeys {
  readonly manufacturer: SimulatedKey
  readonly stranger: SimulatedKey
}

export function deriveAuthorityKeys(seed: Seed): TpmAuthorityKeys {
  return { manufacturer: deriveKey(seed, 'manufacturer'), stranger: deriveKey(seed, 'stranger') }
}

/** The certificates of a TPM, unsigned. */
export interface TpmCertificates {
  authority: CertificateTemplate
  ak: CertificateTemplate
  ek: CertificateTemplate
}

const AUTHORITY = simulatedName('Simulated TPM Manufacturer CA', 'a TPM manufacturer')

export function createCertificates(
  seed: Seed,
  keys: TpmAuthorityKeys,
  publicKeys: { readonly ak: Uint8Array; readonly ek: Uint8Array },
  createdAt: number,
): TpmCertificates {
  const from = createdAt - (createdAt % DAY) - DAY
  const common = { issuer: AUTHORITY, notBefore: from, signer: keys.manufacturer }
  const leaf = (kind: 'ak' | 'ek', usage: ExtensionTemplate, more: readonly ExtensionTemplate[] = []) => ({
    ...common,
    serial: createSerial(seed, kind),
    subject: simulatedName(`Simulated ${kind === 'ak' ? 'attestation' : 'endorsement'} key`, 'a TPM manufacturer'),
    notAfter: from + 10 * YEAR,
    publicKey: publicKeys[kind],
    extensions: [basicConstraints(false), usage, extendedKeyUsage(USAGE[kind]), ...more],
  })
  return {
    authority: {
      ...common,
      serial: createSerial(seed, 'authority'),
      subject: AUTHORITY,
      notAfter: from + 30 * YEAR,
      publicKey: keys.manufacturer.spki,
      extensions: [basicConstraints(true, 0), keyUsage('keyCertSign', 'cRLSign')],
    },
    ak: leaf('ak', keyUsage('digitalSignature')),
    ek: leaf('ek', keyUsage('keyEncipherment'), [tpmName()]),
  }
}

export function extendedKeyUsage(oid: string): ExtensionTemplate {
  return { oid: EXTENSION_OIDS.extendedKeyUsage, value: encodeSequence(encodeOid(oid)) }
}

/** The TPM as a directory name, critical as manufacturers make it. */
function tpmName(): ExtensionTemplate {
  const sets = TPM_ATTRIBUTES.map(([oid, text]) => encodeSet(encodeSequence(encodeOid(oid), encodeUtf8String(text))))
  const name = encodeExplicit(4, encodeSequence(...sets))
  return { oid: EXTENSION_OIDS.subjectAltName, critical: true, value: encodeSequence(name) }
}

function createSerial(seed: Seed, name: string): Uint8Array {
  const serial = deriveBytes(seed, `serial ${name}`, 16)
  serial[0] = (serial[0]! & 0x3f) | 0x40
  return serial
}
