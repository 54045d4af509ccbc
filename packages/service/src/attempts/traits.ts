import type { Claims } from '@veritee/evidence/result'

/** What attempts and machines are found by beside their names. */
export interface AttemptTraits {
  /** The measurement that a machine starts with, hexadecimal: of its first memory, of its enclave, of its image. */
  readonly measurement?: string
  /** Generation of the processor, where the evidence says it. */
  readonly product?: string
}

/** Where each kind of evidence says what the machine started with. */
const MEASUREMENTS: Readonly<Record<string, readonly string[]>> = {
  tdx: ['quote', 'body', 'mr_td'],
  'az-tdx-vtpm': ['quote', 'body', 'mr_td'],
  sgx: ['body', 'mr_enclave'],
  snp: ['measurement'],
  'az-snp-vtpm': ['measurement'],
  csv: ['measure'],
  enclave: ['pcr0'],
}
const MAX_TEXT = 192

/** What genuine evidence says of its machine; nothing of evidence that says it elsewhere. */
export function readTraits(tee: string, claims: Claims): AttemptTraits {
  const own = (claims as Members)[tee]
  const measurement = readText(own, MEASUREMENTS[tee] ?? [])
  const product = readText(own, ['product'])
  return {
    ...(measurement === undefined ? {} : { measurement }),
    ...(product === undefined ? {} : { product }),
  }
}

type Members = Readonly<Record<string, unknown>>

function readText(from: unknown, path: readonly string[]): string | undefined {
  if (path.length === 0) return undefined
  const found = path.reduce(
    (value, name) => (typeof value === 'object' && value !== null ? (value as Members)[name] : undefined),
    from,
  )
  return typeof found === 'string' && found !== '' ? found.slice(0, MAX_TEXT) : undefined
}
