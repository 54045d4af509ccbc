import { decodeHex } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { importPublicKey, type PublicKey, type SignatureScheme, verifySignature } from '@veritee/codec/signature'
import { type Place, refuse, within } from '../members.ts'

const ED25519_SPKI = '302a300506032b6570032100'

/** The one public key of a PEM text. */
export function readPemKey(text: string, place: Place): PublicKey {
  const blocks = within(place, () => parsePem(text))
  const [block] = blocks
  if (block === undefined || blocks.length > 1 || block.label !== 'PUBLIC KEY')
    throw refuse(place, `${place.path} is not one PUBLIC KEY in PEM.`)
  return within(place, () => importPublicKey({ kind: 'spki', der: block.der }))
}

/** An Ed25519 key of 64 hexadecimal digits. */
export function readHexKey(text: string, place: Place): PublicKey {
  if (text.length !== 64) throw refuse(place, `${place.path} is not 32 bytes in hexadecimal.`)
  return within(place, () => importPublicKey({ kind: 'spki', der: decodeHex(ED25519_SPKI + text) }))
}

export function isSameKey(a: PublicKey, b: PublicKey): boolean {
  return a.spki.length === b.spki.length && a.spki.every((byte, index) => byte === b.spki[index])
}

const EC_HASHES = { 'P-256': 'sha256', 'P-384': 'sha384', 'P-521': 'sha512' } as const

/** The ways in which a key of this kind signs envelopes. */
function schemesOf(key: PublicKey): SignatureScheme[] {
  if (key.algorithm === 'ed25519') return [{ scheme: 'ed25519' }]
  if (key.algorithm === 'rsa') return [{ scheme: 'rsa-pss', hash: 'sha256' }]
  if (key.algorithm !== 'ec' || key.curve === undefined || key.curve === 'SM2') return []
  return [{ scheme: 'ecdsa', hash: EC_HASHES[key.curve], format: 'der' }]
}

/** Whether `signature` over `data` is by `key`, in the way that keys of its kind sign. */
export async function isSignedBy(key: PublicKey, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  for (const scheme of schemesOf(key)) if (await verifySignature(key, scheme, data, signature)) return true
  return false
}
