/** Evidence that is genuine and still not to be accepted by default. */
import { breakDraft, type DcapBreakage, sgxCase } from './types.ts'

const SEPT_VE_DISABLE = 1n << 28n

/** One genuine case for each finding that the default acceptance rules raise; `code` is that of the finding. */
export const DCAP_UNACCEPTED: readonly DcapBreakage[] = [
  breakDraft('DCAP_TCB_STATUS_UNACCEPTED', 'The platform is out of date.', ({ tcbInfo }) => {
    tcbInfo.value.tcbLevels[0]!.tcbStatus = 'OutOfDate'
  }),
  breakDraft('DCAP_TCB_CURRENT_STATUS_UNACCEPTED', 'The module that runs now is out of date.', () => {}, {
    body: 'td15',
    teeTcbSvn2: '040103'.padEnd(32, '0'),
  }),
  breakDraft('DCAP_TD_DEBUG', 'The TD runs in debug mode.', () => {}, { tdAttributes: SEPT_VE_DISABLE | 1n }),
  breakDraft('DCAP_TD_SEPT_VE_ENABLED', 'The TD takes exceptions from its host.', () => {}, { tdAttributes: 0n }),
  breakDraft('DCAP_TD_MIGRATABLE', 'The TD can be migrated.', () => {}, {
    tdAttributes: SEPT_VE_DISABLE | (1n << 29n),
  }),
  breakDraft('DCAP_TD_ATTRIBUTES_UNACCEPTED', 'The TD has an attribute bit that nobody named.', () => {}, {
    tdAttributes: SEPT_VE_DISABLE | (1n << 40n),
  }),
  {
    code: 'DCAP_ENCLAVE_DEBUG',
    title: 'The enclave runs in debug mode.',
    apply: (world) => sgxCase(world, { attributeFlags: 0x7n }),
  },
  {
    code: 'DCAP_ENCLAVE_NOT_INITIALIZED',
    title: 'The enclave was never initialised.',
    apply: (world) => sgxCase(world, { attributeFlags: 0x4n }),
  },
]
