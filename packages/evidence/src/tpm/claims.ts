/** The claims of TPM evidence, in the names of both Trustee forks. */
import { encodeBase64, encodeHex } from '@veritee/codec/bytes'
import { claimsOfBootLog } from '../boot-log/claims.ts'
import type { BootLog } from '../boot-log/replay.ts'
import type { Claims } from '../result/index.ts'
import type { TpmHash } from './structure/algorithms.ts'
import type { VerifiedTpm } from './verify/types.ts'

const BANK_NAMES: Readonly<Record<TpmHash, string>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  sm3: 'SM-3',
}

/** Claims under the key `tpm`: only PCRs that a quote covers are said, and only an endorsement key that the AK was enrolled with. */
export function claimsOfTpm(verified: VerifiedTpm): Claims {
  const { evidence, attestationKeyDigest, endorsementName, boundBy, bootLogs } = verified
  const claims: Record<string, unknown> = {
    ak_public: encodeBase64(evidence.attestationKey.spki),
    ak_digest: encodeHex(attestationKeyDigest),
    ak_bound_by: boundBy,
    ...(endorsementName === undefined ? {} : { ek_name: encodeHex(endorsementName) }),
  }
  for (const { hash, quote, pcrs } of evidence.banks) {
    const covered = quote.selections.flatMap((selection) => selection.pcrs)
    for (const pcr of covered) {
      claims[`pcrs.${BANK_NAMES[hash]}.${pcr}`] = encodeHex(pcrs[pcr]!)
      if (hash === 'sha256') claims[`pcr${String(pcr).padStart(2, '0')}`] = encodeHex(pcrs[pcr]!)
    }
    claims['report_data'] = encodeHex(quote.extraData)
    claims['quote.signer'] = encodeHex(quote.qualifiedSigner)
    claims['quote.firmware_version'] = quote.firmwareVersion.toString()
    claims['quote.clock_info'] = {
      clock: quote.clock.milliseconds.toString(),
      reset_count: quote.clock.resetCount,
      restart_count: quote.clock.restartCount,
      safe: quote.clock.safe,
    }
    if (hash === 'sha256' && covered.includes(8)) claims['init_data'] = encodeHex(pcrs[8]!)
  }
  return { ...claims, ...claimsOfBootLogs(bootLogs) }
}

/** Of a firmware log and an agent's, the events of both; other claims of the two do not overlap. */
function claimsOfBootLogs(bootLogs: readonly BootLog[]): Claims {
  const all = bootLogs.map(claimsOfBootLog)
  if (all.length === 0) return {}
  const events = all.flatMap((claims) => claims['uefi_event_logs'] as readonly unknown[])
  return { ...Object.assign({}, ...all.toReversed()), uefi_event_logs: events }
}
