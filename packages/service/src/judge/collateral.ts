import { join } from 'node:path'
import {
  type CollateralEndpoint,
  CollateralError,
  type CollateralSet,
  createArchive,
  createCollateralClient,
  readBundle,
} from '@veritee/collateral'
import type { Finding } from '@veritee/evidence/result'
import type { ServiceConfig } from '../config/index.ts'
import type { Logger } from '../log/index.ts'
import { listNamedFiles, parseNamedFile, readNamedFile } from './named-files.ts'

/** What was found for a quote: a set, or why there is none. */
export interface FoundCollateral {
  readonly set?: CollateralSet
  readonly finding?: Finding
}

/** Where the service gets collateral. Nothing from it is verified before the evidence is. */
export interface CollateralSource {
  /** @throws CollateralError when a service does not answer, so that nothing can be said about the quote now */
  find(quote: Uint8Array): Promise<FoundCollateral>
  close(): Promise<void>
}

/** Failures of a service: they say nothing about the evidence, and the next try may go well. */
const SERVICE_FAILURES = /^COLLATERAL_(?:SERVICE_|TIMEOUT|TLS_|ACCESS_|REDIRECT_|RESPONSE_)/

/**
 * Opens the collateral that the configuration names: offline bundles, and a service when one is given.
 *
 * @param dir the data directory: what a service gave is kept in `collateral/`
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID; CollateralError for the address of the service
 */
export function openCollateral(
  config: ServiceConfig['collateral'],
  dir: string,
  now: () => number,
  log: Logger,
): CollateralSource {
  const key = 'collateral.bundles'
  const files = config.bundles.flatMap((path) => listNamedFiles(path, key))
  const bundles = files.map((path) =>
    parseNamedFile(path, key, (text) => readBundle(text, { name: path, fetchedAt: now() })),
  )
  const client = createCollateralClient({
    endpoints: listEndpoints(config),
    bundles: [createArchive(bundles.flatMap(({ sets }) => sets))],
    now,
    limits: { timeoutMs: config.timeoutSeconds * 1000 },
    onNotice: ({ code, message, cause }) => log.warn({ code, err: cause }, message),
    ...(config.pcs === undefined ? {} : { cacheDirectory: join(dir, 'collateral') }),
  })
  return {
    async find(quote) {
      try {
        return { set: await client.fetchCollateralFor(quote) }
      } catch (error) {
        if (!(error instanceof CollateralError) || SERVICE_FAILURES.test(error.code)) throw error
        return { finding: describeAbsence(error) }
      }
    },
    close: () => client.close(),
  }
}

function listEndpoints({ pcs, ca }: ServiceConfig['collateral']): CollateralEndpoint[] {
  if (pcs === undefined) return []
  return [ca === undefined ? { url: pcs } : { url: pcs, ca: readNamedFile(ca, 'collateral.ca') }]
}

function describeAbsence({ code, message, next, details }: CollateralError): Finding {
  const { path = 'collateral', expected, actual } = details
  return {
    code,
    severity: 'error',
    path,
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    message,
    next,
  }
}
