import type { KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import type { RotatingKey } from '../keys/index.ts'

/** What the head of an audit log is called in the header of its signature, so that it passes for nothing else. */
export const AUDIT_HEAD_TYPE = 'veritee-audit-head+jwt'

/** Signs the head of the audit log with the token key: kept elsewhere, it shows later that the log was not cut. */
export function signAuditHead(
  { id, key }: RotatingKey<KeyObject>,
  issuer: string,
  { seq, hash, time }: { seq: number; hash: string; time: number },
): Promise<string> {
  return new SignJWT({ seq, hash, time, iss: issuer })
    .setProtectedHeader({ alg: 'ES256', kid: id, typ: AUDIT_HEAD_TYPE })
    .sign(key)
}
