import { parseNamedFile } from '../judge/named-files.ts'
import { type AccessKey, type KeyRoom, parseAccessPublicKey } from './key-room.ts'

/**
 * Adds administrators whose public keys are files that the configuration names. They are no records of the store: taking the
 * file out of the configuration takes their rights.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID
 */
export function addConfiguredKeys(room: KeyRoom, paths: readonly string[]): KeyRoom {
  const keys = paths.map((path): AccessKey => {
    const { id, pem } = parseNamedFile(path, 'adminKeys', parseAccessPublicKey)
    return { id, name: path, role: 'admin', scopes: ['*'], publicKey: pem, createdAt: 0, createdBy: 'configuration' }
  })
  if (keys.length === 0) return room
  return {
    ...room,
    find: async (id) => keys.find((key) => key.id === id) ?? room.find(id),
    list: async () => [...keys, ...(await room.list())],
  }
}
