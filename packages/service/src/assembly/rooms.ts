import { JUDGED_TEES } from '@veritee/appraisal/judge'
import type { Handshakes } from '@veritee/broker/handshake'
import { TEE_NAMES } from '@veritee/broker/protocol'
import { addConfiguredKeys, createGate, createKeyRoom, type Gate, type KeyRoom } from '../access/index.ts'
import { type AttemptRoom, createAttemptRoom, createMachineRoom, type MachineRoom } from '../attempts/index.ts'
import type { Assessors } from '../attestation/index.ts'
import { type AttestationService, openAttestationService } from '../attestation-face/index.ts'
import { type AuditLog, createAuditLog } from '../audit/index.ts'
import {
  createReleasePolicy,
  createReplayGuard,
  createRotatingHandshakes,
  createSessionStore,
  SESSION_COOKIE,
} from '../broker-face/index.ts'
import { createInstanceRoom, type InstanceRoom } from '../gateway/index.ts'
import { claimStore } from '../keys/index.ts'
import { type ClientLimit, createClientLimit } from '../limits/index.ts'
import { createReferenceEffect } from '../operation/index.ts'
import { openPolicies, type Policies } from '../policies/index.ts'
import { loadReferenceFile, openReferences, type References } from '../references/index.ts'
import {
  createDirectoryKeyRing,
  createFolderSecrets,
  createSecretRoom,
  finishFileChanges,
  type SecretRoom,
} from '../secrets/index.ts'
import { openTpmAuthorityFaces, type TpmAuthorityFaces } from '../tpm-authority/index.ts'
import type { Foundation } from './foundation.ts'

/** What a service keeps and decides, before anybody can reach it. */
export interface Rooms {
  readonly gate: Gate
  /** Administrators. */
  readonly keys: KeyRoom
  readonly audit: AuditLog
  readonly attempts: AttemptRoom
  readonly machines: MachineRoom
  readonly instances: InstanceRoom
  readonly secrets: SecretRoom
  readonly references: References
  /** Takes up the file of reference values that the configuration names. */
  readonly loadReferences: () => Promise<void>
  readonly policies: Policies
  readonly judge: Assessors['judge']
  readonly handshakes: Handshakes
  readonly attestation: AttestationService
  readonly tpmAuthority: TpmAuthorityFaces
  readonly clients: ClientLimit
}

/** @throws ServiceError for a store of another service, and for what is wrong with a named file */
export async function openRooms(foundation: Foundation): Promise<Rooms> {
  const { config, live, dir, ring, tokens, store, now } = foundation
  await claimStore(store, ring)
  const keys = addConfiguredKeys(createKeyRoom(store), () => live.admins)
  const gate = createGate({
    adminPublicKey: () => ring.admin.adminPublicKey,
    keys,
    maxTokenSeconds: () => live.config.adminTokenSeconds,
    now,
  })
  const audit = createAuditLog(store, now)
  const attempts = createAttemptRoom(store, now, config.retention)
  const references = openReferences(config, {
    store,
    gate,
    audit,
    now,
    assess: (before, after) =>
      createReferenceEffect({ attempts, policies: policies.room, appraiser: policies.appraiser })(before, after),
  })
  const loadReferences = async () => {
    const { file } = config.references
    if (file !== undefined) await loadReferenceFile(file, references.room, audit)
  }
  await loadReferences()
  const policies = openPolicies(config, {
    store,
    dir,
    references: references.room,
    attempts,
    gate,
    audit,
    release: createReleasePolicy(config.release),
    now,
  })
  const judge: Assessors['judge'] = (evidence, at) => live.judge.judge(evidence, at)
  const { room, appraiser } = policies
  return {
    gate,
    keys,
    audit,
    attempts,
    machines: createMachineRoom(store),
    instances: createInstanceRoom({ store, lifetimeSeconds: config.gateway.heartbeatMinutes * 60, now }),
    secrets: await openSecrets(foundation),
    references,
    loadReferences,
    policies,
    judge,
    handshakes: openHandshakes(foundation),
    attestation: openAttestationService(config, { store, ring, judge, appraiser, attempts, tokens, room, gate, now }),
    tpmAuthority: openTpmAuthorityFaces(config, { gate, now }),
    clients: createClientLimit({ store, now, ...config.limits.perClient }),
  }
}

function openHandshakes({ config, ring, store }: Foundation): Handshakes {
  return createRotatingHandshakes(ring, {
    replayGuard: createReplayGuard(store),
    sessions: createSessionStore(store),
    lifetimeSeconds: config.handshake.lifetimeSeconds,
    cookieName: SESSION_COOKIE,
    tees: TEE_NAMES.filter((tee) => JUDGED_TEES.includes(tee)),
    policies: config.release.policies,
    versions: config.broker.versions,
    allowRsa15: config.broker.allowRsa15,
  })
}

async function openSecrets({ config, ring, store, log }: Foundation): Promise<SecretRoom> {
  const stored = createSecretRoom(store, createDirectoryKeyRing(ring))
  const { folder } = config.resources
  if (folder === undefined) return stored
  const finished = await finishFileChanges(store, folder)
  if (finished.length > 0) log.warn({ secrets: finished }, 'changes of files that were interrupted are made')
  return createFolderSecrets(folder, stored, store)
}
