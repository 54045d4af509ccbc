/** Processor models as QEMU names them, and the signature that CPUID gives of each. */
import { SnpError } from '../codes.ts'

/** Family, model, stepping. */
const MODELS: Readonly<Record<string, readonly [number, number, number]>> = {
  EPYC: [23, 1, 2],
  'EPYC-Rome': [23, 49, 0],
  'EPYC-Milan': [25, 1, 1],
  'EPYC-Genoa': [25, 17, 0],
  'EPYC-Turin': [26, 0, 0],
}

/**
 * Signature of a model name such as `EPYC-Milan` or `EPYC-v4`; a version suffix does not change it.
 *
 * @throws EvidenceError SNP_LAUNCH_INVALID for a name that is not known
 */
export function signatureOfModel(name: string): number {
  const model = MODELS[name.replace(/-(?:v\d+|IBPB)$/, '')]
  if (model === undefined) {
    throw new SnpError('SNP_LAUNCH_INVALID', undefined, {
      details: { path: 'processor', expected: Object.keys(MODELS), actual: name },
    })
  }
  return signatureOfFamily(...model)
}

/** CPUID 1, EAX: extended family, extended model, family, model, stepping (AMD64 Architecture Manual, volume 3, appendix E). */
export function signatureOfFamily(family: number, model: number, stepping: number): number {
  const base = Math.min(family, 0xf)
  return (((family - base) & 0xff) << 20) | ((model >> 4) << 16) | (base << 8) | ((model & 0xf) << 4) | (stepping & 0xf)
}
