import { describe, expect, test } from 'vitest'
import { CollateralError, type CollateralErrorCode } from '../errors.ts'
import { retrying } from './retry.ts'

/** Work that fails so often with one code, then succeeds with the number of calls made. */
function failing(times: number, code: CollateralErrorCode, details = {}): () => Promise<number> {
  let calls = 0
  return async () => {
    if (calls++ < times) throw new CollateralError(code, undefined, { details })
    return calls
  }
}

describe('retrying', () => {
  test.each(['COLLATERAL_SERVICE_UNAVAILABLE', 'COLLATERAL_SERVICE_UNREACHABLE', 'COLLATERAL_TIMEOUT'] as const)(
    '%s may pass',
    async (code) => {
      expect(await retrying({ retries: 2, baseDelayMs: 1 }, () => 0, undefined, failing(2, code))).toBe(3)
    },
  )

  test.each(['COLLATERAL_NOT_FOUND', 'COLLATERAL_TLS_UNTRUSTED', 'COLLATERAL_RESPONSE_INVALID'] as const)(
    '%s does not pass',
    async (code) => {
      await expect(retrying({}, () => 0, undefined, failing(1, code))).rejects.toMatchObject({ code })
    },
  )

  test('ends with the last failure', async () => {
    const work = failing(9, 'COLLATERAL_TIMEOUT')
    await expect(retrying({ retries: 3 }, () => 0, undefined, work)).rejects.toMatchObject({
      code: 'COLLATERAL_TIMEOUT',
    })
    expect(await retrying({ retries: 9 }, () => 0, undefined, work)).toBe(10)
  })

  test('an error that is not of this package passes at once', async () => {
    let calls = 0
    const work = async (): Promise<never> => {
      calls++
      throw new TypeError('a fault of ours')
    }
    await expect(retrying({}, () => 0, undefined, work)).rejects.toThrow(TypeError)
    expect(calls).toBe(1)
  })

  test('a pause ends when nobody waits any more', async () => {
    const work = failing(9, 'COLLATERAL_SERVICE_UNAVAILABLE', { retryAfterSeconds: 3600 })
    const signal = AbortSignal.timeout(10)
    await expect(retrying({ maxDelayMs: 3_600_000 }, () => 1, signal, work)).rejects.toThrow()
  })
})
