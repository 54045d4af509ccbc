/** Evidence that is genuine and still not to be accepted by default. */
import { breakDraft, type SnpBreakage } from './types.ts'

const POLICY = 0x30000n

/** One genuine case for each finding that the default acceptance rules raise; `code` is that of the finding. */
export const SNP_UNACCEPTED: readonly SnpBreakage[] = [
  breakDraft('SNP_DEBUG_ALLOWED', 'The policy lets the host debug the guest.', () => {}, {
    policy: POLICY | (1n << 19n),
  }),
  breakDraft('SNP_MIGRATION_ALLOWED', 'The policy lets a migration agent move the guest.', () => {}, {
    policy: POLICY | (1n << 18n),
  }),
  breakDraft('SNP_VMPL_NOT_ACCEPTED', 'The report comes from privilege level 2.', () => {}, { vmpl: 2 }),
  {
    code: 'SNP_TCB_NOT_COMMITTED',
    title: 'The reported TCB is above the committed one.',
    apply: (world) =>
      breakDraft('', '', () => {}, { committedTcb: { ...world.tcb, microcode: world.tcb.microcode - 1 } }).apply(world),
  },
  breakDraft('SNP_FIRMWARE_PROVISIONAL', 'The running firmware is not the committed one.', () => {}, {
    currentFirmware: [1, 55, 40],
  }),
]
