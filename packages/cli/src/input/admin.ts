import { join } from 'node:path'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { type BrokerResponse, createTransport, type Transport } from '@veritee/guest/transport'
import { createAdminToken } from '@veritee/service/admin'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { readInput } from './file.ts'

const KEY_BYTES = 65_536

/** Options that every administrator's command takes. */
export interface AdminOptions {
  readonly url: string
  readonly adminKey?: string
  readonly data: string
  readonly caFile?: string
}

/** A signed-in way to one service. */
export interface AdminClient {
  call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): Promise<BrokerResponse>
}

/**
 * Signs in with the administrator's key: a fresh token of five minutes for each call, so that none has to be kept.
 *
 * @throws CliError CLI_ARGUMENT_INVALID, CLI_FILE_UNREADABLE, CLI_SERVICE_REFUSED, CLI_SERVICE_FAILED; the transport's GUEST_BROKER_*
 */
export async function createAdminClient(io: Io, options: AdminOptions): Promise<AdminClient> {
  const base = readBase(options.url)
  const key = await readAdminKey(io, options)
  const transport: Transport = createTransport(options.caFile === undefined ? {} : { caFile: options.caFile })
  return {
    async call(method, route, body, headers = {}) {
      const token = await createAdminToken(key, { now: io.now() })
      const response = await transport({
        method,
        url: `${base}${route}`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', ...headers },
        ...(body === undefined ? {} : { body }),
      })
      if (response.status < 200 || response.status > 299) throw refusalOf(response)
      return response
    },
  }
}

/** The private key that signs tokens, PEM. @throws CliError CLI_FILE_UNREADABLE */
export async function readAdminKey(
  io: Io,
  { adminKey, data }: Pick<AdminOptions, 'adminKey' | 'data'>,
): Promise<string> {
  return decodeUtf8(await readInput(io, adminKey ?? join(data, 'keys', 'admin.pem'), KEY_BYTES))
}

/** Addresses that a request does not leave this machine for. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Tells whether what is sent to an address stays on this machine or goes under TLS. */
export function isConfidential(address: URL): boolean {
  return address.protocol === 'https:' || LOOPBACK.test(address.hostname)
}

/** The service's address. An administrator's token and secrets go over it, so beyond this machine only under TLS. */
function readBase(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  const isWeb = parsed?.protocol === 'https:' || parsed?.protocol === 'http:'
  if (!isWeb || parsed.username !== '' || parsed.password !== '') {
    // The text may hold a password, so it is not repeated.
    throw new CliError('CLI_ARGUMENT_INVALID', '--url does not take this value.', {
      details: { path: '--url', expected: 'http(s)://HOST[:PORT][/PATH]' },
    })
  }
  if (!isConfidential(parsed)) {
    throw new CliError(
      'CLI_ARGUMENT_INVALID',
      'Beyond this machine an administrator speaks to the service over https.',
      {
        details: { path: '--url', expected: `https://${parsed.host}`, actual: parsed.origin },
      },
    )
  }
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`
}

/** Statuses of a service that understood and said no; any other is a failure. */
const REFUSALS = new Set([401, 403, 404, 409, 412, 422])

/** The service's own words, carried through. */
function refusalOf({ status, body }: BrokerResponse): CliError {
  const problem = readProblem(body)
  const said = typeof problem['detail'] === 'string' ? problem['detail'] : `The service answered with status ${status}.`
  const { code, next, findings, path, expected, actual } = problem
  return new CliError(REFUSALS.has(status) ? 'CLI_SERVICE_REFUSED' : 'CLI_SERVICE_FAILED', said, {
    details: {
      ...(typeof path === 'string' ? { path } : {}),
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
      status,
      serviceCode: code,
      serviceNext: next,
      findings,
    },
  })
}

/** A body that is no problem document adds nothing to the status. */
function readProblem(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value = parseJson(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch (error) {
    if (isCodedError(error)) return {}
    throw error
  }
}
