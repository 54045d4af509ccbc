import { z } from '@hono/zod-openapi'
import { admitRequest, type Gate, listPermissions } from '../access/index.ts'
import type { AuditEntry, AuditLog } from '../audit/index.ts'
import { type Face, type HttpContext, readPage } from '../http/index.ts'
import { describeAdminOperation, listQuery, pageOf, refusal } from '../http/operation.ts'
import type { AttemptRoom } from './attempt-room.ts'
import { readFilters } from './filter.ts'
import { MACHINE_FIELDS, type MachineRoom, type MachineState, machineKey } from './machine-room.ts'
import { summarizeAttempt } from './summary.ts'
import { ATTEMPT_OUTCOMES } from './types.ts'

/** How many attestations and releases of one machine are shown with it. */
const SHOWN = 20

const MACHINE = z
  .object({ name: z.string(), tee: z.string(), lastAt: z.number(), outcome: z.string(), attestation: z.string() })
  .loose()
  .openapi('Machine')

export interface MachineFaceOptions {
  readonly machines: MachineRoom
  readonly attempts: AttemptRoom
  readonly audit: AuditLog
  readonly gate: Gate
}

/** Machines that were found genuine: the list, and one with what it did lately. */
export function createMachineFace(options: MachineFaceOptions): Face {
  const { machines, gate } = options
  return {
    name: 'machines',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/machines',
        operation: describeAdminOperation('Machines by name, each as of its last attestation', pageOf(MACHINE), {
          request: { query: listQuery(...MACHINE_FIELDS) },
        }),
        async respond(c) {
          await admitRequest(c, gate, 'attestations:read')
          const query = c.req.query()
          const where = readFilters(query, MACHINE_FIELDS)
          return c.json(
            await readPage<MachineState>({
              query,
              filters: MACHINE_FIELDS,
              choices: { outcome: ATTEMPT_OUTCOMES, simulated: ['true', 'false'] },
              descending: false,
              read: (page) => machines.list({ ...page, where }),
              keyOf: ({ name }) => machineKey(name),
            }),
          )
        },
      },
      {
        method: 'get',
        path: '/machines/{machine}',
        operation: describeAdminOperation(
          'One machine: when it was first and last accepted, its newest attestations and the secrets it received',
          MACHINE,
          {
            request: { params: z.object({ machine: z.string() }) },
            responses: { 404: refusal('There is no such machine') },
          },
        ),
        respond: (c) => describeMachine(c, options),
      },
    ],
  }
}

async function describeMachine(c: HttpContext, options: MachineFaceOptions): Promise<Response> {
  const { machines, attempts, audit, gate } = options
  const { role } = await admitRequest(c, gate, 'attestations:read')
  const state = await machines.read(c.req.param('machine') as string)
  const where = { machine: state.name }
  const [first] = await attempts.list({ where, limit: 1 })
  const newest = await attempts.list({ where, limit: SHOWN, descending: true })
  const accepted = await Promise.all(
    (['accepted', 'warned'] as const).map((outcome) =>
      attempts.list({ where: { ...where, outcome }, limit: 1, descending: true }),
    ),
  )
  const acceptedAt = accepted.flat().map(({ time }) => time)
  // Which secrets there are is not for everybody who may see machines.
  const releases = listPermissions(role).includes('audit:read')
    ? await audit.list({ where: { actor: state.name, action: 'secret.release' }, limit: SHOWN, descending: true })
    : undefined
  return c.json({
    ...state,
    ...(first === undefined ? {} : { firstAt: first.time }),
    ...(acceptedAt.length === 0 ? {} : { acceptedAt: Math.max(...acceptedAt) }),
    attestations: newest.map(summarizeAttempt),
    ...(releases === undefined ? {} : { releases: releases.map(describeRelease) }),
  })
}

function describeRelease({ seq, time, object, outcome, code }: AuditEntry): object {
  return { seq, time, secret: object, outcome, ...(code === undefined ? {} : { code }) }
}
