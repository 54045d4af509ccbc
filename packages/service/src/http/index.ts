export { createApp, readFreeTail } from './app.ts'
export { readBody } from './body.ts'
export { checkListen, closeServer, createHttpServer, type ListenAddress, listenOn, parseListen } from './server.ts'
export type { Face, HttpContext, HttpEnv, Route } from './types.ts'
