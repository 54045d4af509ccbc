/** The service's API for policies, as the commands use it. */
import { encodeUtf8 } from '@veritee/codec/bytes'
import { parseJson } from '@veritee/codec/json'
import { CliError } from '../../errors.ts'
import type { AdminClient } from '../../input/admin.ts'
import { readJson } from '../admin/options.ts'

export interface PolicyView {
  readonly id: string
  readonly kind: 'attestation' | 'resource'
  readonly scopes: readonly string[]
  readonly latestVersion: number
  readonly activeVersion?: number
  readonly previousVersion?: number
  /** SHA-384, hexadecimal, and the text itself, where one is in force. */
  readonly hash?: string
  readonly text?: string
  readonly file?: string
}

export interface VersionView {
  readonly id: string
  readonly version: number
  readonly hash: string
  readonly by: string
  /** Epoch seconds. */
  readonly at: number
  readonly reason: string
  readonly restores?: number
  readonly active?: boolean
  readonly text?: string
}

export const pathOf = (id: string): string => `/api/v1/policies/${encodeURIComponent(id)}`

export const readPolicy = (client: AdminClient, id: string): Promise<PolicyView> => readJson(client, pathOf(id))

export const readVersion = (client: AdminClient, id: string, version: number): Promise<VersionView> =>
  readJson(client, `${pathOf(id)}/versions/${version}`)

/** A POST whose body and answer are JSON. */
export async function post<T>(
  client: AdminClient,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  return parseJson((await client.call('POST', path, encodeUtf8(JSON.stringify(body)), headers)).body) as T
}

/** @throws CliError CLI_ARGUMENT_INVALID */
export function parseVersion(text: string, path: string = 'version'): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text)
  throw new CliError('CLI_ARGUMENT_INVALID', `${text} is not the number of a version`, {
    details: { path, actual: text },
  })
}
