import type { ConnectRouter } from '@connectrpc/connect'
import type { Logger } from '../log/index.ts'
import { describeFailure } from './failure.ts'
import { AttestationService, type IndividualAttestationRequest } from './gen/attestation_pb.ts'

/** One piece of evidence as it came over gRPC: texts that nobody has read yet. */
export interface EvidenceCall {
  readonly tee: string
  /** Evidence JSON in base64url without padding. */
  readonly evidence: string
  /** `raw` is base64url of the report data, `structured` JSON text whose canonical digest is. */
  readonly runtimeData?: { readonly kind: 'raw' | 'structured'; readonly text: string }
  /** `digest` is base64url, `toml` the whole text. */
  readonly initData?: { readonly kind: 'digest' | 'toml'; readonly text: string }
  /** Empty: SHA-384. */
  readonly runtimeDataHash: string
  readonly additionalData?: string
}

export interface ServiceStatus {
  readonly service: string
  readonly status: string
  readonly dependencies: readonly {
    readonly kind: string
    readonly name: string
    readonly status: string
    readonly message: string
    readonly details: Readonly<Record<string, string>>
  }[]
}

/** What answers the gRPC attestation service. Errors of the house become `ABORTED` with code and next step. */
export interface AttestationPort {
  /** @param headers the request's metadata; @returns the token */
  evaluate(evidence: readonly EvidenceCall[], policyIds: readonly string[], headers: Headers): Promise<string>
  challenge(parameters: Readonly<Record<string, string>>, headers: Headers): Promise<string>
  setPolicy(id: string, policy: string, headers: Headers): Promise<void>
  readPolicy(id: string, headers: Headers): Promise<string>
  listPolicies(headers: Headers): Promise<readonly { readonly id: string; readonly hash: string }[]>
  deletePolicy(id: string, headers: Headers): Promise<void>
  readStatus(headers: Headers): Promise<ServiceStatus>
}

/** Adds `attestation.AttestationService`. */
export function addAttestationService(router: ConnectRouter, port: AttestationPort, log: Logger): void {
  const run = async <T>(attempt: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw describeFailure(error, attempt, log)
    }
  }
  router.service(AttestationService, {
    attestationEvaluate: ({ verificationRequests, policyIds }, { requestHeader }) =>
      run('Attestation', async () => ({
        attestationToken: await port.evaluate(verificationRequests.map(readEvidence), policyIds, requestHeader),
      })),
    setAttestationPolicy: ({ policyId, policy }, { requestHeader }) =>
      run('Set policy', async () => {
        await port.setPolicy(policyId, policy, requestHeader)
        return {}
      }),
    getAttestationPolicy: ({ policyId }, { requestHeader }) =>
      run('Get policy', async () => ({ policy: await port.readPolicy(policyId, requestHeader) })),
    listAttestationPolicies: (_, { requestHeader }) =>
      run('List policies', async () => ({
        policies: (await port.listPolicies(requestHeader)).map(({ id, hash }) => ({ policyId: id, policyHash: hash })),
      })),
    deleteAttestationPolicy: ({ policyId }, { requestHeader }) =>
      run('Delete policy', async () => {
        await port.deletePolicy(policyId, requestHeader)
        return {}
      }),
    getAttestationChallenge: ({ inner }, { requestHeader }) =>
      run('Attestation challenge', async () => ({ attestationChallenge: await port.challenge(inner, requestHeader) })),
    getAttestationServiceStatus: (_, { requestHeader }) =>
      run('Status', async () => {
        const { service, status, dependencies } = await port.readStatus(requestHeader)
        return { service, status, dependencies: dependencies.map((one) => ({ ...one, details: { ...one.details } })) }
      }),
  })
}

function readEvidence(request: IndividualAttestationRequest): EvidenceCall {
  const { tee, evidence, runtimeData, initData, runtimeDataHashAlgorithm, additionalData } = request
  return {
    tee,
    evidence,
    runtimeDataHash: runtimeDataHashAlgorithm,
    ...(runtimeData.case === undefined
      ? {}
      : {
          runtimeData: { kind: runtimeData.case === 'rawRuntimeData' ? 'raw' : 'structured', text: runtimeData.value },
        }),
    ...(initData.case === undefined
      ? {}
      : { initData: { kind: initData.case === 'initDataDigest' ? 'digest' : 'toml', text: initData.value } }),
    ...(additionalData.case === undefined ? {} : { additionalData: additionalData.value }),
  }
}
