import { parseNamedFile } from '../judge/named-files.ts'
import { type AccessKey, type KeyRoom, parseAccessPublicKey } from './key-room.ts'

/**
 * Reads the administrators whose public keys are files that the configuration names.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID
 */
export function readConfiguredKeys(paths: readonly string[]): AccessKey[] {
  return paths.map((path) => {
    const { id, pem } = parseNamedFile(path, 'adminKeys', parseAccessPublicKey)
    return { id, name: path, role: 'admin', scopes: ['*'], publicKey: pem, createdAt: 0, createdBy: 'configuration' }
  })
}

/**
 * Adds administrators that the configuration names. They are no records of the store: taking the file out of the configuration
 * takes their rights.
 *
 * @param configured those that count now
 */
export function addConfiguredKeys(room: KeyRoom, configured: () => readonly AccessKey[]): KeyRoom {
  return {
    ...room,
    find: async (id) => configured().find((key) => key.id === id) ?? room.find(id),
    list: async () => [...configured(), ...(await room.list())],
  }
}
