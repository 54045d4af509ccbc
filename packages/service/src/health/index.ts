export { createHealthFace } from './health-face.ts'
