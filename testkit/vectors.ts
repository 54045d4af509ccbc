/** Real vectors live beside the project, not in it: tests read them from there and say so when they are absent. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'shared', 'vectors')

/** True where the vectors are at hand. Use as `describe.skipIf(!haveVectors)(\`…${vectorsAbsent}\`)`. */
export const haveVectors: boolean = existsSync(root)

/** The visible reason of a skip. */
export const vectorsAbsent: string = haveVectors ? '' : ' (skipped: ../shared/vectors is not here)'

export function vectorPath(name: string): string {
  return join(root, name)
}

export function readVector(name: string): Uint8Array {
  return new Uint8Array(readFileSync(vectorPath(name)))
}

export function readVectorText(name: string): string {
  return readFileSync(vectorPath(name), 'utf8')
}

export function readVectorJson<T = unknown>(name: string): T {
  return JSON.parse(readVectorText(name)) as T
}
