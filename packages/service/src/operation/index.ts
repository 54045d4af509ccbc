export { createOperationFace, type Expiry, type OperationFaceOptions } from './operation-face.ts'
