/** Lets tools learn what a server offers (gRPC server reflection, v1 and v1alpha). */
import { create, type DescFile, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import { Code, type ConnectRouter } from '@connectrpc/connect'
import {
  ServerReflection as ReflectionV1,
  ServerReflectionResponseSchema,
} from './gen/grpc/reflection/v1/reflection_pb.ts'
import {
  ServerReflection as ReflectionV1Alpha,
  ServerReflectionResponseSchema as ResponseV1AlphaSchema,
} from './gen/grpc/reflection/v1alpha/reflection_pb.ts'

/** What both versions of the protocol ask with. */
interface Request {
  readonly messageRequest: { readonly case?: string | undefined; readonly value?: unknown }
}
type Answer = { messageResponse: MessageResponse }
type MessageResponse =
  | { case: 'fileDescriptorResponse'; value: { fileDescriptorProto: Uint8Array[] } }
  | { case: 'listServicesResponse'; value: { service: { name: string }[] } }
  | { case: 'errorResponse'; value: { errorCode: number; errorMessage: string } }

/** @param files whose services and messages are told of; every file they import must be among them */
export function addReflectionService(router: ConnectRouter, files: readonly DescFile[]): void {
  const encoded = new Map(files.map((file) => [file, toBinary(FileDescriptorProtoSchema, file.proto)]))
  const symbols = new Map(files.flatMap((file) => listSymbols(file).map((name) => [name, file] as const)))
  const answer = (request: Request): Answer => answerReflection(request, files, encoded, symbols)
  router.service(ReflectionV1, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests)
        yield create(ServerReflectionResponseSchema, {
          validHost: request.host,
          originalRequest: request,
          ...answer(request),
        })
    },
  })
  router.service(ReflectionV1Alpha, {
    async *serverReflectionInfo(requests) {
      for await (const request of requests)
        yield create(ResponseV1AlphaSchema, { validHost: request.host, originalRequest: request, ...answer(request) })
    },
  })
}

function answerReflection(
  { messageRequest }: Request,
  files: readonly DescFile[],
  encoded: ReadonlyMap<DescFile, Uint8Array>,
  symbols: ReadonlyMap<string, DescFile>,
): Answer {
  switch (messageRequest.case) {
    case 'listServices': {
      const names = files.flatMap((file) => file.services.map((service) => service.typeName)).sort()
      return { messageResponse: { case: 'listServicesResponse', value: { service: names.map((name) => ({ name })) } } }
    }
    case 'fileByFilename':
      return describeFile(
        files.find((file) => file.proto.name === messageRequest.value),
        encoded,
      )
    case 'fileContainingSymbol':
      return describeFile(symbols.get(String(messageRequest.value)), encoded)
    default:
      return refuse(Code.Unimplemented, 'Extensions are not used here.')
  }
}

function describeFile(file: DescFile | undefined, encoded: ReadonlyMap<DescFile, Uint8Array>): Answer {
  const bytes = file === undefined ? undefined : encoded.get(file)
  if (bytes === undefined) return refuse(Code.NotFound, 'There is no such file or symbol.')
  return { messageResponse: { case: 'fileDescriptorResponse', value: { fileDescriptorProto: [bytes] } } }
}

function refuse(errorCode: number, errorMessage: string): Answer {
  return { messageResponse: { case: 'errorResponse', value: { errorCode, errorMessage } } }
}

function listSymbols(file: DescFile): string[] {
  const services = file.services.flatMap((service) => [
    service.typeName,
    ...service.methods.map((method) => `${service.typeName}.${method.name}`),
  ])
  return [...services, ...file.messages.map((message) => message.typeName), ...file.enums.map((one) => one.typeName)]
}
