import type { DcapQuote } from '../quote/types.ts'

/** The classes of Intel's quote appraisal, by which its policies and results name what they are about (section 5.1). */
export const INTEL_CLASSES = {
  sgxPlatform: '3123ec35-8d38-4ea5-87a5-d6c48b567570',
  sgxEnclave: 'bef7cb8c-31aa-42c1-854c-10db005d5c41',
  tdx10Platform: '9eec018b-7481-4b1c-8e1a-9f7c0c8c777f',
  tdx15Platform: 'f708b97f-0fb2-4e6b-8b03-8a5bcd1221d3',
  tdxQuotingEnclave: '3769258c-75e6-4bc7-8d72-d2b0e224cad2',
  tdx10Application: 'a1e4ee9c-a12e-48ac-bed0-e3f89297f687',
  tdx15Application: '45b734fc-aa4e-4c3d-ad28-e43d08880e68',
} as const

/** The appraisal classes of one quote. */
export interface IntelClasses {
  readonly platform: string
  readonly tenant: string
  /** TDX only. */
  readonly quotingEnclave?: string
}

/**
 * The appraisal classes a quote belongs to (specification page, section 5.1): by the body in version 5, by the TDX
 * module's major version in version 4. Undefined for a module that no class is known for.
 */
export function findIntelClasses(quote: DcapQuote): IntelClasses | undefined {
  if (quote.tee === 'sgx') return { platform: INTEL_CLASSES.sgxPlatform, tenant: INTEL_CLASSES.sgxEnclave }
  const moduleMajor = quote.body.teeTcbSvn[1]!
  const isFirst = quote.version === 5 ? quote.body.kind === 'td10' : moduleMajor === 0
  if (quote.version === 4 && ![0, 1, 3].includes(moduleMajor)) return undefined
  const quotingEnclave = INTEL_CLASSES.tdxQuotingEnclave
  return isFirst
    ? { platform: INTEL_CLASSES.tdx10Platform, tenant: INTEL_CLASSES.tdx10Application, quotingEnclave }
    : { platform: INTEL_CLASSES.tdx15Platform, tenant: INTEL_CLASSES.tdx15Application, quotingEnclave }
}
