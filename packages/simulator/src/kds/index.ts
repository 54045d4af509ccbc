/** Simulated key distribution services of AMD and Hygon on loopback. */
export type { KdsWorlds } from './answers.ts'
export { type KdsOptions, type RunningKds, serveKds } from './server.ts'
