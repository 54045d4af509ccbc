import type { ConnectRouter, HandlerContext } from '@connectrpc/connect'
import type { Logger } from '../log/index.ts'
import type { CallOrigin } from './access.ts'
import { describeFailure } from './failure.ts'
import { AttestationService, type IndividualAttestationRequest } from './gen/attestation_pb.ts'
import { originOf, PEER } from './server.ts'

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
  /** @returns the token */
  evaluate(evidence: readonly EvidenceCall[], policyIds: readonly string[], origin: CallOrigin): Promise<string>
  challenge(parameters: Readonly<Record<string, string>>, origin: CallOrigin): Promise<string>
  setPolicy(id: string, policy: string, origin: CallOrigin): Promise<void>
  readPolicy(id: string, origin: CallOrigin): Promise<string>
  listPolicies(origin: CallOrigin): Promise<readonly { readonly id: string; readonly hash: string }[]>
  deletePolicy(id: string, origin: CallOrigin): Promise<void>
  readStatus(origin: CallOrigin): Promise<ServiceStatus>
}

/**
 * Adds `attestation.AttestationService`.
 *
 * @param options.admit refuses a client that calls too often
 */
export function addAttestationService(
  router: ConnectRouter,
  port: AttestationPort,
  { admit, log }: { readonly admit: (client: string) => Promise<void>; readonly log: Logger },
): void {
  const run = async <T>(attempt: string, context: HandlerContext, work: () => Promise<T>): Promise<T> => {
    try {
      await admit(context.values.get(PEER))
      return await work()
    } catch (error) {
      throw describeFailure(error, attempt, log)
    }
  }
  router.service(AttestationService, {
    attestationEvaluate: ({ verificationRequests, policyIds }, context) =>
      run('Attestation', context, async () => ({
        attestationToken: await port.evaluate(verificationRequests.map(readEvidence), policyIds, originOf(context)),
      })),
    setAttestationPolicy: ({ policyId, policy }, context) =>
      run('Set policy', context, async () => {
        await port.setPolicy(policyId, policy, originOf(context))
        return {}
      }),
    getAttestationPolicy: ({ policyId }, context) =>
      run('Get policy', context, async () => ({ policy: await port.readPolicy(policyId, originOf(context)) })),
    listAttestationPolicies: (_, context) =>
      run('List policies', context, async () => ({
        policies: (await port.listPolicies(originOf(context))).map(({ id, hash }) => ({
          policyId: id,
          policyHash: hash,
        })),
      })),
    deleteAttestationPolicy: ({ policyId }, context) =>
      run('Delete policy', context, async () => {
        await port.deletePolicy(policyId, originOf(context))
        return {}
      }),
    getAttestationChallenge: ({ inner }, context) =>
      run('Attestation challenge', context, async () => ({
        attestationChallenge: await port.challenge(inner, originOf(context)),
      })),
    getAttestationServiceStatus: (_, context) =>
      run('Status', context, async () => {
        const { service, status, dependencies } = await port.readStatus(originOf(context))
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
