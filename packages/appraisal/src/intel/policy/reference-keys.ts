/** The keys a policy's `reference` may have, by kind of class (specification page, section 5.4). */
import type { IntelClassKind } from '../classes.ts'

/** What a key takes. */
export type ReferenceForm = 'statuses' | 'seconds' | 'count' | 'date' | 'texts' | 'counts' | 'flag' | 'hex'

/** One key. */
export interface ReferenceKey {
  readonly name: string
  readonly form: ReferenceForm
  /** Of `hex`: how many bytes the value has. */
  readonly sizeBytes?: number
  /** True for `…_mask`. */
  readonly isMask?: boolean
  /** What it asks for, in plain words. */
  readonly meaning: string
}

/** Statuses a report may carry and a policy may accept; a policy may write them in any case. */
export const TCB_STATUSES: readonly string[] = [
  'UpToDate',
  'SWHardeningNeeded',
  'ConfigurationNeeded',
  'OutOfDate',
  'TDRelaunchAdvised',
  'Revoked',
]

const TCB_KEYS: readonly ReferenceKey[] = [
  { name: 'accepted_tcb_status', form: 'statuses', meaning: 'TCB statuses to accept; UpToDate must be among them' },
  {
    name: 'collateral_grace_period',
    form: 'seconds',
    meaning: 'for how many seconds after its expiry collateral is still accepted',
  },
  {
    name: 'platform_grace_period',
    form: 'seconds',
    meaning: 'for how many seconds after its TCB level date an out-of-date platform is still accepted',
  },
  { name: 'min_eval_num', form: 'count', meaning: 'smallest TCB evaluation data number to accept' },
  { name: 'min_tcb_level_date', form: 'date', meaning: 'oldest TCB level date to accept' },
]

const PLATFORM_KEYS: readonly ReferenceKey[] = [
  ...TCB_KEYS,
  {
    name: 'accepted_platform_provider_ids',
    form: 'texts',
    meaning: 'provisioning ids (PPID, hexadecimal) of the platforms to accept',
  },
  {
    name: 'accepted_sgx_types',
    form: 'counts',
    meaning: 'memory protection to accept: 0 standard, 1 scalable, 2 scalable with integrity',
  },
  { name: 'allow_dynamic_platform', form: 'flag', meaning: 'whether packages may be added to the platform later' },
  {
    name: 'allow_cached_keys',
    form: 'flag',
    meaning: 'whether platform keys may be cached by the registration service',
  },
  { name: 'allow_smt_enabled', form: 'flag', meaning: 'whether simultaneous multithreading may be on' },
  { name: 'rejected_advisory_ids', form: 'texts', meaning: 'security advisories that must not concern the platform' },
]

const ENCLAVE_KEYS: readonly ReferenceKey[] = [
  hex('sgx_miscselect', 4, 'MISCSELECT of the enclave'),
  mask('sgx_miscselect_mask', 4),
  hex('sgx_attributes', 16, 'attributes of the enclave (flags and XFRM); DEBUG is bit 1'),
  mask('sgx_attributes_mask', 16),
  hex('sgx_ce_attributes', 16, 'attributes of the configuration enclave'),
  mask('sgx_ce_attributes_mask', 16),
  hex('sgx_mrenclave', 32, 'measurement of the enclave (MRENCLAVE)'),
  hex('sgx_mrsigner', 32, 'signer of the enclave (MRSIGNER)'),
  { name: 'sgx_isvprodid', form: 'count', meaning: 'product id of the enclave' },
  { name: 'sgx_isvsvn_min', form: 'count', meaning: 'smallest security version of the enclave' },
  hex('sgx_configid', 64, 'configuration id of the enclave (KSS)'),
  { name: 'sgx_configsvn_min', form: 'count', meaning: 'smallest configuration security version (KSS)' },
  hex('sgx_isvextprodid', 16, 'extended product id (KSS)'),
  hex('sgx_isvfamilyid', 16, 'family id (KSS)'),
]

const TD_KEYS: readonly ReferenceKey[] = [
  hex('tdx_attributes', 8, 'attributes of the TD; DEBUG is bit 0, SEPT_VE_DISABLE bit 28'),
  mask('tdx_attributes_mask', 8),
  hex('tdx_xfam', 8, 'processor features the TD may use'),
  mask('tdx_xfam_mask', 8),
  hex('tdx_mrconfigid', 48, 'configuration the host set when it made the TD (MRCONFIGID)'),
  hex('tdx_mrowner', 48, 'owner of the TD (MROWNER)'),
  hex('tdx_mrownerconfig', 48, 'configuration of the owner (MROWNERCONFIG)'),
  hex('tdx_mrtd', 48, 'initial memory of the TD: the firmware (MRTD)'),
  hex('tdx_rtmr0', 48, 'firmware configuration (RTMR0)'),
  hex('tdx_rtmr1', 48, 'boot loader and kernel (RTMR1)'),
  hex('tdx_rtmr2', 48, 'kernel command line and initrd (RTMR2)'),
  hex('tdx_rtmr3', 48, 'what applications measured (RTMR3)'),
  hex('tdx_mrservicetd', 48, 'service TDs bound to the TD (MRSERVICETD); only quotes of version 5 carry it'),
]

const KEYS: Readonly<Record<IntelClassKind, readonly ReferenceKey[]>> = {
  platform: PLATFORM_KEYS,
  'quoting-enclave': TCB_KEYS,
  enclave: ENCLAVE_KEYS,
  td: TD_KEYS,
}

/** Every key that policies of this kind may have, in the order people read them. */
export function listReferenceKeys(kind: IntelClassKind): readonly ReferenceKey[] {
  return KEYS[kind]
}

/** The kinds that know a key; empty for a key that no class knows. */
export function findKindsOfKey(name: string): readonly IntelClassKind[] {
  return (Object.keys(KEYS) as IntelClassKind[]).filter((kind) => KEYS[kind].some((key) => key.name === name))
}

function hex(name: string, sizeBytes: number, meaning: string): ReferenceKey {
  return { name, form: 'hex', sizeBytes, meaning }
}

function mask(name: string, sizeBytes: number): ReferenceKey {
  const of = name.replace(/_mask$/, '')
  return { name, form: 'hex', sizeBytes, isMask: true, meaning: `the bits of ${of} that are compared` }
}
