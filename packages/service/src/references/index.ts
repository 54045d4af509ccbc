/** Reference values of the service: kept in the store, reached over HTTP. */
export type { Authorize, ReferencePermission } from './access.ts'
export { createReferenceApiFace, type ReferenceApiFaceOptions } from './api-face.ts'
export { createReferenceBrokerFace, type ReferenceBrokerFaceOptions } from './broker-face.ts'
export { openReferences, type ReferenceRuntime, type References } from './open.ts'
export { createRegistrar, type Registrar, type RegistrarOptions } from './registrar.ts'
export { createReferenceRoom, type ReferenceRoomOptions } from './room.ts'
export type {
  ChangeRequest,
  EffectAssessor,
  ReferencePreview,
  ReferenceRoom,
  ReferenceSet,
  SetChange,
  SetVersion,
} from './types.ts'
