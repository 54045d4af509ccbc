/** Resource paths, `kbs://` URIs and the decision to release. */
export { formatResourcePath, isResourceSegment, parseResourcePath } from './path.ts'
export { createStatusPolicy, type ReleaseStatus, type StatusPolicyOptions } from './status-policy.ts'
export type { ReleaseDecision, ReleaseRequest, ResourcePath, ResourcePolicy } from './types.ts'
export { formatResourceUri, type PluginUri, parsePluginUri, parseResourceUri, type ResourceUri } from './uri.ts'
