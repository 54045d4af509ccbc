import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { X509Certificate } from '@veritee/codec/x509'
import { CHALLENGE_SECONDS } from '../attestation/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import { claimPrivateDirectory, type KeyRing, openKeyRing } from '../keys/index.ts'
import { createLogger, type Logger } from '../log/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { createRotatingTokenIssuer, readTokenCertificates, type TokenIssuer } from '../tokens/index.ts'
import type { ServiceRuntime } from '../types.ts'
import { type Live, openLive } from './live.ts'

/** What a retired key made is understood so much longer than it lives: clocks of replicas differ. */
const OVERLAP_SECONDS = 120

/** What every room of a service stands on. */
export interface Foundation {
  /** As the service was started. What may change meanwhile is in `live`. */
  readonly config: ServiceConfig
  readonly live: Live
  /** The data directory. */
  readonly dir: string
  readonly ring: KeyRing
  readonly tokens: TokenIssuer
  /** Of the key that signs tokens, where the configuration names them; leaf first. */
  readonly certificates: readonly X509Certificate[]
  readonly store: Store
  readonly log: Logger
  /** Epoch seconds. */
  readonly now: () => number
  /** Of this program. */
  readonly version: string
}

/** @throws ServiceError for what is wrong with the keys, the store or a named file */
export async function layFoundation(config: ServiceConfig, runtime: ServiceRuntime): Promise<Foundation> {
  const { now = () => Math.floor(Date.now() / 1000), logTo = process.stderr } = runtime
  const log = createLogger(config.log.level, logTo)
  const dir = resolve(config.dir)
  claimPrivateDirectory(dir)
  const ring = openKeys(config, dir, now)
  const live = openLive(config, { dir, now, log })
  const version = readVersion()
  const certificates = readTokenCertificates(config.token.certificates, ring.tokens()[0].key)
  const tokens = createRotatingTokenIssuer(ring, { token: config.token, version, certificates })
  const store = await openStore(config.store, dir, log)
  return { config, live, dir, ring, tokens, certificates, store, log, now, version }
}

function openKeys({ keys, token, handshake, attestation }: ServiceConfig, dir: string, now: () => number): KeyRing {
  return openKeyRing({
    directory: keys === undefined ? join(dir, 'keys') : resolve(keys),
    now,
    overlapSeconds: {
      token: token.lifetimeSeconds + OVERLAP_SECONDS,
      flat: token.lifetimeSeconds + OVERLAP_SECONDS,
      challenge: CHALLENGE_SECONDS + OVERLAP_SECONDS,
      handshake: handshake.lifetimeSeconds + token.lifetimeSeconds + OVERLAP_SECONDS,
    },
    challengeKey: attestation.challengeKey && resolve(attestation.challengeKey),
  })
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
