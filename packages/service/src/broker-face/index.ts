export { createBrokerFace, SESSION_COOKIE } from './broker-face.ts'
export { createReplayGuard, createSessionStore } from './handshake-store.ts'
export { createReleasePolicy } from './release-policy.ts'
export { createRotatingHandshakes } from './rotating-handshakes.ts'
