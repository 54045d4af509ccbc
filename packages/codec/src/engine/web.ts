import { CodecError } from '../errors.ts'
import type { PublicKey } from '../signature/public-key.ts'
import type { HashAlgorithm, NormalizedScheme } from '../signature/scheme.ts'

export { hashes } from './noble-hashes.ts'

const HASHES: Readonly<Record<HashAlgorithm, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
}

/** WebCrypto of the browser or the edge runtime; verification is asynchronous. */
export async function verifyNormalized(
  key: PublicKey,
  scheme: NormalizedScheme,
  data: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const native = await nativeKey(key, scheme)
  const bytes = data as Uint8Array<ArrayBuffer>
  return crypto.subtle.verify(verifyParameters(scheme), native, signature as Uint8Array<ArrayBuffer>, bytes)
}

/** WebCrypto ties an RSA key to one scheme and hash, so a handle may be imported more than once. */
const natives = new WeakMap<PublicKey, Map<string, Promise<CryptoKey>>>()

function nativeKey(key: PublicKey, scheme: NormalizedScheme): Promise<CryptoKey> {
  let imported = natives.get(key)
  if (imported === undefined) {
    imported = new Map()
    natives.set(key, imported)
  }
  const use = scheme.scheme === 'ecdsa' || scheme.scheme === 'ed25519' ? scheme.scheme : scheme.scheme + scheme.hash
  let native = imported.get(use)
  if (native === undefined) {
    native = importNative(key, scheme)
    imported.set(use, native)
  }
  return native
}

async function importNative(key: PublicKey, scheme: NormalizedScheme): Promise<CryptoKey> {
  try {
    const spki = key.spki as Uint8Array<ArrayBuffer>
    return await crypto.subtle.importKey('spki', spki, importParameters(key, scheme), false, ['verify'])
  } catch (cause) {
    throw new CodecError('CODEC_KEY_UNSUPPORTED', 'This runtime cannot use the public key.', { cause })
  }
}

function importParameters(key: PublicKey, scheme: NormalizedScheme): EcKeyImportParams | RsaHashedImportParams {
  switch (scheme.scheme) {
    case 'ecdsa':
      return { name: 'ECDSA', namedCurve: key.curve! }
    case 'rsa-pkcs1':
      return { name: 'RSASSA-PKCS1-v1_5', hash: HASHES[scheme.hash] }
    case 'rsa-pss':
      return { name: 'RSA-PSS', hash: HASHES[scheme.hash] }
    case 'ed25519':
      return { name: 'Ed25519' } as EcKeyImportParams
  }
}

function verifyParameters(scheme: NormalizedScheme): AlgorithmIdentifier | EcdsaParams | RsaPssParams {
  switch (scheme.scheme) {
    case 'ecdsa':
      return { name: 'ECDSA', hash: HASHES[scheme.hash] }
    case 'rsa-pkcs1':
      return { name: 'RSASSA-PKCS1-v1_5' }
    case 'rsa-pss':
      return { name: 'RSA-PSS', saltLength: scheme.saltBytes }
    case 'ed25519':
      return { name: 'Ed25519' }
  }
}
