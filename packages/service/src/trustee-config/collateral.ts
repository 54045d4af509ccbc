import { existsSync, readFileSync } from 'node:fs'
import { CollateralError, resolveSources } from '@veritee/collateral'
import { ServiceError } from '../errors.ts'
import type { TrusteeConfigOptions, TrusteeRead } from './read.ts'

const QCNL_FILE = '/etc/sgx_default_qcnl.conf'

/**
 * Vendor collateral: as the file says, else the environment, else the machine's collateral configuration. Else the vendor's own
 * service is asked, unless collateral is given otherwise: nobody waits for a service before looking into what is there.
 */
export function readCollateral(
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
