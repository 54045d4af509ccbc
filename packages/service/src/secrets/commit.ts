import type { AuditEvent, AuditLog } from '../audit/index.ts'
import type { StagedSecret } from './secret-room.ts'

/**
 * Makes a prepared change together with its audit entry: the log never tells of less than was done.
 *
 * @returns the version of the secret
 * @throws ServiceError SERVICE_STORE_*, SERVICE_SECRET_NOT_FOUND, SERVICE_SECRET_CONFLICT
 */
export async function commitSecret(audit: AuditLog, staged: StagedSecret, event: AuditEvent): Promise<number> {
  let version: number
  try {
    version = await audit.commit(event, (access) => staged.write(access))
  } catch (error) {
    staged.discard()
    throw error
  }
  await staged.finish()
  return version
}
