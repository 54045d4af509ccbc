import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { JUDGED_TEES } from '@veritee/appraisal/judge'
import { TEE_NAMES } from '@veritee/broker/protocol'
import { encodeUtf8 } from '@veritee/codec/bytes'
import { addConfiguredKeys, createAccessFace, createGate, createKeyRoom, readConfiguredKeys } from './access/index.ts'
import { createAttemptFace, createAttemptRoom, createMachineFace, createMachineRoom } from './attempts/index.ts'
import { CHALLENGE_SECONDS } from './attestation/index.ts'
import { openAttestationService } from './attestation-face/index.ts'
import { answerAudited, createAuditFace, createAuditLog } from './audit/index.ts'
import {
  createBrokerFace,
  createReleasePolicy,
  createReplayGuard,
  createRotatingHandshakes,
  createSessionStore,
  describeAbsence,
  SESSION_COOKIE,
} from './broker-face/index.ts'
import { listNeedingStart, parseConfig, type ServiceConfigInput } from './config/index.ts'
import { createGatewayFace, createInstanceRoom, noteCaller } from './gateway/index.ts'
import { openGrpc } from './grpc/open.ts'
import { createComponentFace, createHealthFace } from './health/index.ts'
import {
  checkListen,
  closeServer,
  createApp,
  createHttpListeners,
  createHttpServer,
  type Face,
  formatUrl,
  listenOn,
  listTlsNotices,
  readTls,
  renewCertificate,
} from './http/index.ts'
import { createEvidenceJudge, createJudgeFace, listCollateral } from './judge/index.ts'
import {
  claimPrivateDirectory,
  claimStore,
  createKeysFace,
  createStorageFace,
  type KeysFaceOptions,
  openKeyRing,
} from './keys/index.ts'
import { admitAddress, admitClient, createClientLimit } from './limits/index.ts'
import { createLogger } from './log/index.ts'
import { createMetrics } from './metrics/index.ts'
import { createOperationFace, createReferenceEffect } from './operation/index.ts'
import { openPolicies } from './policies/index.ts'
import { loadReferenceFile, openReferences } from './references/index.ts'
import {
  createDirectoryKeyRing,
  createFolderSecrets,
  createSecretRoom,
  createSecretsFace,
  finishFileChanges,
} from './secrets/index.ts'
import { openStore } from './store/index.ts'
import { createRotatingTokenIssuer, readTokenCertificates, signAuditHead } from './tokens/index.ts'
import { openTpmAuthorityFaces } from './tpm-authority/index.ts'
import type { Service, ServiceAddress, ServiceRuntime } from './types.ts'
import { createDropNotice, createKeyWatch, isWritable, listExpiries, probeStore, sweep } from './upkeep.ts'

const SWEEP_MS = 60_000
/** A handshake that is opened to see whether handshakes can be. */
const PROBE_REQUEST = encodeUtf8('{"version":"0.4.0","tee":"sample","extra-params":"foo"}')
const KEY_WATCH_MS = 2000
/** What a retired key made is understood so much longer than it lives: clocks of replicas differ. */
const OVERLAP_SECONDS = 120

/**
 * Prepares a service: checks the configuration, makes or reads the keys, opens the store, loads collateral and
 * expectations. Nothing listens yet.
 *
 * @throws ServiceError for what is wrong with the configuration, the keys, the store or a named file
 */
export async function createService(input: ServiceConfigInput, runtime: ServiceRuntime = {}): Promise<Service> {
  const config = parseConfig(input)
  const { now = () => Math.floor(Date.now() / 1000), logTo = process.stderr } = runtime
  const log = createLogger(config.log.level, logTo)
  const dir = resolve(config.dir)
  const listenAddress = checkListen(config)
  claimPrivateDirectory(dir)
  const keyDirectory = config.keys === undefined ? join(dir, 'keys') : resolve(config.keys)
  const ring = openKeyRing({
    directory: keyDirectory,
    now,
    overlapSeconds: {
      token: config.token.lifetimeSeconds + OVERLAP_SECONDS,
      flat: config.token.lifetimeSeconds + OVERLAP_SECONDS,
      challenge: CHALLENGE_SECONDS + OVERLAP_SECONDS,
      handshake: config.handshake.lifetimeSeconds + config.token.lifetimeSeconds + OVERLAP_SECONDS,
    },
    challengeKey: config.attestation.challengeKey && resolve(config.attestation.challengeKey),
  })
  let judge = createEvidenceJudge(config, dir, now, log)
  let running = config
  let admins = readConfiguredKeys(config.adminKeys)
  let tlsInUse = config.tls && readTls(config.tls)
  const version = readVersion()
  const certificates = readTokenCertificates(config.token.certificates, ring.tokens()[0].key)
  const tokens = createRotatingTokenIssuer(ring, { token: config.token, version, certificates })
  let state: 'ready' | 'stopping' = 'ready'
  const stopping = () => state === 'stopping'
  const store = await openStore(config.store, dir, log)
  try {
    await claimStore(store, ring)
    const handshakes = createRotatingHandshakes(ring, {
      replayGuard: createReplayGuard(store),
      sessions: createSessionStore(store),
      lifetimeSeconds: config.handshake.lifetimeSeconds,
      cookieName: SESSION_COOKIE,
      tees: TEE_NAMES.filter((tee) => JUDGED_TEES.includes(tee)),
      policies: config.release.policies,
      versions: config.broker.versions,
      allowRsa15: config.broker.allowRsa15,
    })
    const accessKeys = addConfiguredKeys(createKeyRoom(store), () => admins)
    const gate = createGate({ adminPublicKey: () => ring.admin.adminPublicKey, keys: accessKeys, now })
    const audit = createAuditLog(store, now)
    const attempts = createAttemptRoom(store, now, config.retention)
    const machines = createMachineRoom(store)
    const stored = createSecretRoom(store, createDirectoryKeyRing(ring))
    const { folder } = config.resources
    const secrets = folder === undefined ? stored : createFolderSecrets(folder, stored, store)
    const finished = folder === undefined ? [] : await finishFileChanges(store, folder)
    if (finished.length > 0) log.warn({ secrets: finished }, 'changes of files that were interrupted are made')
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
    const attestation = openAttestationService(config, {
      store,
      ring,
      judge: (evidence, at) => judge.judge(evidence, at),
      appraiser: policies.appraiser,
      attempts,
      tokens,
      room: policies.room,
      gate,
      now,
    })
    const clients = createClientLimit({ store, now, ...config.limits.perClient })
    const grpc = await openGrpc(config, {
      attestation,
      policies: policies.room,
      admit: (address) => admitAddress(address, clients, config),
      now,
      references,
      gate,
      audit,
      isServing: async () => !stopping() && (await isWritable(store, config)),
      log,
    })
    const tpmAuthority = openTpmAuthorityFaces(config, { gate, now })
    const notices = [
      ...listTlsNotices(config),
      ...judge.notices,
      ...references.notices,
      ...policies.notices,
      ...tpmAuthority.notices,
      ...grpc.notices,
    ]
    const metrics = createMetrics(version, {
      isStoreUp: () => isWritable(store, config),
      countConnections: () =>
        new Promise((resolve) => server.getConnections((error, count) => resolve(error === null ? count : 0))),
    })
    const halted = new AbortController()
    const openApp = (faces: readonly Face[]) =>
      createApp({
        describeAbsence,
        log,
        stopping,
        version,
        faces,
        around: (route, c) => answerAudited(noteCaller(route), c, audit),
        admit: (c) => admitClient(c, clients, config),
        onAnswer: metrics.countAnswer,
      })
    const ownKeys: KeysFaceOptions = { gate, ring, secrets, audit, claim: () => claimStore(store, ring), now }
    const faces = [
      createHealthFace({
        store,
        probe: () => probeStore(store, config),
        version,
        stopping,
        notices,
        metrics,
        access: config.metrics,
      }),
      createBrokerFace({
        handshakes,
        judge: (evidence, at) => judge.judge(evidence, at),
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
      }),
      ...references.faces,
      ...policies.faces,
      ...tpmAuthority.faces,
      attestation.createFace(),
      createAccessFace({
        gate,
        keys: accessKeys,
        audit,
        features: ['broker', 'references', 'policies', 'attestation'],
        now,
      }),
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
          keys: accessKeys,
          ring,
          policies: policies.room,
          references: references.room,
          collateral: () => listCollateral(judge.collateral.list(), now()),
        },
        expiries: () => listExpiries(running, tlsInUse, certificates),
        stopped: halted.signal,
        now,
      }),
      createAttemptFace({ attempts, gate, now }),
      createMachineFace({ machines, attempts, audit, gate }),
      createSecretsFace({ gate, secrets, audit }),
      createJudgeFace({ gate, audit, judge: () => judge, now }),
      createComponentFace({
        gate,
        store,
        probe: () => probeStore(store, config),
        version,
        notices,
        collateral: () => listCollateral(judge.collateral.list(), now()),
        checkPolicies: () => policies.room.findAttestation('default'),
      }),
      createGatewayFace({
        gate,
        audit,
        attempts,
        instances: createInstanceRoom({ store, lifetimeSeconds: config.gateway.heartbeatMinutes * 60, now }),
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
      }),
      createKeysFace(ownKeys),
      createStorageFace(ownKeys),
    ]
    const app = openApp(faces)
    const tellDrop = createDropNotice(config, log)
    const server = createHttpServer(config, app.fetch, tellDrop)
    const listeners = createHttpListeners(
      config,
      {
        broker: () => openApp(faces.flatMap(keepBrokerPaths)).fetch,
        attestation: () => openApp([attestation.createFace([''])]).fetch,
      },
      tellDrop,
    )
    const clean = () => sweep(store, attempts, now(), log)
    const sweeper = setInterval(() => void clean(), SWEEP_MS).unref()
    const keyWatch = setInterval(createKeyWatch(ring, log), KEY_WATCH_MS).unref()
    let address: ServiceAddress | undefined
    let grpcAddresses: Readonly<Record<string, string>> = {}
    let listenerUrls: Readonly<Record<string, string>> = {}
    let stopped: Promise<void> | undefined
    return {
      config,
      adminKey: { path: ring.admin.adminKeyPath, created: ring.admin.adminKeyCreated },
      notices,
      get address() {
        return address
      },
      get grpcAddresses() {
        return grpcAddresses
      },
      get listenerUrls() {
        return listenerUrls
      },
      async start() {
        try {
          grpcAddresses = await grpc.start()
          listenerUrls = await listeners.start()
          const { port } = await listenOn(server, listenAddress)
          const { host } = listenAddress
          address = { host, port, url: formatUrl(config, host, port) }
        } catch (error) {
          await Promise.all([grpc.stop(0), listeners.stop(0)])
          throw error
        }
        for (const notice of notices) log.warn(notice)
        log.info(
          { url: address.url, listeners: listenerUrls, grpc: grpcAddresses, version, store: store.driver },
          'listening',
        )
        return address
      },
      stop() {
        stopped ??= (async () => {
          state = 'stopping'
          clearInterval(sweeper)
          clearInterval(keyWatch)
          halted.abort()
          const graceMs = config.limits.stopSeconds * 1000
          await Promise.all([closeServer(server, graceMs), listeners.stop(graceMs), grpc.stop(graceMs)])
          address = undefined
          await judge.close()
          await store.close()
          log.info('stopped')
        })()
        return stopped
      },
      fetch: async (request) => app.fetch(request),
      sweep: clean,
      async reload(again = input) {
        const next = parseConfig(again)
        // Everything is read before anything changes: one file that is wrong leaves all of it as it was.
        const useKeys = ring.prepare()
        const nextAdmins = readConfiguredKeys(next.adminKeys)
        const tls = config.tls === undefined || next.tls === undefined ? undefined : readTls(next.tls)
        const renewed = createEvidenceJudge(next, dir, now, log)
        try {
          await loadReferences()
        } catch (error) {
          await renewed.close()
          throw error
        }
        const old = judge
        useKeys()
        admins = nextAdmins
        if (tls !== undefined) {
          tlsInUse = tls
          renewCertificate(server, tls)
          listeners.renewCertificate(tls)
          grpc.renewCertificate(tls)
        }
        judge = renewed
        running = next
        log.level = next.log.level
        await old.close()
        const later = listNeedingStart(config, next)
        log.info({ needNewStart: later }, 'read again')
        return later
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

const BROKER_PATH = '/kbs/v0'

const PROBE_PATHS = ['/healthz', '/metrics']

/** What a listener for the key broker alone has of a face: the protocol, and what probes and collectors look for beside it. */
function keepBrokerPaths(face: Face): Face[] {
  if (face.basePaths.includes(BROKER_PATH)) return [{ ...face, basePaths: [BROKER_PATH] }]
  const probed = face.basePaths.includes('') ? face.routes.filter(({ path }) => PROBE_PATHS.includes(path)) : []
  return probed.length === 0 ? [] : [{ ...face, routes: probed }]
}

function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
