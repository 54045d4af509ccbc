/** One thing that `veritee doctor` looked at. */
export interface Probe {
  readonly id: string
  /** `missing` where something is not there that only some jobs need; `wrong` where something should be mended. */
  readonly state: 'ok' | 'missing' | 'wrong'
  readonly what: string
  readonly next?: string
}
