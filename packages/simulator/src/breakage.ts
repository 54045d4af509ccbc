/** Evidence that is genuine but for one thing: what all kinds of machine have in common. */

/** One thing that is wrong, and the code that must refuse it. */
export interface Breakage<World, Case> {
  /** The error code of `@veritee/evidence` that reading or verifying raises. */
  readonly code: string
  /** What was done to the evidence, in one sentence. */
  readonly title: string
  /** Makes the broken case out of a world. */
  apply(world: World): Case
}

/** The two moments at which a case can be broken. */
export interface Breakers<World, Draft, Case, Options> {
  /** Before it is signed. */
  breakDraft(
    code: string,
    title: string,
    edit: (draft: Draft, world: World) => void,
    options?: Options,
  ): Breakage<World, Case>
  /** What was already signed. */
  breakCase(
    code: string,
    title: string,
    edit: (made: Case, world: World) => void,
    options?: Options,
  ): Breakage<World, Case>
}

/** @param assemble signs a draft, which makes a case of it */
export function createBreakers<World extends { draft(options?: Options): Draft }, Draft, Case, Options>(
  assemble: (draft: Draft) => Case,
): Breakers<World, Draft, Case, Options> {
  return {
    breakDraft: (code, title, edit, options) => ({
      code,
      title,
      apply(world) {
        const draft = world.draft(options)
        edit(draft, world)
        return assemble(draft)
      },
    }),
    breakCase: (code, title, edit, options) => ({
      code,
      title,
      apply(world) {
        const made = assemble(world.draft(options))
        edit(made, world)
        return made
      },
    }),
  }
}
