/** Error tables under test: for each code something sound that passes, and the same with one change that raises the code. */
import { isCodedError } from '@veritee/codec/error'
import { expect, test } from 'vitest'

/** Returned by work whose code is said of a check or a finding instead of thrown. */
export class Said {
  readonly code: string | undefined

  /** The first check that did not pass, or the first finding. */
  constructor(said: readonly { readonly code?: string; readonly result?: string }[]) {
    this.code = said.find(({ result }) => result !== 'pass')?.code
  }
}

/** What is done to sound input, and both of its outcomes. */
export interface Twin {
  /** The one change, in words. */
  readonly change: string
  /** Returns, or resolves, without an error; a {@link Said} says nothing. */
  readonly genuine: () => unknown
  /** The same work over changed input. */
  readonly tampered: () => unknown
}

/** The code that work ends with, or `accepted`. Errors without a code pass through. */
export async function codeOf(work: () => unknown): Promise<string> {
  try {
    const made = await work()
    return (made instanceof Said ? made.code : undefined) ?? 'accepted'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

/** Makes one test a code, and one that counts: a row of the table without a twin fails, and so does a twin without a row. */
export function testTwins<Code extends string>(
  table: Readonly<Record<Code, unknown>>,
  twins: Readonly<Record<Code, Twin>>,
): void {
  test('every code of the table has its twins', () => {
    expect(Object.keys(twins).toSorted()).toEqual(Object.keys(table).toSorted())
  })

  test.each(Object.entries<Twin>(twins))('%s', async (code, { change, genuine, tampered }) => {
    expect(await codeOf(genuine), 'before the change').toBe('accepted')
    expect(await codeOf(tampered), change).toBe(code)
  })
}
