/**
 * A register after each of `links` went into it: value = H(value ‖ link). Start value and links are as long as the digest.
 */
export function extendWith(
  digest: (parts: readonly Uint8Array[]) => Uint8Array,
  start: Uint8Array,
  links: readonly Uint8Array[],
): Uint8Array {
  return links.reduce<Uint8Array>((value, link) => digest([value, link]), start)
}
