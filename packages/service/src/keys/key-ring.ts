import { createPublicKey, type KeyObject } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBase64Url, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest, hmac } from '@veritee/codec/hash'
import { ServiceError } from '../errors.ts'
import { openKeyDirectory, readAdminKey, type ServiceKeys } from './key-directory.ts'
import { type KeyPairKind, readKeyPair, readOrCreateKeyPair, readOrCreateSecretKey, readSecretKey } from './key-file.ts'

/**
 * What keys are for: tokens are signed (`flat`: Simple and OIDC tokens), challenges of the attestation service are signed,
 * handshakes authenticated, the data keys of secrets wrapped.
 */
export type KeyUse = 'token' | 'flat' | 'challenge' | 'handshake' | 'storage'

export const KEY_USES: readonly [KeyUse, ...KeyUse[]] = ['token', 'flat', 'challenge', 'handshake', 'storage']

/** Uses that not every service has: their first key is made when it is first needed. */
export type RsaKeyUse = 'flat' | 'challenge'

/** A key that rotates: the newest whose time has come is used, older ones are still understood for a while. */
export interface RotatingKey<T> {
  /** Tells nothing about the key; for key pairs the RFC 7638 thumbprint. */
  readonly id: string
  readonly use: KeyUse
  /** From when on it is used, epoch seconds; 0 for the first. */
  readonly since: number
  readonly key: T
}

/** What may be told about a key. */
export interface KeyState {
  readonly id: string
  readonly use: KeyUse
  readonly state: 'next' | 'active' | 'retired'
  readonly since: number
  /** Until when a retired key is understood, epoch seconds; absent for one that always is. */
  readonly acceptedUntil?: number
}

/** The keys of a service and of all its replicas, as the key directory holds them. */
export interface KeyRing {
  readonly admin: Pick<ServiceKeys, 'adminPublicKey' | 'adminKeyPath' | 'adminKeyCreated'>
  /** Keys that may be used or understood now, the one to use first. */
  tokens(): readonly [RotatingKey<KeyObject>, ...RotatingKey<KeyObject>[]]
  handshakes(): readonly [RotatingKey<Uint8Array>, ...RotatingKey<Uint8Array>[]]
  storage(): readonly [RotatingKey<Uint8Array>, ...RotatingKey<Uint8Array>[]]
  /** The same for RSA keys. The first one is made when there is none. @throws ServiceError SERVICE_FILE_UNREADABLE */
  rsa(use: RsaKeyUse): readonly [RotatingKey<KeyObject>, ...RotatingKey<KeyObject>[]]
  describe(): readonly KeyState[]
  /** Makes a key that is used from `since` on. Every replica that shares the directory finds it. */
  add(use: KeyUse, since: number): KeyState
  /** Reads the directory again. @throws ServiceError for a file that does not hold what it should; the old keys stay */
  reload(): void
  /** The same, in two steps: what is read here is in use once the function that it returns is called. @throws ServiceError */
  prepare(): () => void
  /** Reads the directory again if a file came, went or changed. */
  reloadChanged(): void
}

export interface KeyRingOptions {
  readonly directory: string
  /** The first key of challenges, when it is not `challenge.pem` in the directory. It is made when it is absent. */
  readonly challengeKey?: string | undefined
  /** Epoch seconds. */
  readonly now: () => number
  /** How long what was made with a retired key lives. Storage keys are understood for ever. */
  readonly overlapSeconds: Readonly<Record<Exclude<KeyUse, 'storage'>, number>>
}

interface Held {
  readonly admin: KeyRing['admin']
  readonly token: readonly RotatingKey<KeyObject>[]
  readonly flat: readonly RotatingKey<KeyObject>[]
  readonly challenge: readonly RotatingKey<KeyObject>[]
  readonly handshake: readonly RotatingKey<Uint8Array>[]
  readonly storage: readonly RotatingKey<Uint8Array>[]
}

/**
 * Opens a key directory: `token.pem`, `handshake.key` and `storage.key`, where they are needed `flat.pem` and `challenge.pem`, and
 * beside each the keys that rotation made, with the second from which they are used in their name: `token.1790000000.pem`.
 *
 * @throws ServiceError SERVICE_KEY_PERMISSIONS, SERVICE_KEY_INVALID, SERVICE_FILE_UNREADABLE
 */
export function openKeyRing({ directory, challengeKey, now, overlapSeconds }: KeyRingOptions): KeyRing {
  const admin = openKeyDirectory(directory)
  if (challengeKey !== undefined) readOrCreateKeyPair(challengeKey, 'RSA')
  let held = readKeys(directory, challengeKey, admin)
  let seen = describeDirectory(directory)
  const prepare = () => {
    const found = describeDirectory(directory)
    const keys = readKeys(directory, challengeKey, readAdminKey(directory))
    return () => {
      held = keys
      seen = found
    }
  }
  const reload = () => prepare()()
  const choose = <T>(keys: readonly RotatingKey<T>[]): [RotatingKey<T>, ...RotatingKey<T>[]] => {
    const states = keys.map((key, index) => ({ key, state: stateOf(keys, index, now(), overlapSeconds) }))
    const active = states.find(({ state }) => state.state === 'active')?.key ?? (keys[0] as RotatingKey<T>)
    const others = states.filter(
      ({ key, state }) => key !== active && (state.acceptedUntil ?? Number.POSITIVE_INFINITY) > now(),
    )
    return [active, ...others.map(({ key }) => key)]
  }
  return {
    get admin() {
      return held.admin
    },
    tokens: () => choose(held.token),
    handshakes: () => choose(held.handshake),
    storage: () => choose(held.storage),
    rsa(use) {
      if (held[use].length === 0) {
        readOrCreateKeyPair(join(directory, `${use}.pem`), 'RSA')
        reload()
      }
      return choose(held[use])
    },
    describe: () =>
      KEY_USES.flatMap((use) => {
        const keys: readonly RotatingKey<unknown>[] = held[use]
        return keys.map((_, index) => stateOf(keys, index, now(), overlapSeconds))
      }),
    add(use, since) {
      const at = Math.max(since, ...held[use].map((key) => key.since + 1))
      const kind = PAIRS[use]
      if (kind === undefined) readOrCreateSecretKey(join(directory, `${use}.${at}.key`))
      else readOrCreateKeyPair(join(directory, `${use}.${at}.pem`), kind)
      reload()
      const keys: readonly RotatingKey<unknown>[] = held[use]
      return stateOf(
        keys,
        keys.findIndex((key) => key.since === at),
        now(),
        overlapSeconds,
      )
    },
    reload,
    prepare,
    reloadChanged() {
      if (describeDirectory(directory) !== seen) reload()
    },
  }
}

/** The kinds of those keys that have a public half. */
const PAIRS: Readonly<Partial<Record<KeyUse, KeyPairKind>>> = { token: 'P-256', flat: 'RSA', challenge: 'RSA' }

function stateOf(
  keys: readonly RotatingKey<unknown>[],
  index: number,
  now: number,
  overlapSeconds: KeyRingOptions['overlapSeconds'],
): KeyState {
  const { id, use, since } = keys[index] as RotatingKey<unknown>
  const successor = keys[index + 1]
  // Secrets are wrapped anew once: whatever its clock says, no replica may go on with the key from before.
  const hasBegun = (from: number) => use === 'storage' || from <= now
  if (successor !== undefined && hasBegun(successor.since)) {
    const end = use === 'storage' ? {} : { acceptedUntil: successor.since + overlapSeconds[use] }
    return { id, use, state: 'retired', since, ...end }
  }
  return { id, use, state: hasBegun(since) || index === 0 ? 'active' : 'next', since }
}

/** @throws ServiceError SERVICE_FILE_UNREADABLE also when a use has no key any more */
function readKeys(directory: string, challengeKey: string | undefined, admin: KeyRing['admin']): Held {
  const names = listFiles(directory)
  const read = <T>(use: KeyUse, extension: string, open: (path: string) => T, identify: (key: T) => string) => {
    const named = use === 'challenge' ? challengeKey : undefined
    const first = named === undefined ? [] : [{ path: named, since: 0 }]
    const others = names.flatMap((name) => {
      const match = new RegExp(`^${use}(?:\\.(\\d{1,11}))?\\.${extension}$`).exec(name)
      const isReplaced = named !== undefined && match?.[1] === undefined
      return match === null || isReplaced ? [] : [{ path: join(directory, name), since: Number(match[1] ?? 0) }]
    })
    return [...first, ...others]
      .map(({ path, since }) => {
        const key = open(path)
        return { id: identify(key), use, since, key }
      })
      .sort((a, b) => a.since - b.since)
  }
  const held: Held = {
    admin,
    token: read('token', 'pem', (path) => readKeyPair(path, 'P-256'), identifyKeyPair),
    flat: read('flat', 'pem', (path) => readKeyPair(path, 'RSA'), identifyKeyPair),
    challenge: read('challenge', 'pem', (path) => readKeyPair(path, 'RSA'), identifyKeyPair),
    handshake: read('handshake', 'key', readSecretKey, (key) => identifySecretKey(key, 'handshake')),
    storage: read('storage', 'key', readSecretKey, (key) => identifySecretKey(key, 'storage')),
  }
  const missing = (['token', 'handshake', 'storage'] as const).find((use) => held[use].length === 0)
  if (missing === undefined) return held
  throw new ServiceError('SERVICE_FILE_UNREADABLE', `There is no ${missing} key in ${directory} any more.`, {
    details: { path: directory, expected: `${missing}.*` },
  })
}

/** @throws ServiceError SERVICE_FILE_UNREADABLE */
function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (cause) {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `The key directory ${directory} cannot be read.`, {
      cause,
      details: { path: directory },
    })
  }
}

/** Names, sizes and times of the files: what changes when a key does. */
function describeDirectory(directory: string): string {
  const names = listFiles(directory).filter((name) => /\.(?:pem|pub|key)$/.test(name))
  return names
    .sort()
    .map((name) => {
      const { mtimeMs, size } = statSync(join(directory, name), { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 }
      return `${name}:${size}:${mtimeMs}`
    })
    .join('\n')
}

/** The RFC 7638 thumbprint of an elliptic curve key or an RSA key. */
function identifyKeyPair(key: KeyObject): string {
  const { crv, e, kty, n, x, y } = createPublicKey(key).export({ format: 'jwk' })
  const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }
  return encodeBase64Url(digest('sha256', encodeUtf8(JSON.stringify(members))))
}

/** A short name that tells nothing about the key. */
export function identifySecretKey(key: Uint8Array, use: 'storage' | 'handshake'): string {
  return encodeHex(hmac('sha256', key, encodeUtf8(`veritee ${use} key id`)).subarray(0, 8))
}
