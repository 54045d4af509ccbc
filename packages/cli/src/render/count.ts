/**
 * A number with what it counts: `1 key`, `2 keys`.
 *
 * @param many the plural, where it is not `one` with an s
 */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
