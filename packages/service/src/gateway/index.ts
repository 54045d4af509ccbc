/** The routes that the gateway of Trustee services answers itself. */
export { type CallerFacts, nameSession, noteCaller } from './caller.ts'
export { createGatewayFace, type GatewayFaceOptions } from './gateway-face.ts'
export { type InstanceInfo, nameInstance, parseInstanceInfo } from './instance-info.ts'
export { createInstanceRoom, type HeardInstance, type InstanceRoom, type InstanceRoomOptions } from './instances.ts'
export type { Probe } from './services-health.ts'
