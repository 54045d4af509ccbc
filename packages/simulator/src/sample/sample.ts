import { concatBytes, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digestOf, encodeEventLogHeader, encodeLogEvent } from '@veritee/codec/eventlog'
import { type FieldValue, fieldBytes } from '../state/field.ts'

type Json = { [name: string]: unknown }

/** How sample evidence is made. */
export interface SampleOptions {
  /** Any length; not padded. Default none. */
  readonly reportData?: FieldValue
  /** `measured` with a register and the log that leads to it, `bare` without. Default `measured`. */
  readonly shape?: 'measured' | 'bare'
}

const EV_EFI_ACTION = 0x8000_0007

/** Evidence JSON data. There is no key, no root and no world behind it. Throws SIMULATOR_VALUE_INVALID. */
export function issueSampleEvidence({ reportData = new Uint8Array(), shape = 'measured' }: SampleOptions = {}): Json {
  const common = { svn: '1', report_data: encodeBase64(fieldBytes('reportData', reportData)) }
  if (shape === 'bare') return common
  const event = encodeUtf8('a sample event')
  const eventLog = concatBytes(encodeEventLogHeader(['SHA-256']), encodeLogEvent(1, EV_EFI_ACTION, event, ['SHA-256']))
  const register = digestOf('SHA-256', new Uint8Array(32), digestOf('SHA-256', event))
  return { ...common, measure_register: encodeHex(register), cc_eventlog: encodeBase64(eventLog) }
}

/** Evidence that is well-formed but for one thing, and the code that must refuse it. */
export const SAMPLE_BREAKAGES: readonly { readonly code: string; readonly title: string; apply(): Json }[] = [
  {
    code: 'SAMPLE_EVIDENCE_JSON',
    title: 'The report data is no base64.',
    apply: () => ({ ...issueSampleEvidence(), report_data: '***' }),
  },
  {
    code: 'BOOT_LOG_MISMATCH',
    title: 'The log does not lead to the register.',
    apply: () => ({ ...issueSampleEvidence(), measure_register: '11'.repeat(32) }),
  },
]
