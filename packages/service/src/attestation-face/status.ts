import { isCodedError } from '@veritee/codec/error'
import { DEFAULT_POLICY_ID, type PolicyRoom } from '../policies/index.ts'
import type { Store } from '../store/index.ts'

/** How something that the attestation service needs is. */
export interface Dependency {
  readonly kind: string
  readonly name: string
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly message: string
  readonly details: Readonly<Record<string, string>>
}

/** How the attestation service is. */
export interface AttestationStatus {
  readonly service: 'attestation-service'
  readonly status: 'ok' | 'unhealthy'
  readonly dependencies: readonly Dependency[]
}

/** Looks at what every attestation needs: the store and the default policy. Says no more than anybody may know. */
export async function readAttestationStatus(store: Store, room: PolicyRoom): Promise<AttestationStatus> {
  const dependencies = await Promise.all([
    check('store', store.driver, () => store.probe()),
    check('policy', DEFAULT_POLICY_ID, async () => void (await room.findAttestation(DEFAULT_POLICY_ID))),
  ])
  const status = dependencies.every((one) => one.status === 'ok') ? 'ok' : 'unhealthy'
  return { service: 'attestation-service', status, dependencies }
}

async function check(kind: string, name: string, probe: () => Promise<void>): Promise<Dependency> {
  try {
    await probe()
    return { kind, name, status: 'ok', message: '', details: {} }
  } catch (error) {
    const code = isCodedError(error) ? error.code : 'SERVICE_INTERNAL'
    return { kind, name, status: 'unavailable', message: code, details: { code } }
  }
}
