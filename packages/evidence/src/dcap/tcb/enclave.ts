/** Matching a TDX module or a quoting enclave to the levels of its identity. */
import type { TdxModuleIdentity } from '../collateral/types.ts'
import type { EnclaveLevel } from './types.ts'

/** Orders levels newest first: by ISVSVN, then by date. */
export function compareEnclaveLevels(a: EnclaveLevel, b: EnclaveLevel): number {
  return b.isvSvn - a.isvSvn || b.tcbDateAt - a.tcbDateAt
}

/** Finds the first level (newest first) whose ISVSVN the enclave reaches. */
export function matchEnclaveLevel(levels: readonly EnclaveLevel[], isvSvn: number): EnclaveLevel | undefined {
  return levels.find((level) => level.isvSvn <= isvSvn)
}

/** Id of the module generation that a TEE TCB SVN names, such as `TDX_01`; undefined for major version 0. */
export function moduleIdOf(teeTcbSvn: Uint8Array): string | undefined {
  const major = teeTcbSvn[1]!
  return major === 0 ? undefined : `TDX_${major.toString(16).toUpperCase().padStart(2, '0')}`
}

/** Finds the identity of a module generation; the case of the published id plays no part. */
export function findModuleIdentity(
  identities: readonly TdxModuleIdentity[],
  id: string,
): TdxModuleIdentity | undefined {
  return identities.find((identity) => identity.id.toUpperCase() === id)
}
