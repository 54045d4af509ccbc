/** `sgx_default_qcnl.conf`: where Intel's quote libraries find their collateral (specification page, section 3). */
import { CodecError } from '@veritee/codec'
import { parseJson } from '@veritee/codec/json'
import { CollateralError } from '../errors.ts'
import type { TcbUpdate } from '../types.ts'
import { blankComments } from './relaxed-json.ts'

/** What the file says, as far as it concerns collateral. */
export interface QcnlConfig {
  readonly pccsUrl: string
  /** Where collateral comes from if not from `pccsUrl`; a `file:` URL names an offline bundle. */
  readonly collateralService: string
  readonly tcbUpdateType: TcbUpdate
  readonly retryTimes: number
  readonly retryDelaySeconds: number
  /** 0 is no caching; at most 2160. */
  readonly cacheExpireHours: number
  readonly localCacheOnly: boolean
  /** Members that concern PCK certificates or requests of Intel's own client and have no effect here. */
  readonly unused: readonly string[]
}

const MAX_CONFIG_LENGTH = 64 << 10
const MAX_CACHE_HOURS = 2160
const DEFAULT_URL = 'https://localhost:8081/sgx/certification/v4/'

/**
 * Reads the file in either form: JSON with comments, or `KEY=value` lines.
 *
 * Throws COLLATERAL_CONFIG_INVALID, and COLLATERAL_CONFIG_TLS_DISABLED for `use_secure_cert: false`.
 */
export function parseQcnl(text: string): QcnlConfig {
  if (text.length > MAX_CONFIG_LENGTH) throw invalid('', `at most ${MAX_CONFIG_LENGTH} characters`, text.length)
  const values = blankComments(text).trimStart().startsWith('{') ? readJson(text) : readLines(text)
  const reader = new ConfigReader(values)
  if (!reader.flag('use_secure_cert', true)) {
    throw new CollateralError('COLLATERAL_CONFIG_TLS_DISABLED', undefined, {
      details: { path: 'use_secure_cert', expected: true, actual: false },
    })
  }
  const pccsUrl = reader.text('pccs_url', DEFAULT_URL)
  const update = reader.text('tcb_update_type', 'standard').toLowerCase()
  if (update !== 'standard' && update !== 'early') throw invalid('tcb_update_type', ['standard', 'early'], update)
  return {
    pccsUrl,
    collateralService: reader.text('collateral_service', pccsUrl),
    tcbUpdateType: update,
    retryTimes: reader.integer('retry_times', 0, 100),
    retryDelaySeconds: reader.integer('retry_delay', 0, 3600),
    cacheExpireHours: Math.min(reader.integer('verify_collateral_cache_expire_hours', 0), MAX_CACHE_HOURS),
    localCacheOnly: reader.flag('local_cache_only', false),
    unused: reader.unread(),
  }
}

type Values = ReadonlyMap<string, unknown>

class ConfigReader {
  readonly #values: Values
  readonly #read = new Set<string>()

  constructor(values: Values) {
    this.#values = values
  }

  text(name: string, otherwise: string): string {
    const value = this.#take(name)
    if (value === undefined || value === '') return otherwise
    if (typeof value !== 'string') throw invalid(name, 'a text', value)
    return value
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#take(name)
    if (value === undefined || typeof value === 'boolean') return value ?? otherwise
    if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
    throw invalid(name, 'true or false', value)
  }

  integer(name: string, otherwise: number, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#take(name)
    if (value === undefined) return otherwise
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > max) {
      throw invalid(name, `an integer 0 to ${max}`, value)
    }
    return number
  }

  unread(): readonly string[] {
    return [...this.#values.keys()].filter((name) => !this.#read.has(name))
  }

  #take(name: string): unknown {
    this.#read.add(name)
    return this.#values.get(name)
  }
}

function readJson(text: string): Values {
  try {
    const value = parseJson(blankComments(text), { maxDepth: 8 })
    return new Map(Object.entries(value as object))
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new CollateralError('COLLATERAL_CONFIG_INVALID', undefined, { details: { actual: cause.message }, cause })
  }
}

function readLines(text: string): Values {
  const values = new Map<string, unknown>()
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.startsWith('//')) continue
    const match = /^([A-Za-z_]+)\s*=\s*(.*)$/.exec(line)
    if (match === null) throw invalid(`line ${i + 1}`, 'KEY=value', line)
    const [, name, value] = match as unknown as [string, string, string]
    values.set(name.toLowerCase(), value.replace(/^(["'])(.*)\1$/, '$2'))
  }
  return values
}

function invalid(path: string, expected: unknown, actual: unknown): CollateralError {
  return new CollateralError('COLLATERAL_CONFIG_INVALID', undefined, { details: { path, expected, actual } })
}
