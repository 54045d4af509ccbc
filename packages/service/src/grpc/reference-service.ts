import type { ConnectRouter, HandlerContext } from '@connectrpc/connect'
import { DEFAULT_SET } from '@veritee/appraisal/references'
import type { AuditLog } from '../audit/index.ts'
import type { Logger } from '../log/index.ts'
import type { ReferenceActor, Registrar } from '../references/index.ts'
import { type AuthorizeCall, answerAuditedCall } from './access.ts'
import { describeFailure } from './failure.ts'
import { ReferenceValueProviderService } from './gen/reference_pb.ts'
import { originOf, PEER } from './server.ts'

/** Values of all sets are given joined, so only who may see all of them may ask. */
const EVERY_SET = '*'

export interface ReferenceServiceOptions {
  readonly registrar: Registrar
  readonly authorize: AuthorizeCall
  readonly audit: AuditLog
  /** Whether a registration joins the values under a name or replaces them. */
  readonly register: 'merge' | 'replace'
  /** Refuses a client, by its address, that calls too often. */
  readonly admit: (client: string) => Promise<void>
  readonly log: Logger
}

/** Adds `reference.ReferenceValueProviderService`. */
export function addReferenceService(router: ConnectRouter, options: ReferenceServiceOptions): void {
  const { registrar, authorize, audit, register, admit, log } = options
  const run = async <T>(attempt: string, context: HandlerContext, work: () => Promise<T>): Promise<T> => {
    try {
      await admit(context.values.get(PEER))
      return await work()
    } catch (error) {
      throw describeFailure(error, attempt, log)
    }
  }
  const write = async (attempt: string, context: HandlerContext, work: (actor: ReferenceActor) => Promise<unknown>) => {
    const change = { permission: 'references:write', object: DEFAULT_SET } as const
    await run(attempt, context, () =>
      answerAuditedCall(change, originOf(context), { authorize, audit }, async ({ by }, event) => {
        const set = await work({
          by,
          record: ({ name, version, digest, reason }, access) =>
            audit.append({ ...event, object: name, reason, detail: { version, sha384: digest } }, access),
        })
        if (set === undefined) await audit.record(event)
      }),
    )
    return {}
  }
  router.service(ReferenceValueProviderService, {
    queryReferenceValue: ({ referenceValueId }, context) =>
      run('Query reference value', context, async () => {
        await authorize(originOf(context), 'references:read', EVERY_SET)
        if (referenceValueId === '') return { referenceValueResults: JSON.stringify(await registrar.queryAll()) }
        const value = await registrar.query(referenceValueId)
        return value === undefined ? {} : { referenceValueResults: JSON.stringify(value) }
      }),
    registerReferenceValue: ({ message }, context) =>
      write('Register reference value', context, (actor) => registrar.register(message, register, actor)),
    deleteReferenceValue: ({ name }, context) =>
      write('Delete reference value', context, (actor) => registrar.delete(name, actor)),
    setReferenceValueList: ({ payload }, context) =>
      write('Set reference value list', context, (actor) => registrar.registerList(payload, actor)),
  })
}
