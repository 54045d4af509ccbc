/** Composite evidence: a machine and its devices. */
export { type CompositeEvidence, checkSvsmPair, type DeviceEvidence, parseCompositeEvidence } from './composite.ts'
export { decodeManifest } from './manifest.ts'
