import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { OpenAPIHono } from '@hono/zod-openapi'
import { type CodedError, isCodedError } from '@veritee/codec/error'
import { ServiceError } from '../errors.ts'
import type { Logger } from '../log/index.ts'
import { nameProblems, PROBLEM_TYPE } from './operation.ts'
import { describeProblem } from './problem.ts'
import { checkTarget, decodeFreeName } from './target.ts'
import type { Face, HttpContext, HttpEnv, Refusal, Route } from './types.ts'

export interface AppOptions {
  readonly faces: readonly Face[]
  readonly log: Logger
  /** True while the service stops: connections are closed after their answer. */
  readonly stopping: () => boolean
  readonly version: string
  /** Runs a route's answer with what belongs around it, such as its audit entry. */
  readonly around?: (route: Route, c: HttpContext) => Promise<Response>
  /** Refuses requests before anything of them is read. */
  readonly admit?: (c: HttpContext) => Promise<void>
  /** What is wrong with a path that no route has; default SERVICE_HTTP_ROUTE_UNKNOWN. */
  readonly describeAbsence?: (path: string, faces: readonly Face[]) => CodedError
  /** Told about every answer. */
  readonly onAnswer?: (c: HttpContext, seconds: number) => void
}

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** Paths of our own interface, whose refusals are problem details of RFC 9457. */
const OWN_API = /^\/api\/v1(?:\/|$)/

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/

/** Builds the web application: every face's routes, and around them what all requests share. */
export function createApp(options: AppOptions): OpenAPIHono<HttpEnv> {
  const app = new OpenAPIHono<HttpEnv>()
  const freePrefixes = options.faces.flatMap(listFreePrefixes)
  app.use(async (c, next) => {
    openRequest(c)
    const startedAt = performance.now()
    checkTarget(c.env?.incoming?.url ?? readTarget(c.req.url), freePrefixes)
    await next()
    const ms = performance.now() - startedAt
    options.onAnswer?.(c, ms / 1000)
    options.log.info({ ...c.get('facts'), status: c.res.status, ms: Math.round(ms) }, 'answered')
  })
  app.use(async (c, next) => {
    await next()
    finishResponse(c, options)
  })
  if (options.admit !== undefined) {
    const { admit } = options
    app.use(async (c, next) => {
      await admit(c)
      await next()
    })
  }
  for (const face of options.faces)
    mountFace(app, face, options.around ?? ((route, c) => Promise.resolve(route.respond(c))))
  app.get('/openapi.json', (c) =>
    c.json(app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Veritee', version: options.version } })),
  )
  refuseOtherMethods(app, '/openapi.json', ['get'])
  const { describeAbsence = () => new ServiceError('SERVICE_HTTP_ROUTE_UNKNOWN') } = options
  app.notFound((c) => refuse(c, describeAbsence(c.req.path, options.faces), options))
  app.onError((error, c) => refuse(c, error, options))
  app.openAPIRegistry.registerComponent('securitySchemes', 'admin', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'kbs-session-id',
  })
  app.openAPIRegistry.registerComponent('securitySchemes', 'attestation', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  })
  return app
}

function openRequest(c: HttpContext): void {
  const given = c.req.header('x-request-id')
  const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID()
  c.set('requestId', requestId)
  c.set('facts', { requestId, method: c.req.method, path: c.req.path.slice(0, 256) })
}

function readTarget(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/'
}

function finishResponse(c: HttpContext, options: AppOptions): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value)
  c.res.headers.set('x-request-id', c.get('requestId'))
  if (options.stopping()) c.res.headers.set('connection', 'close')
}

function refuse(c: HttpContext, error: unknown, options: AppOptions): Response {
  const describe = c.get('describe') ?? describeProblem
  const refusal: Refusal = describe(error, c.get('requestId'))
  const {
    status,
    problem,
    contentType = 'application/json',
  } = OWN_API.test(c.req.path) ? describeOwnProblem(refusal) : refusal
  const facts = { ...c.get('facts'), status }
  if (isCodedError(error) && status < 500)
    options.log.info({ ...facts, code: error.code, detail: error.message }, 'refused')
  else options.log.error({ ...facts, err: error }, 'failed')
  c.res = c.body(JSON.stringify(problem), status, { 'content-type': contentType })
  const { retryAfterSeconds } = isCodedError(error) ? error.details : {}
  if (typeof retryAfterSeconds === 'number') c.res.headers.set('retry-after', String(retryAfterSeconds))
  if (status === 413) c.res.headers.set('connection', 'close')
  if (status === 401 && isCodedError(error) && error.code.startsWith('SERVICE_ADMIN_'))
    c.res.headers.set('www-authenticate', 'Bearer')
  finishResponse(c, options)
  return c.res
}

/** The members that RFC 9457 has, where no client expects the error names of the key broker protocol. */
function describeOwnProblem({ status, problem }: Refusal): Refusal {
  const members = { type: 'about:blank', title: STATUS_CODES[status], status }
  return { status, problem: { ...problem, ...members }, contentType: PROBLEM_TYPE }
}

function mountFace(app: OpenAPIHono<HttpEnv>, face: Face, around: NonNullable<AppOptions['around']>): void {
  for (const route of face.routes) {
    const { method, path, operation } = route
    const shown = `${face.basePaths[0]}${path}` || '/'
    const described = OWN_API.test(shown) ? nameProblems(operation) : operation
    app.openAPIRegistry.registerPath({ method, path: shown, tags: [face.name], ...described })
    for (const base of face.basePaths)
      app.on(method.toUpperCase(), toPattern(base + path, route.freeTail), (c) => {
        if (face.describe !== undefined) c.set('describe', face.describe)
        return around(route, c)
      })
  }
  for (const [path, methods] of groupMethods(face.routes)) {
    const freeTail = face.routes.some((route) => route.path === path && route.freeTail)
    for (const base of face.basePaths) refuseOtherMethods(app, toPattern(base + path, freeTail), methods, face.describe)
  }
}

function groupMethods(routes: readonly Route[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { path, method } of routes) groups.set(path, [...(groups.get(path) ?? []), method])
  return groups
}

function toPattern(path: string, freeTail = false): string {
  const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1') || '/'
  return freeTail ? `${pattern}{.+}` : pattern
}

/** What precedes the free name in the paths of a face. */
function listFreePrefixes(face: Face): string[] {
  const heads = face.routes.filter((route) => route.freeTail).map(({ path }) => path.slice(0, path.lastIndexOf('{')))
  return heads.flatMap((head) => face.basePaths.map((base) => base + head))
}

/**
 * The free name at the end of a request's path, decoded once.
 *
 * @param head what precedes it in the route, such as `/reference-value/`
 * @throws ServiceError SERVICE_HTTP_PATH_INVALID
 */
export function readFreeTail(c: HttpContext, head: string): string {
  const [path = ''] = readTarget(c.req.url).split('?', 1)
  const name = decodeFreeName(path.slice(path.indexOf(head) + head.length))
  if (name !== undefined) return name
  throw new ServiceError('SERVICE_HTTP_PATH_INVALID', undefined, {
    details: { path: 'path', actual: path.slice(0, 256) },
  })
}

function refuseOtherMethods(
  app: OpenAPIHono<HttpEnv>,
  pattern: string,
  methods: readonly string[],
  describe?: Face['describe'],
): void {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  app.all(pattern, (c) => {
    c.header('allow', allowed.join(', '))
    if (describe !== undefined) c.set('describe', describe)
    throw new ServiceError('SERVICE_HTTP_METHOD_NOT_ALLOWED', undefined, {
      details: { path: 'method', expected: allowed, actual: c.req.method },
    })
  })
}
