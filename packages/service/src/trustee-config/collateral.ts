import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { CollateralError, resolveSources } from '@veritee/collateral'
import { ServiceError } from '../errors.ts'
import type { TrusteeConfigOptions, TrusteeRead } from './read.ts'

const QCNL_FILE = '/etc/sgx_default_qcnl.conf'
const HYGON_FOLDER = '/opt/hygon/csv'
const MAX_TIMEOUT_SECONDS = 120

/**
 * Vendor collateral: as the file says, else the environment, else the machine's collateral configuration. Else the vendor's own
 * service is asked, unless collateral is given otherwise: nobody waits for a service before looking into what is there.
 */
export function readCollateral(read: TrusteeRead, options: TrusteeConfigOptions): void {
  readEndpoints(read, options)
  readStores(read, options)
  const timeout = options.env?.['PCCS_HTTP_TIMEOUT_SECS'] ?? ''
  if (timeout === '') return
  const seconds = /^\d{1,9}$/.test(timeout) ? Number(timeout) : 0
  if (seconds < 1 || seconds > MAX_TIMEOUT_SECONDS)
    throw new ServiceError(
      'SERVICE_CONFIG_INVALID',
      `PCCS_HTTP_TIMEOUT_SECS: It must be 1 to ${MAX_TIMEOUT_SECONDS} seconds.`,
      { details: { path: 'PCCS_HTTP_TIMEOUT_SECS', expected: `1 to ${MAX_TIMEOUT_SECONDS}`, actual: timeout } },
    )
  read.draft.set('collateral.timeoutSeconds', seconds)
}

/** Folders with certificates of chips, where the programs that this one stands for had theirs. */
function readStores({ draft, place, exists, findFolder }: TrusteeRead, { env = {} }: TrusteeConfigOptions): void {
  const named = env['TRUSTEE_SNP_VCEK_STORE'] ?? ''
  // Whether the folder of all or the one of this kind is named: files are looked for below `vcek`.
  const whole = resolve(basename(named) === 'vcek' ? dirname(named) : named)
  const known = [findFolder('attestation-service/kds-store'), place(HYGON_FOLDER)].filter(exists)
  const stores = named === '' ? known : [whole, ...known]
  draft.set('collateral.stores', stores.length === 0 ? undefined : stores)
}

function readEndpoints(
  { attestation, draft, notices, place }: TrusteeRead,
  { env = {}, hasBundles = false }: TrusteeConfigOptions,
): void {
  const named = attestation.text('verifier_config.dcap_verifier.collateral_service')
  const listed = (env['PCCS_URLS'] ?? env['PCCS_URL'] ?? '').split(',').filter((url) => url.trim() !== '')
  const qcnlPath = env['QCNL_CONF_PATH'] ?? place(QCNL_FILE)
  if (hasBundles && named === undefined && listed.length === 0 && !existsSync(qcnlPath)) return
  try {
    const { endpoints, bundleFiles } = resolveSources({
      urls: named === undefined ? listed : [named],
      ...(existsSync(qcnlPath) ? { qcnl: readFileSync(qcnlPath, 'utf8') } : {}),
    })
    const [first, ...more] = endpoints
    draft.set('collateral.pcs', first?.url)
    draft.set('collateral.bundles', bundleFiles.length === 0 ? undefined : bundleFiles)
    if (more.length > 0)
      notices.push(
        `PCCS_URLS: ${first?.url} is asked; ${more.map(({ url }) => url).join(', ')} ${more.length === 1 ? 'is' : 'are'} not.`,
      )
  } catch (error) {
    if (!(error instanceof CollateralError)) throw error
    throw new ServiceError('SERVICE_CONFIG_INVALID', `The address of the collateral service: ${error.message}`, {
      cause: error,
      details: {
        ...error.details,
        path: named === undefined ? (listed.length > 0 ? 'PCCS_URL' : qcnlPath) : 'as-config.json',
      },
    })
  }
}
