/** Whether the collateral service answers. */
import { isCodedError } from '@veritee/codec/error'
import type { Probe } from './probe.ts'

/** Asks for the smallest public document; anything that answers over verified TLS is reachable. */
export async function probeCollateral(given: string, signal: AbortSignal): Promise<Probe> {
  const id = 'collateral'
  const address = URL.canParse(given) ? new URL(given) : undefined
  if (address === undefined || !/^https?:$/.test(address.protocol) || address.username + address.password !== '') {
    // The text may hold a password, so it is not repeated.
    const what = 'the address of the collateral service is no http(s)://HOST[:PORT][/PATH]'
    return { id, state: 'wrong', what, next: 'Name it with --pccs, or mend the collateral configuration.' }
  }
  const url = address.href.endsWith('/') ? address.href : `${address.href}/`
  try {
    const response = await fetch(new URL('pckcrl?ca=processor', url), {
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
