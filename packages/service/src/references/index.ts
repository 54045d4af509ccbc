/** Reference values of the service: kept in the store, reached over HTTP. */
export type { Authorize, ReferencePermission } from './face/access.ts'
export { createReferenceApiFace, type ReferenceApiFaceOptions } from './face/api-face.ts'
export { createReferenceBrokerFace, type ReferenceBrokerFaceOptions } from './face/broker-face.ts'
export { loadReferenceFile } from './file-set.ts'
export { openReferences, type ReferenceRuntime, type References } from './open.ts'
export { createRegistrar, type Registrar, type RegistrarOptions } from './registrar.ts'
export { createReferenceRoom, type ReferenceRoomOptions } from './room.ts'
export type {
  ChangeRequest,
  EffectAssessor,
  ReferenceActor,
  ReferencePreview,
  ReferenceRoom,
  ReferenceSet,
  SetChange,
  SetVersion,
} from './types.ts'
