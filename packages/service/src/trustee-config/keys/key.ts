/** The keys of the older files: what each becomes here, and what is said when one asks for something dangerous. */

/** The files that Trustee services read, all in one folder, commonly `/etc/trustee`. */
export const TRUSTEE_FILES = ['gateway.yml', 'kbs-config.toml', 'as-config.json', 'rvps.json'] as const
export type TrusteeFile = (typeof TRUSTEE_FILES)[number]

/** `any`: whatever it is, nothing of it is read here. */
export type TrusteeValueType = 'text' | 'texts' | 'count' | 'flag' | 'any'

/** One key of one file. Each becomes something, or is warned about, or has no counterpart and says why. */
export interface TrusteeKey {
  /** Dotted; `[]` stands for every entry of a list of tables: `plugins[].dir_path`. */
  readonly key: string
  readonly type: TrusteeValueType
  /** Keys of the service's own configuration that it becomes. */
  readonly becomes?: readonly string[]
  /** What is said at start where the file has the key with a value that this concerns. */
  readonly warning?: TrusteeWarning
  /** Why nothing here needs it. */
  readonly moot?: string
}

export interface TrusteeWarning {
  /** Absent: for every value. */
  readonly when?: (value: unknown) => boolean
  /** What the value would open, or what it asks for that is not done. */
  readonly danger: string
  /** What is done instead. */
  readonly instead: string
}

export const isOn = (value: unknown): boolean => value === true
export const isGiven = (value: unknown): boolean =>
  value !== '' && value !== false && !(Array.isArray(value) && value.length === 0)

export const ONE_PROCESS = 'one process is all the services: nothing is forwarded'
export const OWN_STORE = 'records are kept in the store of this service'
