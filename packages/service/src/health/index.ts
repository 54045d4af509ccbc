export { type Component, type ComponentState, createComponentFace } from './component-face.ts'
export { createHealthFace } from './health-face.ts'
