/** A description as JSON data: what a person or a script wants to see of evidence, without any judgement. */
export type Description = { readonly [name: string]: unknown }
