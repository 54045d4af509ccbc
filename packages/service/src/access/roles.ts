/** What can be allowed. What stands before the colon is the object, what stands behind it the act. */
export type Permission =
  | 'secrets:list'
  | 'secrets:write'
  | 'policies:read'
  | 'policies:write'
  | 'references:read'
  | 'references:write'
  | 'attestations:read'
  | 'collateral:refresh'
  | 'audit:read'
  | 'access:read'
  | 'access:write'
  | 'keys:read'
  | 'keys:rotate'

export type Role = 'admin' | 'policy-author' | 'secret-writer' | 'auditor' | 'reader'

const READ = ['policies:read', 'references:read', 'attestations:read'] as const

const PERMISSIONS: Readonly<Record<Exclude<Role, 'admin'>, readonly Permission[]>> = {
  'policy-author': [...READ, 'policies:write', 'references:write', 'collateral:refresh'],
  'secret-writer': ['secrets:list', 'secrets:write'],
  auditor: [...READ, 'secrets:list', 'audit:read', 'access:read', 'keys:read'],
  reader: READ,
}

/** Every permission; an administrator has them all. */
export const ALL_PERMISSIONS: readonly Permission[] = [
  'secrets:list',
  'secrets:write',
  'policies:read',
  'policies:write',
  'references:read',
  'references:write',
  'attestations:read',
  'collateral:refresh',
  'audit:read',
  'access:read',
  'access:write',
  'keys:read',
  'keys:rotate',
]

export const ROLES: readonly Role[] = ['admin', 'policy-author', 'secret-writer', 'auditor', 'reader']

/** What a role may do. */
export function listPermissions(role: Role): readonly Permission[] {
  return role === 'admin' ? ALL_PERMISSIONS : PERMISSIONS[role]
}

/** Permissions on objects that have a path, and so can be allowed for some paths only. */
const SCOPED = /^(?:secrets|policies|references):/

/** Tells whether a permission can be limited to paths. */
export function isScoped(permission: Permission): boolean {
  return SCOPED.test(permission)
}

/** The scope that covers everything. */
export const EVERYWHERE = '*'

/** Tells whether one of the scopes covers a path: `team-a` covers `team-a` and `team-a/…`, and not `team-ab`. */
export function coversPath(scopes: readonly string[], path: string): boolean {
  return scopes.some((scope) => scope === EVERYWHERE || path === scope || path.startsWith(`${scope}/`))
}
