import { encodeHex } from '@veritee/codec/bytes'
import type { Claims } from '../../result/index.ts'
import { TD_ATTRIBUTES } from '../attributes/index.ts'
import type { DcapQuote, SgxQuote, TdxQuote } from '../quote/types.ts'
import {
  type ClaimRange,
  DESCRIPTOR_CLAIMS,
  SGX_BODY_CLAIMS,
  SGX_HEADER_CLAIMS,
  TD_10_CLAIMS,
  TD_15_CLAIMS,
  TD_15_EXTENDED_CLAIMS,
  TDX_HEADER_CLAIMS,
} from './names.ts'
import { createTcbClaims, type TcbClaimsSource } from './tcb.ts'

const TD_CLAIMS = { td10: TD_10_CLAIMS, td15: TD_15_CLAIMS, td15ex: TD_15_EXTENDED_CLAIMS } as const

/**
 * The claims of a quote as JSON, in the names of the Trustee attestation services (specification page trustee, section
 * 2.6): what stands in the quote, and what verification found out about the platform where that is given. They go under
 * the key `tdx` or `sgx` of what a policy sees; event log claims are added by whoever replays the log.
 *
 * A pure function of its arguments. Without `verification` the claims are what the bytes say, and nobody vouches for them.
 */
export function createDcapClaims(quote: DcapQuote, verification?: TcbClaimsSource): Claims {
  const tcb = verification === undefined ? {} : createTcbClaims(quote, verification)
  return { ...(quote.tee === 'tdx' ? createTdxClaims(quote) : createSgxClaims(quote)), ...tcb }
}

function createTdxClaims({ version, header, body, bytes }: TdxQuote): Claims {
  return {
    quote: {
      header: printRanges(header.bytes, TDX_HEADER_CLAIMS),
      ...(version === 5 ? printRanges(bytes, DESCRIPTOR_CLAIMS) : {}),
      body: printRanges(body.bytes, TD_CLAIMS[body.kind]),
    },
    report_data: encodeHex(body.reportData),
    init_data: encodeHex(body.mrConfigId),
    td_attributes: {
      debug: hasAttribute(body.tdAttributes, 'DEBUG'),
      key_locker: hasAttribute(body.tdAttributes, 'KL'),
      perfmon: hasAttribute(body.tdAttributes, 'PERFMON'),
      protection_keys: hasAttribute(body.tdAttributes, 'PKS'),
      septve_disable: hasAttribute(body.tdAttributes, 'SEPT_VE_DISABLE'),
    },
  }
}

function createSgxClaims({ header, body }: SgxQuote): Claims {
  return {
    header: printRanges(header.bytes, SGX_HEADER_CLAIMS),
    body: printRanges(body.bytes, SGX_BODY_CLAIMS),
    report_data: encodeHex(body.reportData),
    init_data: encodeHex(body.configId),
  }
}

function hasAttribute(attributes: bigint, name: string): boolean {
  return (attributes & TD_ATTRIBUTES[name]!) !== 0n
}

function printRanges(bytes: Uint8Array, ranges: readonly ClaimRange[]): Claims {
  const hex = encodeHex(bytes.subarray(0, ranges.at(-1)![2]))
  const claims: Record<string, string> = {}
  for (const [name, start, end] of ranges) claims[name] = hex.slice(2 * start, 2 * end)
  return claims
}
