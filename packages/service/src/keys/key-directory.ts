import { createPublicKey, type KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ServiceError } from '../errors.ts'
import { makeKeyFile, parsePublicKey, readKeyPair, readOrCreateKeyPair, readOrCreateSecretKey } from './key-file.ts'
import { claimPrivateDirectory, readGuardedFile } from './private-file.ts'

/** The keys of one service; all replicas of it share them. */
export interface ServiceKeys {
  /** Verifies administrators' tokens. The private half, `admin.pem`, belongs to the operator and is not kept in memory. */
  readonly adminPublicKey: KeyObject
  readonly adminPublicKeyPath: string
  /** Where the operator finds the admin key; true in `adminKeyCreated` when this start made it. */
  readonly adminKeyPath: string
  readonly adminKeyCreated: boolean
  /** P-256, signs attestation result tokens. */
  readonly tokenSigningKey: KeyObject
  /** 32 bytes, authenticates handshakes. */
  readonly handshakeKey: Uint8Array
  /** 32 bytes, wraps the data keys of stored secrets. */
  readonly storageKey: Uint8Array
}

/**
 * Reads the keys under `directory`, making those that are absent: `admin.pem` with `admin.pub`, `token.pem`,
 * `handshake.key`, `storage.key`. Once `admin.pub` exists, `admin.pem` may be moved to the operator's own machine.
 *
 * @throws ServiceError SERVICE_KEY_PERMISSIONS naming the file and the chmod command, SERVICE_KEY_INVALID, SERVICE_FILE_UNREADABLE
 */
export function openKeyDirectory(directory: string): ServiceKeys {
  claimPrivateDirectory(directory)
  const adminKeyPath = join(directory, 'admin.pem')
  const adminPublicKeyPath = join(directory, 'admin.pub')
  return {
    ...openAdminKey(adminKeyPath, adminPublicKeyPath),
    adminKeyPath,
    adminPublicKeyPath,
    tokenSigningKey: readOrCreateKeyPair(join(directory, 'token.pem'), 'P-256').key,
    handshakeKey: readOrCreateSecretKey(join(directory, 'handshake.key')),
    storageKey: readOrCreateSecretKey(join(directory, 'storage.key')),
  }
}

/**
 * Reads the administrator's public key again. Nothing is made: a directory that went away, such as one that is not mounted any
 * more, is not one that never had keys.
 *
 * @throws ServiceError SERVICE_KEY_PERMISSIONS, SERVICE_KEY_INVALID, SERVICE_FILE_UNREADABLE
 */
export function readAdminKey(
  directory: string,
): Pick<ServiceKeys, 'adminPublicKey' | 'adminKeyPath' | 'adminKeyCreated'> {
  const adminKeyPath = join(directory, 'admin.pem')
  const publicKeyPath = join(directory, 'admin.pub')
  const adminPublicKey = readPublicKey(publicKeyPath)
  if (existsSync(adminKeyPath)) checkSameKey(readKeyPair(adminKeyPath, 'ed25519'), adminPublicKey, publicKeyPath)
  return { adminPublicKey, adminKeyPath, adminKeyCreated: false }
}

function openAdminKey(keyPath: string, publicKeyPath: string): { adminPublicKey: KeyObject; adminKeyCreated: boolean } {
  let created = false
  if (existsSync(keyPath) || !existsSync(publicKeyPath)) {
    const pair = readOrCreateKeyPair(keyPath, 'ed25519')
    created = pair.created
    const publicPem = createPublicKey(pair.key).export({ type: 'spki', format: 'pem' }) as string
    // A directory that cannot be written is good enough where every key is there.
    if (!existsSync(publicKeyPath)) makeKeyFile(publicKeyPath, publicPem, 0o644)
    checkSameKey(pair.key, readPublicKey(publicKeyPath), publicKeyPath)
  }
  return { adminPublicKey: readPublicKey(publicKeyPath), adminKeyCreated: created }
}

function readPublicKey(path: string): KeyObject {
  return parsePublicKey(readGuardedFile(path), 'ed25519', path)
}

function checkSameKey(privateKey: KeyObject, publicKey: KeyObject, publicKeyPath: string): void {
  if (createPublicKey(privateKey).equals(publicKey)) return
  throw new ServiceError('SERVICE_KEY_INVALID', 'admin.pem and admin.pub are not halves of one key.', {
    details: { path: publicKeyPath, expected: 'the public half of admin.pem' },
  })
}
