import { createPublicKey, type KeyObject } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { type Administrator, identifyAdminKey, verifyAdminToken } from '../admin/index.ts'
import { ServiceError } from '../errors.ts'
import type { AccessKey, KeyRoom } from './key-room.ts'
import { coversPath, EVERYWHERE, isScoped, listPermissions, type Permission, type Role } from './roles.ts'

/** Who a request is from. */
export interface Principal {
  /** Thumbprint of the key that signed. */
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly scopes: readonly string[]
  /** Whom the token names, as its signer says; nobody checked it. */
  readonly subject?: string
  /** When the token ends, epoch seconds. */
  readonly expiresAt: number
}

/** Lets requests pass by who signed their token. */
export interface Gate {
  /** @throws ServiceError SERVICE_ADMIN_TOKEN_* */
  authenticate(authorization: string | undefined | null): Promise<Principal>
  /**
   * @param object the path that is worked on; without it a scoped principal may read, and what it is given must be cut to
   *   its scopes, but may change nothing
   * @throws ServiceError SERVICE_ADMIN_TOKEN_*, SERVICE_ACCESS_DENIED, SERVICE_ACCESS_SCOPE
   */
  admit(authorization: string | undefined | null, permission: Permission, object?: string): Promise<Principal>
}

export interface GateOptions {
  /** The key of the file `admin.pub`. */
  readonly adminPublicKey: () => KeyObject
  readonly keys: KeyRoom
  /** How long a token may live at most. */
  readonly maxTokenSeconds: () => number
  /** Epoch seconds. */
  readonly now: () => number
}

/** Registered keys that a token without `kid` is tried on. */
const MAX_TRIED = 64

export function createGate(options: GateOptions): Gate {
  const authenticate: Gate['authenticate'] = async (authorization) => {
    const token = /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1]
    if (token === undefined)
      throw new ServiceError('SERVICE_ADMIN_TOKEN_MISSING', undefined, { details: { path: 'authorization' } })
    return identifySigner(token, options)
  }
  return {
    authenticate,
    async admit(authorization, permission, object) {
      const principal = await authenticate(authorization)
      checkPermission(principal, permission, object)
      return principal
    },
  }
}

async function identifySigner(token: string, options: GateOptions): Promise<Principal> {
  const { adminPublicKey, keys, now, maxTokenSeconds } = options
  const adminKey = adminPublicKey()
  const kid = readKeyId(token)
  const byFile = async () =>
    describe(
      { id: identifyAdminKey(adminKey), name: 'admin', role: 'admin', scopes: [EVERYWHERE] },
      await verifyAdminToken(token, adminKey, now(), maxTokenSeconds()),
    )
  if (kid === identifyAdminKey(adminKey)) return byFile()
  if (kid !== undefined) {
    const key = await keys.find(kid)
    if (key === undefined) {
      throw new ServiceError(
        'SERVICE_ADMIN_TOKEN_INVALID',
        'The administrator token is signed with a key that is not registered here.',
        {
          details: { path: 'authorization.kid', actual: kid.slice(0, 64) },
        },
      )
    }
    return verifyRegistered(token, key, options)
  }
  try {
    return await byFile()
  } catch (error) {
    if (!isOtherSigner(error)) throw error
    for (const key of (await keys.list()).slice(0, MAX_TRIED)) {
      const principal = await verifyRegistered(token, key, options).catch((other: unknown) => {
        if (!isOtherSigner(other)) throw other
      })
      if (principal !== undefined) return principal
    }
    throw error
  }
}

/** A token of another key; a token of this key with a fault of its own is not tried on others. */
function isOtherSigner(error: unknown): boolean {
  const reason = (error as ServiceError).details?.['reason']
  return reason === 'signature verification failed'
}

async function verifyRegistered(token: string, key: AccessKey, options: GateOptions): Promise<Principal> {
  const now = options.now()
  const verified = await verifyAdminToken(token, createPublicKey(key.publicKey), now, options.maxTokenSeconds())
  if (key.expiresAt !== undefined && now >= key.expiresAt) {
    throw new ServiceError('SERVICE_ADMIN_TOKEN_EXPIRED', 'The key that signed the administrator token has expired.', {
      details: { path: 'authorization.kid', expected: `before ${key.expiresAt}`, actual: now },
    })
  }
  return describe(key, verified)
}

function describe(
  { id, name, role, scopes }: Pick<AccessKey, 'id' | 'name' | 'role' | 'scopes'>,
  { subject, expiresAt }: Administrator,
): Principal {
  return { id, name, role, scopes, expiresAt, ...(subject === undefined ? {} : { subject: subject.slice(0, 256) }) }
}

function readKeyId(token: string): string | undefined {
  try {
    const { kid } = decodeProtectedHeader(token)
    return typeof kid === 'string' ? kid : undefined
  } catch {
    // What is no token is refused by the verification, with its reason.
    return undefined
  }
}

/** Stands in the place of a path that is known only once the request was read: the caller checks it then. */
export const CHECKED_LATER: unique symbol = Symbol('checked later')

/** @throws ServiceError SERVICE_ACCESS_DENIED, SERVICE_ACCESS_SCOPE */
export function checkPermission(
  { role, scopes }: Principal,
  permission: Permission,
  object?: string | typeof CHECKED_LATER,
): void {
  if (!listPermissions(role).includes(permission)) {
    throw new ServiceError('SERVICE_ACCESS_DENIED', `The role ${role} may not do that: it lacks ${permission}.`, {
      details: { path: 'role', expected: permission, actual: role },
    })
  }
  if (scopes.includes(EVERYWHERE)) return
  if (isScoped(permission) && isCovered(scopes, permission, object)) return
  throw new ServiceError('SERVICE_ACCESS_SCOPE', undefined, {
    details: {
      path: typeof object === 'string' ? object : permission,
      expected: scopes,
      actual: typeof object === 'string' ? object : EVERYWHERE,
    },
  })
}

function isCovered(scopes: readonly string[], permission: Permission, object?: string | typeof CHECKED_LATER): boolean {
  if (object === undefined) return !permission.endsWith(':write')
  return object === CHECKED_LATER || coversPath(scopes, object)
}
