import { join, resolve } from 'node:path'
import type { ResourcePolicy } from '@veritee/broker/resources'
import type { Gate } from '../access/index.ts'
import type { AttemptRoom } from '../attempts/index.ts'
import type { AuditLog } from '../audit/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import type { Face } from '../http/index.ts'
import type { ReferenceRoom } from '../references/index.ts'
import type { Store } from '../store/index.ts'
import { createPolicyAppraiser, type PolicyAppraiser } from './appraiser.ts'
import { createPolicyApiFace } from './face/api-face.ts'
import { createPolicyBrokerFace } from './face/broker-face.ts'
import { createScopedRelease } from './release.ts'
import { requirePolicies } from './required.ts'
import { openPolicyFiles } from './room/folder.ts'
import { createPolicyRoom, type PolicyRoom } from './room/room.ts'
import { RESOURCE_POLICY_ID } from './room/rules.ts'

export interface PolicyRuntime {
  readonly store: Store
  /** The data directory. */
  readonly dir: string
  readonly references: ReferenceRoom
  readonly attempts: AttemptRoom
  readonly gate: Gate
  readonly audit: AuditLog
  /** Decides about releases where no resource policy covers a path. */
  readonly release: ResourcePolicy
  /** Epoch seconds. */
  readonly now: () => number
}

/** The policies of a service, and the ways to them. */
export interface Policies {
  readonly room: PolicyRoom
  readonly appraiser: PolicyAppraiser
  readonly release: ResourcePolicy
  readonly faces: readonly Face[]
  /** Sentences about what is accepted only because the configuration says so. */
  readonly notices: readonly string[]
}

/** Opens the policies of a store and of the folder that the configuration names. */
export function openPolicies(config: ServiceConfig, runtime: PolicyRuntime): Policies {
  const { folder, resourceFile, fallback, claims, openOnLoopback } = config.policies
  const { store, dir, references, attempts, gate, audit, release, now } = runtime
  const files = openPolicyFiles(
    folder === undefined ? join(dir, 'policies', 'opa') : resolve(folder),
    resourceFile === undefined ? {} : { [RESOURCE_POLICY_ID]: resolve(resourceFile) },
  )
  const room = createPolicyRoom({ store, files, audit, now })
  const appraiser = createPolicyAppraiser({ room, references, fallback, claims })
  const { bodyBytes } = config.limits
  return {
    room,
    appraiser,
    release: requirePolicies(config.release.policies, createScopedRelease({ room, fallback: release, now })),
    faces: [
      createPolicyBrokerFace({ room, gate, bodyBytes, openOnLoopback }),
      createPolicyApiFace({ room, appraiser, attempts, gate, bodyBytes, now }),
    ],
    notices: openOnLoopback
      ? [
          'Everybody on this machine may read and change attestation policies without a token (policies.openOnLoopback).',
        ]
      : [],
  }
}
