export { createApp, readFreeTail } from './app.ts'
export { readBody, readJsonBody } from './body.ts'
export { readClientAddress } from './client.ts'
export { noteFacts } from './facts.ts'
export { createHttpListeners, formatUrl, type HttpListeners } from './listeners.ts'
export { readMoment } from './moment.ts'
export { checkFilter, type Page, type PageQuery, pageOver, readPage } from './page.ts'
export { describeProblem } from './problem.ts'
export { type QuietConnections, trackQuiet } from './quiet.ts'
export {
  checkListen,
  closeServer,
  createHttpServer,
  type ListenAddress,
  listenOn,
  listTlsNotices,
  parseListen,
  readTls,
  renewCertificate,
  type TlsMaterial,
} from './server.ts'
export type { Face, HttpContext, HttpEnv, Refusal, Route } from './types.ts'
