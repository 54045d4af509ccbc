/** Whether the collateral service answers. */
import { isCodedError } from '@veritee/codec/error'
import type { Probe } from './probe.ts'

/** Asks for the smallest public document; anything that answers over verified TLS is reachable. */
export async function probeCollateral(url: string, signal: AbortSignal): Promise<Probe> {
  const id = 'collateral'
  try {
    const response = await fetch(new URL('pckcrl?ca=processor', url.endsWith('/') ? url : `${url}/`), {
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]),
    })
    await response.body?.cancel()
    if (response.ok) return { id, state: 'ok', what: `${url} answers` }
    return {
      id,
      state: 'wrong',
      what: `${url} answers with status ${response.status}`,
      next: 'Check the URL of the collateral service.',
    }
  } catch (error) {
    const cause = (error as Error).cause
    const reason = isCodedError(error)
      ? error.code
      : ((cause as NodeJS.ErrnoException | undefined)?.code ?? (error as Error).name)
    return {
      id,
      state: 'missing',
      what: `${url} cannot be reached (${reason})`,
      next: 'Judge with offline bundles (--collateral), or name a reachable service with --pccs.',
    }
  }
}
