/** Variables of the environment that the older programs heed, and those among them that this service does not. */

export type TrusteeEnvironment = Readonly<Record<string, string | undefined>>

interface Unheeded {
  readonly variable: RegExp
  /** Values that ask for nothing. */
  readonly unless?: string
  readonly consequence: string
}

const UNHEEDED: readonly Unheeded[] = [
  {
    variable: /^TRUSTEE_SKIP_NVGPU_VERIFY$/,
    unless: 'false',
    consequence: 'Any GPU would pass unverified. It is not heeded: GPU evidence is judged.',
  },
  {
    variable: /^KBS_RESOURCE_STORAGE_(?!(?:TYPE|DIR_PATH)$)/,
    consequence: 'It is not heeded: secrets are where kbs-config.toml says. Write it there.',
  },
  {
    variable: /^KBS_CONFIG_FILE$/,
    consequence: 'It is not heeded: kbs-config.toml is read beside gateway.yml.',
  },
  {
    variable: /^AS_WORK_DIR$/,
    consequence: 'It is not heeded: keys and records are in the data directory of this service.',
  },
  {
    variable: /^AS_SIGNER_TRANSPARENCY_PATH$/,
    consequence: 'It is not heeded: what is written there goes into no token.',
  },
  {
    variable: /^VERIFY_COLLATERAL_CACHE_/,
    consequence: 'It is not heeded: collateral that was fetched is asked for anew after a day.',
  },
  {
    variable: /^KEYLIME_REGISTRAR_/,
    consequence: 'It is not heeded: no registrar is asked about TPM keys.',
  },
  {
    variable: /^SLSA_VERIFIER_/,
    consequence: 'It is not heeded: provenance counts by references.provenanceKeys.',
  },
  {
    variable: /^POSTGRES_URL$/,
    consequence: 'It is not heeded: give a configuration with store.driver = "postgresql" and store.urlFile.',
  },
]

/** One sentence for each variable that is set and does nothing here; values are not repeated, some are secret. */
export function listUnheeded(env: TrusteeEnvironment): string[] {
  return Object.entries(env)
    .filter(([, value]) => value !== undefined && value !== '')
    .flatMap(([name, value]) =>
      UNHEEDED.filter(({ variable, unless }) => variable.test(name) && value !== unless).map(
        ({ consequence }) => `${name}: ${consequence}`,
      ),
    )
    .sort()
}
