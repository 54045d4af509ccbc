export { createApp, readFreeTail } from './app.ts'
export { readBody, readJsonBody } from './body.ts'
export { readClientAddress } from './client.ts'
export { noteFacts } from './facts.ts'
export { createHttpListeners, formatUrl, type HttpListeners } from './listen/listeners.ts'
export { type QuietConnections, trackQuiet } from './listen/quiet.ts'
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
} from './listen/server.ts'
export { readMoment } from './moment.ts'
export { checkFilter, type Page, type PageQuery, pageOver, readPage } from './page.ts'
export { describeProblem } from './problem.ts'
export type { Face, HttpContext, HttpEnv, Refusal, Route } from './types.ts'
