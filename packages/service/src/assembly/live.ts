import { type AccessKey, readConfiguredKeys } from '../access/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import { readTls, type TlsMaterial } from '../http/index.ts'
import { createEvidenceJudge, type EvidenceJudge } from '../judge/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'

/** What a running service may be given anew. Whoever needs a part asks for it each time. */
export interface Live {
  config: ServiceConfig
  judge: EvidenceJudge
  /** Administrators whose keys the configuration names. */
  admins: readonly AccessKey[]
  /** The certificate in use. */
  tls: TlsMaterial | undefined
}

export interface LiveRuntime {
  /** The data directory. */
  readonly dir: string
  /** Epoch seconds. */
  readonly now: () => number
  readonly log: Logger
}

/** @throws ServiceError for the file that is wrong */
export function openLive(config: ServiceConfig, { dir, now, log }: LiveRuntime): Live {
  return {
    config,
    admins: readConfiguredKeys(config.adminKeys),
    tls: config.tls && readTls(config.tls),
    // The last: it holds caches that somebody would have to close.
    judge: createEvidenceJudge(config, dir, now, log),
  }
}

export interface RenewalRuntime extends LiveRuntime {
  /** As the service was started: a certificate takes the place of one, and never of none. */
  readonly config: ServiceConfig
  readonly ring: KeyRing
  readonly loadReferences: () => Promise<void>
  /** Gives the certificate to whatever listens. */
  readonly useCertificate: (tls: TlsMaterial) => void
}

/**
 * Replaces all parts, or none: everything is read before anything changes.
 *
 * @param live what is replaced in place
 * @param next a configuration that was checked
 * @throws ServiceError for the file that is wrong; then everything is as it was
 */
export async function renewLive(live: Live, next: ServiceConfig, runtime: RenewalRuntime): Promise<void> {
  const { config, ring, loadReferences, useCertificate } = runtime
  const useKeys = ring.prepare()
  const renewed = openLive(next, runtime)
  try {
    await loadReferences()
  } catch (error) {
    await renewed.judge.close()
    throw error
  }
  const { judge: old } = live
  useKeys()
  const tls = config.tls && (renewed.tls ?? live.tls)
  if (tls !== undefined) useCertificate(tls)
  Object.assign(live, renewed, { tls })
  await old.close()
}
