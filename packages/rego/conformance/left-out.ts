/** Built-ins that this package does not have, and why. */
const LEFT_OUT: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^graphql\./, 'GraphQL is not part of the package'],
  [/^providers\.aws\./, 'signing requests to AWS is not part of the package'],
  [/^http\.send$/, 'a policy makes no network requests'],
  [/^net\.lookup_ip_addr$/, 'a policy makes no DNS requests'],
]

/** Built-ins of the second phase: cases that need them count apart. */
const SECOND_PHASE = /^(?:io\.jwt\.(?!decode$)|crypto\.x509\.|crypto\.parse_private_keys$|rego\.parse_module$)/

/** Why a case that calls these built-ins may fail; undefined where it may not. */
export function leftOutReason(builtins: readonly string[]): string | undefined {
  for (const [pattern, reason] of LEFT_OUT) if (builtins.some((name) => pattern.test(name))) return reason
  return undefined
}

/** Tells whether a case needs no built-in but those of the first phase. */
export function isFirstPhase(builtins: readonly string[]): boolean {
  return leftOutReason(builtins) === undefined && !builtins.some((name) => SECOND_PHASE.test(name))
}
