import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { equalBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { encodePem, parsePem } from '@veritee/codec/pem'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import type { ServiceConfig } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import { createFile } from '../keys/index.ts'
import { encodeName, signCertificate } from './certificate.ts'

export type TpmAuthorityConfig = NonNullable<ServiceConfig['tpmAuthority']>

/** An authority that says of attestation keys that they are inside a TPM. */
export interface TpmAuthority {
  /** Its certificate and what is above it, PEM. */
  readonly chain: string
  /** What a careful operator should know of its files. */
  readonly notices: readonly string[]
  /**
   * The certificate of an attestation key with the chain behind it, PEM.
   *
   * @throws ServiceError SERVICE_FILE_INVALID once the authority’s own certificate has ended, SERVICE_REQUEST_INVALID for a
   *   time that it would outlive
   */
  certify(request: CertifyRequest, now: number): string
}

export interface CertifyRequest {
  readonly name: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  /** Default: a second less than the authority has left. */
  readonly lifetimeSeconds?: number
}

const KEY_FILE = 'ca.key'
const CHAIN_FILE = 'ca.crt'

/**
 * Opens the authority; a key and a certificate that no file is named for are made in its folder where they are not there.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID, SERVICE_KEY_INVALID
 */
export function openTpmAuthority(config: TpmAuthorityConfig, now: number): TpmAuthority {
  const folder = resolve(config.folder)
  makeFolder(folder)
  const keyPath = config.key === undefined ? join(folder, KEY_FILE) : resolve(config.key)
  const chainPath = config.certificates === undefined ? join(folder, CHAIN_FILE) : resolve(config.certificates)
  if (config.key === undefined) makeOnce(keyPath, 0o600, createKey)
  const key = readKey(keyPath)
  if (config.certificates === undefined) makeOnce(chainPath, 0o644, () => createRoot(key, config, now))
  const chain = readFile(chainPath, 'tpmAuthority.certificates')
  const own = readOwn(chain, chainPath, key)
  return {
    chain,
    notices: [...describeMode(keyPath), ...describeOwn(own, chainPath)],
    certify({ name, publicKey, lifetimeSeconds }, at) {
      const left = own.notAfter - at - 1
      if (left < 1)
        throw new ServiceError('SERVICE_FILE_INVALID', 'The certificate of the TPM authority has ended.', {
          details: { path: chainPath, actual: own.notAfter },
        })
      const seconds = lifetimeSeconds ?? left
      if (seconds > left)
        throw new ServiceError('SERVICE_REQUEST_INVALID', 'duration: it ends after the certificate of the authority.', {
          details: { path: 'duration', expected: `at most ${left}s`, actual: `${seconds}s` },
        })
      const content = {
        issuer: own.subject.der,
        subject: encodeName({ commonName: name }),
        publicKey,
        notBefore: at,
        notAfter: at + seconds,
        kind: 'attestation key' as const,
      }
      return encodePem('CERTIFICATE', signCertificate(content, key)) + chain
    },
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `The directory ${folder} cannot be made.`, {
      cause,
      details: { path: 'tpmAuthority.folder', actual: folder },
    })
  }
}

function makeOnce(path: string, mode: number, create: () => string): void {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return
  try {
    createFile(path, create(), mode)
  } catch (cause) {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `${path} cannot be written.`, { cause, details: { path } })
  }
}

function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

function createRoot(key: KeyObject, { name, organization, lifetimeSeconds }: TpmAuthorityConfig, now: number): string {
  const subject = encodeName({ commonName: name, organization })
  const publicKey = exportPublicKey(key)
  const content = { issuer: subject, subject, publicKey, notBefore: now, notAfter: now + lifetimeSeconds }
  return encodePem('CERTIFICATE', signCertificate({ ...content, kind: 'authority' }, key))
}

function readKey(path: string): KeyObject {
  const text = readFile(path, 'tpmAuthority.key')
  try {
    return createPrivateKey(text)
  } catch {
    // The library's message may quote the text: it is left out.
    throw new ServiceError('SERVICE_KEY_INVALID', `${path} holds no private key in PEM.`, { details: { path } })
  }
}

function readFile(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `${name}: the file ${path} cannot be read.`, {
      cause,
      details: { path: name, actual: path },
    })
  }
}

/** The authority's own certificate: the first, and of its key. */
function readOwn(chain: string, path: string, key: KeyObject): X509Certificate {
  const invalid = (why: string, cause?: unknown) =>
    new ServiceError('SERVICE_FILE_INVALID', `${path}: ${why}`, { cause, details: { path } })
  try {
    const [first] = parsePem(chain).filter(({ label }) => label === 'CERTIFICATE')
    if (first === undefined) throw invalid('It holds no certificate.')
    const own = parseCertificate(first.der)
    if (!equalBytes(own.publicKey.spki, exportPublicKey(key)))
      throw invalid('It is of another key than the authority’s.')
    return own
  } catch (cause) {
    if (cause instanceof ServiceError || !isCodedError(cause)) throw cause
    throw invalid(`It is no certificate: ${cause.message}`, cause)
  }
}

function exportPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }))
}

function describeMode(path: string): string[] {
  return (statSync(path).mode & 0o077) === 0
    ? []
    : [`Others on this machine may read ${path}, and with it say of any key that it is inside a TPM: chmod 600 ${path}`]
}

function describeOwn({ basicConstraints }: X509Certificate, path: string): string[] {
  return basicConstraints?.ca === true
    ? []
    : [
        `${path} does not say that it is an authority’s, so attestation keys under it are refused here: put it away, and a new one is made.`,
      ]
}
