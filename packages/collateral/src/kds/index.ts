/** Clients of the key distribution services of AMD and Hygon. Nothing they return is verified. */
export { AMD_KDS, type AmdKdsClient, createAmdKdsClient, type VekKind } from './amd.ts'
export type { VcekQuery } from './amd-files.ts'
export { createHygonKdsClient, HYGON_KDS, type HygonChipFile, type HygonKdsClient } from './hygon.ts'
export type { KdsClientOptions, KdsNotice } from './types.ts'
