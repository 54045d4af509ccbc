/** Launching a CSV guest: the tenant's session, the measurement, secrets for the guest. */
export { createLaunchSecrets, deriveLaunchKey, type LaunchSecrets } from './key-schedule.ts'
export { digestCsvLaunch, type LaunchMeasurement, measureLaunch, verifyLaunchMeasurement } from './measurement.ts'
export {
  encodeDiskKeyTable,
  encodeLaunchSecret,
  encodeSecretTable,
  type LaunchSecretPacket,
  openLaunchSecret,
} from './secret.ts'
export {
  createLaunchSession,
  encodeLaunchStart,
  type LaunchIdentity,
  type LaunchSession,
  type LaunchSessionRequest,
  type OpenedSession,
  openLaunchSession,
} from './session.ts'
