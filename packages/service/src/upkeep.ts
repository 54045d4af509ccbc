/** What a running service does beside answering: looks after its keys, its records and what ends. */
import { X509Certificate as NodeCertificate } from 'node:crypto'
import { statfsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { X509Certificate } from '@veritee/codec/x509'
import type { AttemptRoom } from './attempts/index.ts'
import type { ServiceConfig } from './config/index.ts'
import { ServiceError } from './errors.ts'
import type { TlsMaterial } from './http/index.ts'
import type { KeyRing } from './keys/index.ts'
import type { Logger } from './log/index.ts'
import type { Expiry } from './operation/index.ts'
import type { Store } from './store/index.ts'

const LEAST_FREE_BYTES = 1024 * 1024

/**
 * Finds the keys that another replica made in the directory they share.
 *
 * @returns what is to be done again and again; a fault that lasts is told once
 */
export function createKeyWatch(ring: KeyRing, log: Logger): () => void {
  let told: string | undefined
  return () => {
    try {
      ring.reloadChanged()
      if (told !== undefined) log.info('the key directory can be read again')
      told = undefined
    } catch (error) {
      const { message } = error as Error
      if (message !== told)
        log.error({ err: error }, 'the key directory changed and cannot be read: the keys from before stay in use')
      told = message
    }
  }
}

const DROP_NOTICE_MS = 60_000

/** What is to be called for each connection that was refused; it says so once a minute. */
export function createDropNotice({ limits }: ServiceConfig, log: Logger): () => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return () => {
    const at = performance.now()
    if (at - toldAt < DROP_NOTICE_MS) return
    toldAt = at
    log.warn({ connections: limits.connections }, 'connections are refused: limits.connections of them are open')
  }
}

/**
 * What ends that the service was started with.
 *
 * @param tls the certificate that is in use
 * @param certificates those of the key that signs EAR tokens
 */
export function listExpiries(
  { tls: files, token }: ServiceConfig,
  tls: TlsMaterial | undefined,
  certificates: readonly X509Certificate[],
): Expiry[] {
  const ofService =
    tls === undefined || files === undefined
      ? []
      : [{ kind: 'certificate', id: files.cert, at: endOf(tls), consequence: 'Clients refuse to connect.' }]
  const ofTokens = certificates.map(({ notAfter: at, subject }) => ({
    kind: 'certificate',
    id: `${token.certificates} ${subject.toString()}`,
    at,
    consequence: 'Relying parties that check the certificates refuse tokens.',
  }))
  return [...ofService, ...ofTokens]
}

function endOf({ cert }: TlsMaterial): number {
  return Math.floor(new NodeCertificate(cert).validToDate.getTime() / 1000)
}

/**
 * Writes something small, and sees that there is room for more.
 *
 * @param leastFreeBytes with less than this, a record may find no place any more
 * @throws ServiceError SERVICE_STORE_*
 */
export async function probeStore(
  store: Pick<Store, 'probe'>,
  config: Pick<ServiceConfig, 'store' | 'dir'>,
  leastFreeBytes: number = LEAST_FREE_BYTES,
): Promise<void> {
  await store.probe()
  checkSpace(config, leastFreeBytes)
}

/** Tells whether records can be written now. */
export async function isWritable(store: Store, config: ServiceConfig): Promise<boolean> {
  return probeStore(store, config).then(
    () => true,
    () => false,
  )
}

/** Removes what is past its time. What fails is logged, and tried again the next time. */
export async function sweep(store: Store, attempts: AttemptRoom, now: number, log: Logger): Promise<void> {
  try {
    await store.deleteExpired(now)
    const inputs = await attempts.enforceSize()
    if (inputs > 0)
      log.info({ inputs }, 'policy inputs were removed: together they were larger than retention.inputBytes')
  } catch (error) {
    log.error({ err: error }, 'expired records could not be removed')
  }
}

/**
 * Checks that there is room for records, where they are kept in a file: a small write may still succeed on a disk that is full.
 *
 * @throws ServiceError SERVICE_STORE_UNAVAILABLE
 */
function checkSpace({ store, dir }: Pick<ServiceConfig, 'store' | 'dir'>, leastFreeBytes: number): void {
  if (store.driver !== 'sqlite') return
  const path = store.path === undefined ? resolve(dir) : dirname(resolve(store.path))
  const free = readFreeBytes(path)
  if (free >= leastFreeBytes) return
  throw new ServiceError('SERVICE_STORE_UNAVAILABLE', 'The disk of the store is full.', {
    details: { path, expected: `${leastFreeBytes} bytes free`, actual: free },
  })
}

/** @throws ServiceError SERVICE_STORE_UNAVAILABLE */
function readFreeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize
  } catch (cause) {
    throw new ServiceError('SERVICE_STORE_UNAVAILABLE', `The directory of the store ${path} is not there.`, {
      cause,
      details: { path },
    })
  }
}
