import type { ConnectRouter, HandlerContext } from '@connectrpc/connect'
import type { Logger } from '../log/index.ts'
import type { Registrar } from '../references/index.ts'
import type { AuthorizeCall } from './access.ts'
import { describeFailure } from './failure.ts'
import { ReferenceValueProviderService } from './gen/reference_pb.ts'

export interface ReferenceServiceOptions {
  readonly registrar: Registrar
  readonly authorize: AuthorizeCall
  /** Whether a registration joins the values under a name or replaces them. */
  readonly register: 'merge' | 'replace'
  readonly log: Logger
}

/** Adds `reference.ReferenceValueProviderService`. */
export function addReferenceService(router: ConnectRouter, options: ReferenceServiceOptions): void {
  const { registrar, authorize, register, log } = options
  const run = async <T>(attempt: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw describeFailure(error, attempt, log)
    }
  }
  const write = (context: HandlerContext) => authorize(context.requestHeader, 'references:write')
  router.service(ReferenceValueProviderService, {
    queryReferenceValue: ({ referenceValueId }, context) =>
      run('Query reference value', async () => {
        await authorize(context.requestHeader, 'references:read')
        if (referenceValueId === '') return { referenceValueResults: JSON.stringify(await registrar.queryAll()) }
        const value = await registrar.query(referenceValueId)
        return value === undefined ? {} : { referenceValueResults: JSON.stringify(value) }
      }),
    registerReferenceValue: ({ message }, context) =>
      run('Register reference value', async () => {
        await registrar.register(message, register, await write(context))
        return {}
      }),
    deleteReferenceValue: ({ name }, context) =>
      run('Delete reference value', async () => {
        await registrar.delete(name, await write(context))
        return {}
      }),
    setReferenceValueList: ({ payload }, context) =>
      run('Set reference value list', async () => {
        await registrar.registerList(payload, await write(context))
        return {}
      }),
  })
}
