/** The seven classes of Intel's appraisal framework (specification page, section 5.1). */
import { INTEL_CLASSES } from '@veritee/evidence/dcap/claims'

/** What a class is about; it decides which keys a policy may have and which checks are made. */
export type IntelClassKind = 'platform' | 'quoting-enclave' | 'enclave' | 'td'

/** One class. */
export interface IntelClass {
  readonly id: string
  readonly kind: IntelClassKind
  /** For people. */
  readonly name: string
  /** What its report's environment says of itself, and under which member. */
  readonly description: { readonly [member: string]: string }
}

export const INTEL_CLASS_LIST: readonly IntelClass[] = [
  {
    id: INTEL_CLASSES.sgxPlatform,
    kind: 'platform',
    name: 'SGX platform TCB',
    description: { description: 'SGX Platform TCB' },
  },
  {
    id: INTEL_CLASSES.sgxEnclave,
    kind: 'enclave',
    name: 'SGX enclave',
    // The framework calls enclave reports so too.
    description: { description: 'SGX Platform TCB' },
  },
  {
    id: INTEL_CLASSES.tdx10Platform,
    kind: 'platform',
    name: 'TDX 1.0 platform TCB',
    description: { description: 'TDX Platform TCB' },
  },
  {
    id: INTEL_CLASSES.tdx15Platform,
    kind: 'platform',
    name: 'TDX 1.5 platform TCB',
    description: { description: 'TDX Platform TCB' },
  },
  {
    id: INTEL_CLASSES.tdxQuotingEnclave,
    kind: 'quoting-enclave',
    name: 'TD quoting enclave',
    description: { Description: 'RAW TDX QE Report' },
  },
  {
    id: INTEL_CLASSES.tdx10Application,
    kind: 'td',
    name: 'application TD 1.0',
    description: { Description: 'Application TD TCB' },
  },
  {
    id: INTEL_CLASSES.tdx15Application,
    kind: 'td',
    name: 'application TD 1.5',
    description: { Description: 'Application TD TCB' },
  },
]

/** The class of an id in either case; undefined for any other. */
export function findIntelClass(classId: unknown): IntelClass | undefined {
  if (typeof classId !== 'string') return undefined
  return INTEL_CLASS_LIST.find(({ id }) => id === classId.toLowerCase())
}

/** True for the classes that a user writes policies for: enclaves and TDs. Nothing stands in for a missing one. */
export function isTenantClass({ kind }: IntelClass): boolean {
  return kind === 'enclave' || kind === 'td'
}
