/** Claims of the vTPM part, in the names of the Trustee attestation service; those of the hardware stand beside them. */
import { encodeHex } from '@veritee/codec/bytes'
import { claimsOfBootLog } from '../boot-log/claims.ts'
import type { BootLog } from '../boot-log/replay.ts'
import type { Claims } from '../result/index.ts'
import type { AzureEvidence } from './evidence-json.ts'

/** `tpm.pcrNN`, `report_data` (the nonce), `init_data` (PCR 8) and the user data of the report. */
export function claimsOfAzure({ bank, hcl }: AzureEvidence, bootLogs: readonly BootLog[] = []): Claims {
  const covered = bank.quote.selections.flatMap((selection) => selection.pcrs)
  const pcrs = covered.map((pcr) => [`pcr${String(pcr).padStart(2, '0')}`, encodeHex(bank.pcrs[pcr]!)])
  return {
    tpm: Object.fromEntries(pcrs),
    ...Object.assign({}, ...bootLogs.map(claimsOfBootLog)),
    report_data: encodeHex(bank.quote.extraData),
    ...(covered.includes(8) ? { init_data: encodeHex(bank.pcrs[8]!) } : {}),
    ...(hcl.userData === undefined ? {} : { user_data: hcl.userData }),
  }
}
