import { encodeUtf8 } from '@veritee/codec/bytes'
import { createAccessFace } from '../access/index.ts'
import { createAttemptFace, createMachineFace } from '../attempts/index.ts'
import { createAuditFace } from '../audit/index.ts'
import { createBrokerFace } from '../broker-face/index.ts'
import { createGatewayFace } from '../gateway/index.ts'
import { createComponentFace, createHealthFace } from '../health/index.ts'
import type { Face } from '../http/index.ts'
import { createJudgeFace, listCollateral } from '../judge/index.ts'
import { claimStore, createKeysFace, createStorageFace, type KeysFaceOptions } from '../keys/index.ts'
import type { Metrics } from '../metrics/index.ts'
import { createOperationFace } from '../operation/index.ts'
import { createSecretsFace } from '../secrets/index.ts'
import { signAuditHead } from '../tokens/index.ts'
import { listExpiries, probeStore } from '../upkeep.ts'
import type { Foundation } from './foundation.ts'
import type { Rooms } from './rooms.ts'

/** A handshake that is opened to see whether handshakes can be. */
const PROBE_REQUEST = encodeUtf8('{"version":"0.4.0","tee":"sample","extra-params":"foo"}')

export interface FacesRuntime {
  readonly metrics: Metrics
  /** Sentences for whoever operates the service. */
  readonly notices: readonly string[]
  readonly stopping: () => boolean
  /** Ends what clients hold open. */
  readonly halted: AbortSignal
}

/** Every way to the rooms of a service over HTTP. */
export function createFaces(foundation: Foundation, rooms: Rooms, runtime: FacesRuntime): Face[] {
  const { config, live, ring, certificates, store, now, version } = foundation
  const { gate, keys, audit, attempts, machines, secrets, references, policies, attestation, tpmAuthority } = rooms
  const { metrics, notices, stopping, halted } = runtime
  const probe = () => probeStore(store, config)
  const collateral = () => listCollateral(live.judge.collateral.list(), now())
  const ownKeys: KeysFaceOptions = { gate, ring, secrets, audit, claim: () => claimStore(store, ring), now }
  return [
    createHealthFace({ store, probe, version, stopping, notices, metrics, access: config.metrics }),
    createKeyBrokerFace(foundation, rooms),
    ...references.faces,
    ...policies.faces,
    ...tpmAuthority.faces,
    attestation.createFace(),
    createAccessFace({ gate, keys, audit, features: ['broker', 'references', 'policies', 'attestation'], now }),
    createAuditFace({
      log: audit,
      gate,
      signHead: (head) => signAuditHead(ring.tokens()[0], config.token.issuer, head),
      now,
    }),
    createOperationFace({
      gate,
      audit,
      places: {
        attempts,
        machines,
        audit,
        secrets,
        keys,
        ring,
        policies: policies.room,
        references: references.room,
        collateral,
      },
      expiries: () => listExpiries(live.config, live.tls, certificates),
      stopped: halted,
      now,
    }),
    createAttemptFace({ attempts, gate, now }),
    createMachineFace({ machines, attempts, audit, gate }),
    createSecretsFace({ gate, secrets, audit }),
    createJudgeFace({ gate, audit, judge: () => live.judge, now }),
    createComponentFace({
      gate,
      store,
      probe,
      version,
      notices,
      collateral,
      checkPolicies: () => policies.room.findAttestation('default'),
    }),
    createOlderGatewayFace(foundation, rooms),
    createKeysFace(ownKeys),
    createStorageFace(ownKeys),
  ]
}

function createKeyBrokerFace({ config, tokens, now }: Foundation, rooms: Rooms): Face {
  const { handshakes, judge, policies, secrets, gate, audit, attempts } = rooms
  return createBrokerFace({
    handshakes,
    judge,
    tokens,
    appraiser: policies.appraiser,
    policy: policies.release,
    secrets,
    gate,
    audit,
    attempts,
    bodyBytes: config.limits.bodyBytes,
    allowRsa15: config.broker.allowRsa15,
    secure: config.tls !== undefined,
    now,
  })
}

function createOlderGatewayFace({ config, tokens, store, now }: Foundation, rooms: Rooms): Face {
  const { gate, audit, attempts, instances, handshakes, policies, references } = rooms
  return createGatewayFace({
    gate,
    audit,
    attempts,
    instances,
    credential: config.gateway.credential,
    probes: {
      async kbs() {
        handshakes.open(PROBE_REQUEST, now())
        await store.probe()
      },
      async as() {
        await tokens.listKeys()
        await policies.room.readActive('default')
      },
      async rvps() {
        await references.room.read()
      },
    },
    now,
  })
}

const BROKER_PATH = '/kbs/v0'
const PROBE_PATHS = ['/healthz', '/metrics']

/** What a listener for the key broker alone has of a face: the protocol, and what probes and collectors look for beside it. */
export function keepBrokerPaths(face: Face): Face[] {
  if (face.basePaths.includes(BROKER_PATH)) return [{ ...face, basePaths: [BROKER_PATH] }]
  const probed = face.basePaths.includes('') ? face.routes.filter(({ path }) => PROBE_PATHS.includes(path)) : []
  return probed.length === 0 ? [] : [{ ...face, routes: probed }]
}
