import type { RegoVersion } from '../src/syntax/index.ts'

/** Cases that do not come out as expected although nothing they need is left out, and why. */
export const EXPECTED_DIFFERENCES: Readonly<Record<RegoVersion, Readonly<Record<string, string>>>> = { v1: {}, v0: {} }
