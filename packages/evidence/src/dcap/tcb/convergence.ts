/** Bringing the statuses of platform, module and quoting enclave together. */
import type { LevelStanding, LevelStatus, TcbStatus } from './types.ts'

/**
 * Converges the platform's status with those of the module and the quoting enclave: anything revoked revokes the whole;
 * anything out of date makes the whole out of date, keeping the platform's need of configuration.
 */
export function convergeStatus(platform: LevelStatus, parts: readonly LevelStatus[]): LevelStatus {
  if (platform === 'Revoked' || parts.includes('Revoked')) return 'Revoked'
  if (!parts.includes('OutOfDate')) return platform
  if (platform === 'UpToDate' || platform === 'SWHardeningNeeded') return 'OutOfDate'
  if (platform === 'ConfigurationNeeded' || platform === 'ConfigurationAndSWHardeningNeeded') {
    return 'OutOfDateConfigurationNeeded'
  }
  return platform
}

/** Sorted, unique advisories of all parts; a text that is empty names none. */
export function convergeAdvisories(parts: readonly LevelStanding[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => part.advisoryIds))].filter((id) => id !== '').sort()
}

/**
 * Derives the quote's status from both evaluations. The current side never worsens the launch status; it may turn an
 * out-of-date launch into the advice to relaunch. Policies that care about a module revoked since launch look at the
 * current side too.
 */
export function adviseRelaunch(launch: LevelStatus, current: LevelStatus): TcbStatus {
  if (!isOutOfDate(launch) || isOutOfDate(current) || current === 'Revoked') return launch
  return needsConfiguration(launch) || needsConfiguration(current)
    ? 'TDRelaunchAdvisedConfigurationNeeded'
    : 'TDRelaunchAdvised'
}

function isOutOfDate(status: LevelStatus): boolean {
  return status === 'OutOfDate' || status === 'OutOfDateConfigurationNeeded'
}

function needsConfiguration(status: LevelStatus): boolean {
  return (
    status === 'ConfigurationNeeded' ||
    status === 'ConfigurationAndSWHardeningNeeded' ||
    status === 'OutOfDateConfigurationNeeded'
  )
}
