/** Claims as one family of attestation services writes them: what others give as numbers and truth values is text there. */
import { decodeHex, encodeBase64 } from '@veritee/codec/bytes'
import type { PolicyEvidence } from './input.ts'

/** Names without the hyphens of the newer ones. */
const PLAIN_NAMES: Readonly<Record<string, string>> = { 'az-snp-vtpm': 'azsnpvtpm', 'az-tdx-vtpm': 'aztdxvtpm' }
/** Whose claims are texts there. */
const SNP: readonly string[] = ['snp', 'az-snp-vtpm']
const WRITTEN = /^(?:policy|platform|reported_tcb)_/
const HEX = /^(?:[0-9a-f]{2})+$/

/**
 * Evidence for policies that were written for such services: SEV-SNP flags are `"0"` and `"1"`, versions and the parts of the
 * reported TCB are decimal texts, and the measurement is standard base64. Azure machines stand under `azsnpvtpm` and `aztdxvtpm`
 * too. Everything else is as it was.
 */
export function writeClaimsAsTexts<Evidence extends PolicyEvidence>(evidence: Evidence): Evidence {
  const { tee, claims } = evidence
  const own: unknown = (claims as Record<string, unknown>)[tee]
  const plain = PLAIN_NAMES[tee]
  if (typeof own !== 'object' || own === null || (plain === undefined && !SNP.includes(tee))) return evidence
  const written = SNP.includes(tee)
    ? Object.fromEntries(Object.entries(own).map(([name, value]) => [name, writeValue(name, value)]))
    : own
  return { ...evidence, claims: { ...claims, [tee]: written, ...(plain === undefined ? {} : { [plain]: written }) } }
}

function writeValue(name: string, value: unknown): unknown {
  if (name === 'measurement')
    return typeof value === 'string' && HEX.test(value) ? encodeBase64(decodeHex(value)) : value
  if (!WRITTEN.test(name)) return value
  if (typeof value === 'boolean') return value ? '1' : '0'
  return typeof value === 'number' ? String(value) : value
}
