import { setTimeout as sleep } from 'node:timers/promises'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { HttpContext } from '../http/index.ts'

/** What the service counts, under the names that dashboards of Trustee know. No label holds a path, a client or a machine. */
export interface Metrics {
  /** Counts an answer. */
  countAnswer(c: HttpContext, seconds: number): void
  render(): Promise<string>
  readonly contentType: string
}

const SIZES = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304]
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
/** Routes of the key broker that have counters of their own; everything else is `api`, so labels stay few. */
const ROUTE = /^(?:\/api)?\/kbs\/v0\/(auth|attest|resource)\b/

/** A store that takes longer to answer counts as away: whoever reads the metrics does not wait for ever. */
const PROBE_MS = 1000

/** What is asked at each reading. */
export interface MetricSources {
  readonly isStoreUp: () => Promise<boolean>
  /** Open connections of this process. */
  readonly countConnections: () => Promise<number>
}

export function createMetrics(version: string, { isStoreUp, countConnections }: MetricSources): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'kbs_http_requests_total',
    help: 'Requests by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'kbs_http_request_duration_seconds',
    help: 'Time to an answer.',
    labelNames: ['route'],
    buckets: BUCKETS,
    registers,
  })
  const reads = new Counter({ name: 'kbs_resource_reads_total', help: 'Secrets released.', registers })
  const writes = new Counter({ name: 'kbs_resource_writes_total', help: 'Secrets stored or deleted.', registers })
  const evaluations = new Counter({
    name: 'kbs_policy_evaluations_total',
    help: 'Releases that the policy was asked about.',
    registers,
  })
  const approvals = new Counter({
    name: 'kbs_policy_approvals_total',
    help: 'Releases that the policy allowed.',
    registers,
  })
  const policyErrors = new Counter({
    name: 'kbs_policy_errors_total',
    help: 'Releases that could not be decided.',
    registers,
  })
  const violations = new Counter({
    name: 'kbs_policy_violations_total',
    help: 'Secrets that the policy did not release.',
    registers,
  })
  const attestations = new Counter({
    name: 'kbs_attestation_requests_total',
    help: 'Attestations asked for.',
    registers,
  })
  const successes = new Counter({
    name: 'kbs_attestation_successes_total',
    help: 'Attestations accepted.',
    labelNames: ['tee_type'],
    registers,
  })
  const failures = new Counter({
    name: 'kbs_attestation_failures_total',
    help: 'Attestations refused.',
    labelNames: ['tee_type'],
    registers,
  })
  const errors = new Counter({
    name: 'kbs_attestation_errors_total',
    help: 'Attestations that could not be judged.',
    registers,
  })
  const challenges = new Counter({ name: 'kbs_auth_requests_total', help: 'Challenges asked for.', registers })
  const given = new Counter({ name: 'kbs_auth_successes_total', help: 'Challenges given.', registers })
  const ungiven = new Counter({ name: 'kbs_auth_errors_total', help: 'Challenges refused.', registers })
  const sizes = new Histogram({
    name: 'kbs_http_request_size_bytes',
    help: 'Size of request bodies that say it.',
    labelNames: ['route'],
    buckets: SIZES,
    registers,
  })
  const limited = new Counter({
    name: 'veritee_rate_limited_total',
    help: 'Requests refused because their client was too fast.',
    registers,
  })
  new Gauge({ name: 'kbs_build_info', help: 'The running version.', labelNames: ['version'], registers }).set(
    { version },
    1,
  )
  new Gauge({
    name: 'veritee_store_up',
    help: 'Whether the store can be written.',
    registers,
    async collect() {
      const late = sleep(PROBE_MS, false, { ref: false })
      this.set((await Promise.race([isStoreUp(), late])) ? 1 : 0)
    },
  })
  new Gauge({
    name: 'kbs_http_active_connections',
    help: 'Open connections.',
    registers,
    async collect() {
      this.set(await countConnections())
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  const countAttestation = (status: number, tee: unknown) => {
    attestations.inc()
    // Known only once the body was read, and then one of few names.
    const labels = { tee_type: typeof tee === 'string' ? tee : 'unknown' }
    if (status < 300) successes.inc(labels)
    else if (status < 500) failures.inc(labels)
    else errors.inc()
  }
  const countChallenge = (status: number) => {
    challenges.inc()
    if (status === 200) given.inc()
    else ungiven.inc()
  }
  const countRelease = (status: number, isDecided: boolean) => {
    if (status === 200) reads.inc()
    if (!isDecided) return
    evaluations.inc()
    if (status === 403) violations.inc()
    else if (status >= 500) policyErrors.inc()
    else approvals.inc()
  }
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    countAnswer(c, seconds) {
      const { status } = c.res
      const { method } = c.req
      const route = ROUTE.exec(c.req.path)?.[1] ?? 'api'
      const { tee, resource } = c.get('facts')
      const size = Number(c.req.header('content-length') ?? Number.NaN)
      if (Number.isFinite(size)) sizes.observe({ route }, size)
      requests.inc({ method: KNOWN_METHODS.has(method) ? method : 'other', route, status: String(status) })
      durations.observe({ route }, seconds)
      if (status === 429) limited.inc()
      else if (route === 'auth') countChallenge(status)
      else if (route === 'attest') countAttestation(status, tee)
      else if (route === 'resource' && method === 'GET') countRelease(status, resource !== undefined)
      else if (route === 'resource' && status === 200) writes.inc()
    },
  }
}

const KNOWN_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
