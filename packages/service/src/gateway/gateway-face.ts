import { readFileSync, statSync } from 'node:fs'
import { z } from '@hono/zod-openapi'
import { admitRequest, type Gate } from '../access/index.ts'
import type { AttemptRoom } from '../attempts/index.ts'
import type { AuditLog } from '../audit/index.ts'
import { ServiceError } from '../errors.ts'
import { type Face, type HttpContext, readClientAddress } from '../http/index.ts'
import { describeAdminOperation, type Operation, refusal } from '../http/operation.ts'
import { INSTANCE_HEADER, parseInstanceInfo } from './instance-info.ts'
import type { HeardInstance, InstanceRoom } from './instances.ts'
import { listAttestations, listResourceRequests, readRecordQuery } from './records.ts'
import { type Probe, probeServices } from './services-health.ts'

export interface GatewayFaceOptions {
  readonly gate: Gate
  readonly audit: AuditLog
  readonly attempts: AttemptRoom
  readonly instances: InstanceRoom
  /** A file that anybody may read. */
  readonly credential?: string | undefined
  /** What each part needs to do its work. */
  readonly probes: Readonly<Record<'kbs' | 'as' | 'rvps', Probe>>
  /** Epoch seconds. */
  readonly now: () => number
}

const MAX_CREDENTIAL_BYTES = 1024 * 1024

const RECORDS = z.object({ data: z.array(z.object({ ID: z.number() }).loose()), total: z.number() })
const FILTERS = ['session_id', 'instance_id', 'successful', 'start_time', 'end_time', 'limit', 'offset']
const query = (...more: string[]) =>
  z.object(Object.fromEntries([...FILTERS, ...more].map((name) => [name, z.string().optional()])))

const anyone = (summary: string, description: string, responses: Operation['responses'] = {}): Operation => ({
  summary,
  responses: { 200: { description }, ...responses },
})

/** What the gateway of Trustee services answers itself: lists of requests, health, instances. */
export function createGatewayFace(options: GatewayFaceOptions): Face {
  const { gate, instances, probes, now } = options
  return {
    name: 'gateway',
    basePaths: ['/api'],
    routes: [
      {
        method: 'get',
        path: '/health',
        operation: anyone('Whether the process answers', 'It does'),
        respond: (c) => c.json({ status: 'ok' }),
      },
      {
        method: 'get',
        path: '/services-health',
        operation: anyone('What each part of the service can do', 'The state of each part; 200 even when one fails'),
        respond: async (c) => c.json(await probeServices(probes, now)),
      },
      {
        method: 'get',
        path: '/credential',
        operation: anyone('The file that the operator put there', 'Its bytes', { 404: refusal('There is none') }),
        respond: (c) => answerCredential(c, options.credential),
      },
      {
        method: 'post',
        path: '/aa-instance/heartbeat',
        operation: anyone('Say that an instance runs', 'Heard', {
          400: refusal('The header AAInstanceInfo is missing or malformed'),
          503: refusal('So many instances run that there is no room for one more'),
        }),
        respond: (c) => hearInstance(c, options),
      },
      {
        method: 'get',
        path: '/aa-instance/list',
        operation: describeAdminOperation(
          'Instances that were heard lately',
          z.object({ active_aa_instances: z.array(z.unknown()), count: z.number(), timestamp: z.string() }),
        ),
        async respond(c) {
          await admitRequest(c, gate, 'attestations:read')
          const heard = (await instances.list()).map(describeInstance)
          return c.json({ active_aa_instances: heard, count: heard.length, timestamp: formatNow(now()) })
        },
      },
      {
        method: 'get',
        path: '/audit/attestation',
        operation: describeAdminOperation('Attestations, newest first', RECORDS, {
          request: { query: query('source_service') },
        }),
        async respond(c) {
          await admitRequest(c, gate, 'audit:read')
          return c.json(await listAttestations(readRecordQuery(c.req.query()), options))
        },
      },
      {
        method: 'get',
        path: '/audit/resources',
        operation: describeAdminOperation('Requests for secrets, newest first', RECORDS, {
          request: { query: query('repository', 'type', 'tag', 'method') },
        }),
        async respond(c) {
          await admitRequest(c, gate, 'audit:read')
          return c.json(await listResourceRequests(readRecordQuery(c.req.query()), options))
        },
      },
    ],
  }
}

const formatNow = (now: number): string => new Date(now * 1000).toISOString()

async function hearInstance(c: HttpContext, { instances, now }: GatewayFaceOptions): Promise<Response> {
  const header = c.req.header(INSTANCE_HEADER)
  if (header === undefined)
    throw new ServiceError('SERVICE_INSTANCE_INVALID', 'The header AAInstanceInfo is missing.', {
      details: { path: INSTANCE_HEADER },
    })
  await instances.hear(parseInstanceInfo(header), readClientAddress(c))
  return c.json({ status: 'ok', timestamp: formatNow(now()) })
}

function describeInstance({ info, client, firstAt, lastAt }: HeardInstance, index: number): object {
  const { ip, ...instance } = info
  return {
    ID: index + 1,
    CreatedAt: formatNow(firstAt),
    UpdatedAt: formatNow(lastAt),
    DeletedAt: null,
    ...instance,
    ...(ip === '' ? {} : { ip }),
    client_ip: client,
    last_heartbeat: formatNow(lastAt),
  }
}

/** @throws ServiceError SERVICE_CREDENTIAL_ABSENT */
function answerCredential(c: HttpContext, path: string | undefined): Response {
  try {
    if (path !== undefined && statSync(path).size <= MAX_CREDENTIAL_BYTES)
      return c.body(new Uint8Array(readFileSync(path)), 200, { 'content-type': 'application/octet-stream' })
  } catch (cause) {
    throw new ServiceError('SERVICE_CREDENTIAL_ABSENT', undefined, { cause })
  }
  throw new ServiceError('SERVICE_CREDENTIAL_ABSENT')
}
