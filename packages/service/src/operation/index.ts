export { createOperationFace, type Expiry, type OperationFaceOptions } from './operation-face.ts'
export { createReferenceEffect, type ReferenceEffectOptions } from './reference-effect.ts'
export type { SearchPlaces } from './search.ts'
