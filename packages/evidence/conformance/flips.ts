/**
 * Flips single bits of a genuine quote and of its collateral. Every flip must be refused, except where a bit carries
 * nothing: padding after the quote, line ends around PEM, the case of hexadecimal digits, the chain that is not used.
 *
 * Run as a program it flips every bit: `node --conditions=veritee-source packages/evidence/conformance/flips.ts DIR`,
 * where DIR holds `NAME` and `NAME_collateral.json`, with names and times as in `FLIPPED`.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv } from 'node:process'
import { isCodedError } from '@veritee/codec/error'
import { type DcapCollateral, parseDcapCollateral } from '../src/dcap/collateral/index.ts'
import { parseQuote } from '../src/dcap/quote/index.ts'
import { type DcapTrust, verifyDcapQuote } from '../src/dcap/verify/index.ts'

/** One bit of one part. */
export interface Flip {
  readonly part: 'quote' | keyof DcapCollateral
  readonly offset: number
  readonly bit: number
}

const HEX_PARTS: ReadonlySet<string> = new Set(['rootCaCrl', 'pckCrl', 'tcbInfoSignature', 'qeIdentitySignature'])
const UNUSED_PARTS: ReadonlySet<string> = new Set(['pckCrlIssuerChain'])

/** Every flip that must be refused. */
export function* listFlips(quote: Uint8Array, collateral: DcapCollateral): Generator<Flip> {
  const { bytes, extraBytes } = parseQuote(quote)
  const end = bytes.length - extraBytes.length - trailingSpace(bytes.subarray(0, bytes.length - extraBytes.length))
  for (let offset = 0; offset < end; offset++) for (let bit = 0; bit < 8; bit++) yield { part: 'quote', offset, bit }
  for (const [part, text] of Object.entries(collateral) as [keyof DcapCollateral, string][]) {
    if (UNUSED_PARTS.has(part)) continue
    const length = text.trimEnd().length
    for (let offset = 0; offset < length; offset++) {
      for (let bit = 0; bit < 8; bit++) {
        const isCase = HEX_PARTS.has(part) && bit === 5 && /[a-f]/i.test(text.charAt(offset))
        if (!isCase) yield { part, offset, bit }
      }
    }
  }
}

/** The code a flip is refused with, or undefined if it is accepted. Any error that is none of the house passes through. */
export async function refusalOf(flip: Flip, quote: Uint8Array, trust: DcapTrust): Promise<string | undefined> {
  const { part, offset, bit } = flip
  try {
    if (part === 'quote') {
      const flipped = quote.slice()
      flipped[offset]! ^= 1 << bit
      await verifyDcapQuote(flipped, trust)
      return undefined
    }
    const text = trust.collateral[part]!
    const char = String.fromCharCode(text.charCodeAt(offset) ^ (1 << bit))
    const collateral = { ...trust.collateral, [part]: text.slice(0, offset) + char + text.slice(offset + 1) }
    await verifyDcapQuote(quote, { ...trust, collateral })
    return undefined
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

function trailingSpace(bytes: Uint8Array): number {
  let count = 0
  while (bytes[bytes.length - 1 - count] === 0 || bytes[bytes.length - 1 - count] === 0x0a) count++
  return count
}

const FLIPPED = [
  { name: 'tdx_quote', now: 1750809600 },
  { name: 'sgx_quote', now: 1750809600 },
] as const

if (import.meta.filename === argv[1] && argv[2] !== undefined) {
  let accepted = 0
  for (const { name, now } of FLIPPED) {
    const quote = new Uint8Array(readFileSync(join(argv[2], name)))
    const collateral = parseDcapCollateral(readFileSync(join(argv[2], `${name}_collateral.json`)))
    const codes = new Map<string, number>()
    for (const flip of listFlips(quote, collateral)) {
      const code = await refusalOf(flip, quote, { collateral, now })
      if (code === undefined) process.stdout.write(`accepted ${name} ${JSON.stringify(flip)}\n`)
      if (code === undefined) accepted++
      else codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    const total = [...codes.values()].reduce((sum, count) => sum + count, 0)
    process.stdout.write(`${name}: ${total} flips refused\n`)
    for (const [code, count] of [...codes].sort(([, a], [, b]) => b - a)) {
      process.stdout.write(`  ${String(count).padStart(7)} ${code}\n`)
    }
  }
  process.exitCode = accepted === 0 ? 0 : 1
}
