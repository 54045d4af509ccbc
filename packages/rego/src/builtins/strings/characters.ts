/** Tells whether a text has characters beyond the basic plane, which take two code units each. */
const SURROGATE = /[\ud800-\udfff]/

/** Code points in a text, or undefined where each is one code unit, so that offsets of code units serve. */
export function splitCharacters(text: string): readonly string[] | undefined {
  return SURROGATE.test(text) ? [...text] : undefined
}

/** Turns an offset in code units into one in code points. */
export function characterOffset(text: string, unitOffset: number): number {
  let offset = 0
  for (let i = 0; i < unitOffset; offset++) i += text.codePointAt(i)! > 0xffff ? 2 : 1
  return offset
}
