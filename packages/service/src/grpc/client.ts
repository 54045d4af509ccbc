import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { ReferenceValueProviderService } from './gen/reference_pb.ts'

/** What is at the other end, where the runtime has no words for it. */
const SPOKEN: Readonly<Record<string, string>> = {
  ERR_SSL_WRONG_VERSION_NUMBER: 'No TLS is spoken at this address.',
  ERR_HTTP2_ERROR: 'No gRPC is spoken at this address.',
}

/** What a gRPC call was refused with, or why the server was not reached. */
export class GrpcCallError extends Error {
  /** Such as `ABORTED` or `UNAVAILABLE`. */
  readonly status: string
  readonly unreachable: boolean

  constructor(error: ConnectError) {
    const { code } = (error.cause ?? {}) as { code?: unknown }
    super((typeof code === 'string' ? SPOKEN[code] : undefined) ?? error.rawMessage)
    this.name = 'GrpcCallError'
    this.status = Code[error.code].replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()
    const unavailable = error.code === Code.Unavailable || error.code === Code.DeadlineExceeded
    // What the connection failed with has a code of the runtime; what a server said has none.
    this.unreachable = unavailable || typeof code === 'string'
  }
}

/** A way to one reference value service over gRPC. Every call throws `GrpcCallError`. */
export interface ReferenceClient {
  register(message: string): Promise<void>
  /** JSON of every value without an id, of one with it; undefined when it is not known. */
  query(id?: string): Promise<string | undefined>
  delete(name: string): Promise<void>
  setList(payload: string): Promise<void>
}

const TIMEOUT_MS = 30_000

/**
 * @param address such as `http://127.0.0.1:50003`; `http` is HTTP/2 in clear text
 * @param options.token an administrator's token, for servers beyond this machine
 * @param options.ca certificates to trust, PEM
 */
export function createReferenceClient(
  address: string,
  options: { token?: string; ca?: string; signal?: AbortSignal } = {},
): ReferenceClient {
  const { token, ca, signal } = options
  const transport = createGrpcTransport({
    baseUrl: address.replace(/\/+$/, ''),
    idleConnectionTimeoutMs: 100,
    ...(ca === undefined ? {} : { nodeOptions: { ca } }),
  })
  const client = createClient(ReferenceValueProviderService, transport)
  const call = {
    timeoutMs: TIMEOUT_MS,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    ...(signal === undefined ? {} : { signal }),
  }
  const run = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      throw new GrpcCallError(ConnectError.from(error))
    }
  }
  return {
    register: async (message) => void (await run(client.registerReferenceValue({ message }, call))),
    query: async (id = '') =>
      (await run(client.queryReferenceValue({ referenceValueId: id }, call))).referenceValueResults,
    delete: async (name) => void (await run(client.deleteReferenceValue({ name }, call))),
    setList: async (payload) => void (await run(client.setReferenceValueList({ payload }, call))),
  }
}
