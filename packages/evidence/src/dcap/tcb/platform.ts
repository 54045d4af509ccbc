/** Matching a platform to the levels of TCB info. */
import type { PlatformLevel, PlatformSvns } from './types.ts'

/**
 * Orders levels best first: by the sixteen SGX components, then PCESVN, then the TDX components, all descending. Document
 * order plays no part.
 */
export function comparePlatformLevels(a: PlatformLevel, b: PlatformLevel): number {
  return (
    compareSvns(b.sgxSvns, a.sgxSvns) ||
    b.pceSvn - a.pceSvn ||
    (a.tdxSvns !== undefined && b.tdxSvns !== undefined ? compareSvns(b.tdxSvns, a.tdxSvns) : 0)
  )
}

/**
 * Finds the first level that the platform reaches in every component, PCESVN and (TDX) every TEE component.
 *
 * @param levels in matching order, see {@link comparePlatformLevels}
 * @param teeTcbSvn the quote's TDX SVNs, 16 bytes; absent for SGX. With a module of major version 1 or above, bytes 0 and
 *   1 belong to the module identity and are not compared here.
 */
export function matchPlatformLevel(
  levels: readonly PlatformLevel[],
  platform: PlatformSvns,
  teeTcbSvn?: Uint8Array,
): PlatformLevel | undefined {
  return levels.find((level) => reaches(level, platform, teeTcbSvn))
}

/** First TDX component that belongs to the platform level and not to the module identity. */
export function firstTdxComponent(teeTcbSvn: Uint8Array): number {
  return teeTcbSvn[1]! > 0 ? 2 : 0
}

function reaches(level: PlatformLevel, platform: PlatformSvns, teeTcbSvn?: Uint8Array): boolean {
  for (let i = 0; i < 16; i++) if (platform.sgxSvns[i]! < level.sgxSvns[i]!) return false
  if (platform.pceSvn < level.pceSvn) return false
  if (teeTcbSvn === undefined) return true
  if (level.tdxSvns === undefined) return false
  for (let i = firstTdxComponent(teeTcbSvn); i < 16; i++) if (teeTcbSvn[i]! < level.tdxSvns[i]!) return false
  return true
}

function compareSvns(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < 16; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}
