import type { HttpContext } from '../../http/index.ts'

/** What a request wants to do with reference values. */
export type ReferencePermission = 'references:read' | 'references:write'

/** Lets a request pass and says who it is from, or throws what the caller is to learn. */
export type Authorize = (c: HttpContext, permission: ReferencePermission) => Promise<string>
