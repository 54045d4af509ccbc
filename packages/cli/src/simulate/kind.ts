/** One kind of simulated machine: what it writes, and how the result is judged. */

/** What a simulation wrote down. */
export interface Simulated {
  /** File name to content. */
  readonly files: Readonly<Record<string, Uint8Array | string>>
  /** The file to judge. */
  readonly evidence: string
  /** Files of collateral, by their names. */
  readonly collateral: readonly string[]
  /** What the line that judges it must say beside. */
  readonly options?: string
}

/** One kind of machine. */
export interface SimulatedKind {
  readonly name: string
  readonly title: string
  /** File with the root to trust, which saving a world writes; absent where nothing stands behind the evidence. */
  readonly root?: string
  /** What `--report-data` is for this kind. */
  readonly question: string
  /** What options set: the simulator's member and what it is. */
  readonly registers: Readonly<Record<string, string>>
  /** Codes that evidence can be broken for. */
  readonly breakages: readonly string[]
  /** Opens the world of a folder, or makes one and saves it there. */
  make(folder: string, request: SimulationRequest): Promise<Simulated>
}

export interface SimulationRequest {
  readonly exists: boolean
  readonly now: number
  /** Hexadecimal values by register. */
  readonly values: Readonly<Record<string, string>>
  readonly reportData?: string
  readonly breakage?: string
}

/** JSON as files hold it. */
export const jsonOf = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`
