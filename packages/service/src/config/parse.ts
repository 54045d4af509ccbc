import { readFileSync } from 'node:fs'
import { findNearest } from '@veritee/codec/nearest'
import { parse as parseToml } from 'smol-toml'
import type { z } from 'zod'
import { ServiceError } from '../errors.ts'

import { CONFIG_SCHEMA, type ServiceConfig } from './schema.ts'

const MAX_FILE_BYTES = 1024 * 1024

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** Dotted, such as `limits.bodyBytes`; empty for the whole. */
  readonly path: string
  readonly message: string
}

/**
 * Checks a configuration and fills in the defaults. Files that it names are not opened here.
 *
 * @throws ServiceError SERVICE_CONFIG_INVALID or SERVICE_CONFIG_KEY_UNKNOWN; `details.problems` lists all that is wrong
 */
export function parseConfig(value: unknown): ServiceConfig {
  const parsed = CONFIG_SCHEMA.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.flatMap(describeIssue)
  const unknown = parsed.error.issues.some((issue) => issue.code === 'unrecognized_keys')
  const [first] = problems as [ConfigProblem, ...ConfigProblem[]]
  throw new ServiceError(
    unknown ? 'SERVICE_CONFIG_KEY_UNKNOWN' : 'SERVICE_CONFIG_INVALID',
    problems.map((problem) => problem.message).join(' '),
    {
      details: { path: first.path, problems },
    },
  )
}

function describeIssue(issue: z.core.$ZodIssue): ConfigProblem[] {
  const path = issue.path.join('.')
  if (issue.code !== 'unrecognized_keys')
    return [{ path, message: `${path || 'The configuration'}: ${issue.message}.` }]
  return issue.keys.map((key) => {
    const whole = [...issue.path, key].join('.')
    const nearest = findNearest(key, knownKeys(issue.path))
    const hint = nearest === undefined ? '' : ` Did you mean ${[...issue.path, nearest].join('.')}?`
    return { path: whole, message: `There is no key ${whole}.${hint}` }
  })
}

/** Keys of the section at `path`, found by walking the schema itself. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schemas = unwrap(CONFIG_SCHEMA)
  for (const step of path) schemas = schemas.flatMap((schema) => unwrap(shapeOf(schema)[String(step)]))
  return [...new Set(schemas.flatMap((schema) => Object.keys(shapeOf(schema))))]
}

interface SchemaNode {
  readonly def?: {
    readonly innerType?: unknown
    readonly options?: readonly unknown[]
    readonly shape?: Record<string, unknown>
  }
}

function unwrap(schema: unknown): unknown[] {
  const { def } = (schema ?? {}) as SchemaNode
  if (def?.innerType !== undefined) return unwrap(def.innerType)
  if (def?.options !== undefined) return def.options.flatMap(unwrap)
  return schema === undefined ? [] : [schema]
}

function shapeOf(schema: unknown): Record<string, unknown> {
  return (schema as SchemaNode).def?.shape ?? {}
}

/**
 * Reads a configuration file: JSON when its name ends in `.json`, TOML otherwise. The result is not checked yet, so that
 * command-line values can be laid over it first.
 *
 * @throws ServiceError SERVICE_CONFIG_UNREADABLE
 */
export function readConfigFile(path: string): Record<string, unknown> {
  try {
    const text = readFileSync(path, 'utf8')
    if (text.length > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`)
    const value: unknown = path.endsWith('.json') ? JSON.parse(text) : parseToml(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not a table of keys')
    return value as Record<string, unknown>
  } catch (cause) {
    throw new ServiceError(
      'SERVICE_CONFIG_UNREADABLE',
      `The configuration file ${path} cannot be read: ${(cause as Error).message}`,
      {
        cause,
        details: { path },
      },
    )
  }
}

/** Lays `over` on `base`: sections are merged key by key, anything else is replaced; `undefined` leaves what is there. */
export function mergeConfig(base: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue
    const below = merged[key]
    merged[key] = isSection(below) && isSection(value) ? mergeConfig(below, value) : value
  }
  return merged
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
