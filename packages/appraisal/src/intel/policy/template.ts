/** Policies written from what is known already: a quote, a report, a signed enclave, reference values. */
import { CodecError } from '@veritee/codec'
import { decodeHex } from '@veritee/codec/bytes'
import {
  type DcapQuote,
  type EnclaveFile,
  findIntelClasses,
  INTEL_CLASSES,
  SGX_FLAGS,
  type SgxReportBody,
  type TdReport,
  type TdReportBody,
} from '@veritee/evidence/dcap'
import { AppraisalError } from '../../errors.ts'
import { encodeOrderedHex } from '../byte-order.ts'
import type { IntelPolicy, JsonObject } from '../types.ts'
import { measureEnclave, measureTd } from '../verification/measurements.ts'
import { createIntelPolicy, findDefaultPolicy } from './write.ts'

const ONES = 'F'.repeat(16)
/** Registers of the measurement that a policy pins; report data is fresh each time. */
const UNPINNED = ['tdx_reportdata', 'sgx_reportdata']

/**
 * Policies that accept exactly the workload of a quote, and its platform while it is up to date: one policy for each
 * class. The quote is not verified here: pin what you took from a machine you trust.
 *
 * Throws INTEL_QUOTE_CLASS_UNKNOWN.
 */
export function createPoliciesFromQuote(quote: DcapQuote): readonly IntelPolicy[] {
  const classes = findIntelClasses(quote)
  if (classes === undefined) {
    throw new AppraisalError('INTEL_QUOTE_CLASS_UNKNOWN', undefined, {
      details: { path: 'quote.body.tee_tcb_svn', expected: 'TDX module 0, 1 or 3', actual: moduleOf(quote) },
    })
  }
  const tenant = quote.tee === 'tdx' ? pinTd(classes.tenant, quote.body) : pinEnclave(classes.tenant, quote.body)
  const others = [classes.platform, classes.quotingEnclave].flatMap((id) => (id === undefined ? [] : [id]))
  return [tenant, ...others.map((id) => findDefaultPolicy(id)!)]
}

/** A policy that accepts exactly the TD of a TDREPORT. The class is 1.0 for the first module generation, else 1.5. */
export function createPolicyFromTdReport(report: TdReport): IntelPolicy {
  const { tdx10Application, tdx15Application } = INTEL_CLASSES
  return pinTd(report.generation === '1.0' ? tdx10Application : tdx15Application, report)
}

/** A policy that accepts exactly a signed enclave, from its signature structure. Verify that before: `verifySigstruct`. */
export function createPolicyFromEnclave({ sigstruct }: EnclaveFile): IntelPolicy {
  const { attributes, attributeMask } = sigstruct
  const isKss = (attributes.flags & SGX_FLAGS['KSS']!) !== 0n
  const u64 = (value: bigint): string => value.toString(16).toUpperCase().padStart(16, '0')
  const u32 = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0')
  return createIntelPolicy(INTEL_CLASSES.sgxEnclave, {
    sgx_miscselect: u32(sigstruct.miscSelect),
    sgx_miscselect_mask: u32(sigstruct.miscMask),
    // The processor sets INIT when the enclave starts.
    sgx_attributes: u64(attributes.xfrm) + u64(attributes.flags | SGX_FLAGS['INIT']!),
    sgx_attributes_mask: u64(attributeMask.xfrm) + u64(attributeMask.flags | SGX_FLAGS['INIT']!),
    sgx_mrenclave: encodeOrderedHex(sigstruct.mrEnclave, 'intel'),
    sgx_mrsigner: encodeOrderedHex(sigstruct.mrSigner, 'intel'),
    sgx_isvprodid: sigstruct.isvProdId,
    sgx_isvsvn_min: sigstruct.isvSvn,
    ...(isKss
      ? {
          sgx_isvextprodid: encodeOrderedHex(sigstruct.isvExtProdId, 'intel'),
          sgx_isvfamilyid: encodeOrderedHex(sigstruct.isvFamilyId, 'intel'),
        }
      : {}),
  })
}

/** Spellings of the registers in reference values, without separators and case. */
const REGISTER_NAMES: Readonly<Record<string, { readonly key: string; readonly sizeBytes: number }>> = {
  mrtd: { key: 'tdx_mrtd', sizeBytes: 48 },
  mrconfigid: { key: 'tdx_mrconfigid', sizeBytes: 48 },
  mrowner: { key: 'tdx_mrowner', sizeBytes: 48 },
  mrownerconfig: { key: 'tdx_mrownerconfig', sizeBytes: 48 },
  mrservicetd: { key: 'tdx_mrservicetd', sizeBytes: 48 },
  rtmr0: { key: 'tdx_rtmr0', sizeBytes: 48 },
  rtmr1: { key: 'tdx_rtmr1', sizeBytes: 48 },
  rtmr2: { key: 'tdx_rtmr2', sizeBytes: 48 },
  rtmr3: { key: 'tdx_rtmr3', sizeBytes: 48 },
  tdattributes: { key: 'tdx_attributes', sizeBytes: 8 },
  xfam: { key: 'tdx_xfam', sizeBytes: 8 },
}

/**
 * A policy for a TD 1.5 from reference values: an object of register names, as `mr_td` or `tdx.quote.body.rtmr_1`, each
 * with hexadecimal in **memory** order, as text or as a list of one. Names that are no registers are refused: a policy of
 * this kind cannot hold them.
 *
 * Throws INTEL_REFERENCE_VALUES_*.
 */
export function createPolicyFromReferenceValues(values: unknown): IntelPolicy {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw invalidValues('referenceValues', 'an object', values)
  }
  const reference: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    const register = REGISTER_NAMES[name.split('.').at(-1)!.toLowerCase().replaceAll(/[_-]/g, '')]
    if (register === undefined) throw invalidValues(name, 'a register of a TD, such as mr_td or rtmr_1', name)
    const list: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (list.length > 1) {
      throw new AppraisalError('INTEL_REFERENCE_VALUES_AMBIGUOUS', undefined, {
        details: { path: name, expected: 'one value', actual: list.length },
      })
    }
    reference[register.key] = encodeOrderedHex(readValue(name, list[0], register.sizeBytes), 'intel')
  }
  if (Object.keys(reference).length === 0) throw invalidValues('referenceValues', 'at least one register', 'none')
  return createIntelPolicy(INTEL_CLASSES.tdx15Application, reference)
}

function readValue(name: string, value: unknown, sizeBytes: number): Uint8Array {
  const expected = `${2 * sizeBytes} hexadecimal digits`
  if (typeof value !== 'string') throw invalidValues(name, expected, value)
  try {
    const bytes = decodeHex(value)
    if (bytes.length === sizeBytes) return bytes
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
  }
  throw invalidValues(name, expected, value)
}

function pinTd(classId: string, body: TdReportBody | TdReport): IntelPolicy {
  const pinned = pin(measureTd(body))
  const { tdx_attributes, tdx_xfam, ...registers } = pinned as Record<string, unknown>
  return createIntelPolicy(classId, {
    tdx_attributes,
    tdx_attributes_mask: ONES,
    tdx_xfam,
    tdx_xfam_mask: ONES,
    ...registers,
  })
}

function pinEnclave(classId: string, body: SgxReportBody): IntelPolicy {
  const { sgx_miscselect, sgx_attributes, sgx_isvsvn, sgx_configsvn, ...rest } = pin(measureEnclave(body)) as Record<
    string,
    unknown
  >
  return createIntelPolicy(classId, {
    sgx_miscselect,
    sgx_miscselect_mask: 'F'.repeat(8),
    sgx_attributes,
    sgx_attributes_mask: 'F'.repeat(32),
    ...rest,
    sgx_isvsvn_min: sgx_isvsvn,
    sgx_configsvn_min: sgx_configsvn,
  })
}

function pin(measurement: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(measurement).filter(([name]) => !UNPINNED.includes(name)))
}

function moduleOf(quote: DcapQuote): unknown {
  return quote.tee === 'tdx' ? quote.body.teeTcbSvn[1] : undefined
}

function invalidValues(path: string, expected: unknown, actual: unknown): AppraisalError {
  return new AppraisalError('INTEL_REFERENCE_VALUES_INVALID', undefined, { details: { path, expected, actual } })
}
