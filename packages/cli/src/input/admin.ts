import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import { type BrokerResponse, createTransport, type Transport } from '@veritee/guest/transport'
import { createAdminToken } from '@veritee/service/admin'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'

/** Options that every administrator's command takes. */
export interface AdminOptions {
  readonly url: string
  readonly adminKey?: string
  readonly data: string
  readonly caFile?: string
}

/** A signed-in way to one service. */
export interface AdminClient {
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: Uint8Array): Promise<BrokerResponse>
}

/**
 * Signs in with the administrator's key: a fresh token of five minutes for each call, so that none has to be kept.
 *
 * @throws CliError CLI_FILE_UNREADABLE, CLI_SERVICE_REFUSED; the transport's GUEST_BROKER_*
 */
export async function createAdminClient(io: Io, options: AdminOptions): Promise<AdminClient> {
  const path = options.adminKey ?? join(options.data, 'keys', 'admin.pem')
  const key = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new CliError('CLI_FILE_UNREADABLE', `The administrator's key ${path} cannot be read (${cause.code})`, {
      details: { path },
      cause,
    })
  })
  const transport: Transport = createTransport(options.caFile === undefined ? {} : { caFile: options.caFile })
  const base = options.url.replace(/\/+$/, '')
  return {
    async call(method, route, body) {
      const token = await createAdminToken(key, { now: io.now() })
      const response = await transport({
        method,
        url: `${base}${route}`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        ...(body === undefined ? {} : { body }),
      })
      if (response.status < 200 || response.status > 299) throw refusalOf(response)
      return response
    },
  }
}

/** The service's own words, carried through. */
function refusalOf({ status, body }: BrokerResponse): CliError {
  let problem: { code?: string; detail?: string; next?: string; findings?: unknown } = {}
  try {
    problem = parseJson(body) as typeof problem
  } catch {
    // A body that is no problem document adds nothing to the status.
  }
  const said = problem.detail ?? `The service answered with status ${status}.`
  return new CliError('CLI_SERVICE_REFUSED', said, {
    details: { status, serviceCode: problem.code, serviceNext: problem.next, findings: problem.findings },
  })
}
