import type { EncryptOptions } from '@veritee/broker/jwe'
import type { ReleaseToken } from '../tokens/index.ts'

/**
 * How a secret is written for whoever holds the token: guests of protocol 0.1.x, whose keys are for RSA1_5, read the older
 * shape alone. They are known by their binding, which has no word on additional evidence.
 *
 * @param allowRsa15 whether such keys are served at all
 */
export function chooseShape(
  { claims, teePublicKey }: Pick<ReleaseToken, 'claims' | 'teePublicKey'>,
  allowRsa15: boolean,
): EncryptOptions {
  if (teePublicKey.alg !== 'RSA1_5') return {}
  const runtimeData = findRuntimeData(claims as Members)
  const isOlder = runtimeData !== undefined && !('additional-evidence' in runtimeData)
  return { allowRsa15, shape: isOlder ? 'legacy-0.1' : 'standard' }
}

type Members = Readonly<Record<string, unknown>>

/** Where EAR tokens have it, else where Simple and OIDC tokens do. */
function findRuntimeData(claims: Members): Members | undefined {
  const paths = [
    ['submods', 'cpu0', 'ear.veraison.annotated-evidence', 'runtime_data_claims'],
    ['customized_claims', 'runtime_data'],
  ]
  return paths.map((path) => path.reduce<Members | undefined>(findObject, claims)).find((found) => found !== undefined)
}

function findObject(from: Members | undefined, name: string): Members | undefined {
  const value = from?.[name]
  return typeof value === 'object' && value !== null ? (value as Members) : undefined
}
