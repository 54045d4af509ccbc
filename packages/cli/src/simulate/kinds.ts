/** Simulated machines beside Intel's: what each writes, and how the result is judged. */
import { CSV_BREAKAGES, createCsvWorld, encodeCsvEvidence, loadCsvWorld, saveCsvWorld } from '@veritee/simulator/csv'
import { createGpuWorld, encodeGpuEvidence, GPU_BREAKAGES, loadGpuWorld, saveGpuWorld } from '@veritee/simulator/gpu'
import { createSnpWorld, loadSnpWorld, SNP_BREAKAGES, saveSnpWorld } from '@veritee/simulator/snp'
import { createTpmWorld, loadTpmWorld, saveTpmWorld } from '@veritee/simulator/tpm'

/** What a simulation wrote down. */
export interface Simulated {
  /** File name to content. */
  readonly files: Readonly<Record<string, Uint8Array | string>>
  /** The file to judge. */
  readonly evidence: string
  /** Files of collateral, by their names. */
  readonly collateral: readonly string[]
}

/** One kind of machine. */
export interface SimulatedKind {
  readonly name: string
  readonly title: string
  /** File with the root to trust, which saving a world writes. */
  readonly root: string
  /** Registers that options set: the simulator's member and what it is. */
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

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

const fresh = ({ reportData }: SimulationRequest) => (reportData === undefined ? {} : { reportData })

const SNP: SimulatedKind = {
  name: 'snp',
  title: 'a simulated AMD SEV-SNP chip and one report of it',
  root: 'ark.pem',
  registers: { measurement: 'launch measurement, 48 bytes', hostData: 'host data, 32 bytes' },
  breakages: SNP_BREAKAGES.map(({ code }) => code),
  async make(folder, request) {
    const world = request.exists ? await loadSnpWorld(folder, request.now) : createSnpWorld({ now: request.now })
    if (!request.exists) await saveSnpWorld(world, folder)
    const breakage = SNP_BREAKAGES.find(({ code }) => code === request.breakage)
    if (breakage !== undefined) {
      const { report, evidence, collateral } = breakage.apply(world)
      const named = collateral.map((bytes, index) => [`collateral-${index}.bin`, bytes] as const)
      const own = evidence === undefined ? { 'report.bin': report } : { 'report.json': json(evidence) }
      return {
        files: { ...own, ...Object.fromEntries(named) },
        evidence: Object.keys(own)[0]!,
        collateral: named.map(([name]) => name),
      }
    }
    const report = world.issueReport({ ...request.values, ...fresh(request) })
    return {
      files: {
        'report.bin': report,
        'vcek.der': world.certificate(),
        'chain.pem': world.chain(),
        'crl.der': world.crl(),
      },
      evidence: 'report.bin',
      collateral: ['vcek.der', 'chain.pem', 'crl.der'],
    }
  },
}

const CSV: SimulatedKind = {
  name: 'csv',
  title: 'a simulated Hygon CSV chip and evidence of it',
  root: 'hrk.pem',
  registers: { measure: 'launch measurement, 32 bytes' },
  breakages: CSV_BREAKAGES.map(({ code }) => code),
  async make(folder, request) {
    const world = request.exists ? await loadCsvWorld(folder) : createCsvWorld({ now: request.now })
    if (!request.exists) await saveCsvWorld(world, folder)
    const breakage = CSV_BREAKAGES.find(({ code }) => code === request.breakage)
    if (breakage !== undefined) {
      const { evidence, hskCek, ...parts } = breakage.apply(world)
      const chip = hskCek === undefined ? {} : { 'hsk_cek.cert': hskCek }
      return {
        files: { 'evidence.json': json(evidence ?? encodeCsvEvidence(parts)), ...chip },
        evidence: 'evidence.json',
        collateral: Object.keys(chip),
      }
    }
    const evidence = world.issueEvidence({ version: 2, ...request.values, ...fresh(request) })
    return {
      files: { 'evidence.json': json(evidence), 'hsk_cek.cert': world.hskCek },
      evidence: 'evidence.json',
      collateral: ['hsk_cek.cert'],
    }
  },
}

const TPM: SimulatedKind = {
  name: 'tpm',
  title: 'a simulated TPM with a certified attestation key, and quotes of it',
  root: 'manufacturer.pem',
  registers: {},
  breakages: [],
  async make(folder, request) {
    const world = request.exists ? await loadTpmWorld(folder, request.now) : createTpmWorld({ now: request.now })
    if (!request.exists) await saveTpmWorld(world, folder)
    const nonce = request.reportData === undefined ? {} : { nonce: request.reportData }
    const evidence = world.issueEvidence({ ...nonce, withCertificate: true, withEventLog: true, shape: 'banked' })
    return { files: { 'evidence.json': json(evidence) }, evidence: 'evidence.json', collateral: [] }
  },
}

const GPU: SimulatedKind = {
  name: 'gpu',
  title: 'a simulated NVIDIA device and a report of it',
  root: 'root.pem',
  registers: {},
  breakages: GPU_BREAKAGES.map(({ code }) => code),
  async make(folder, request) {
    const world = request.exists ? await loadGpuWorld(folder, request.now) : createGpuWorld({ now: request.now })
    if (!request.exists) await saveGpuWorld(world, folder)
    const breakage = GPU_BREAKAGES.find(({ code }) => code === request.breakage)
    if (breakage !== undefined) {
      const { report, chain, evidence } = breakage.apply(world)
      const broken = json(evidence ?? encodeGpuEvidence(report, chain))
      return { files: { 'evidence.json': broken }, evidence: 'evidence.json', collateral: [] }
    }
    const nonce = request.reportData === undefined ? {} : { nonce: request.reportData }
    return { files: { 'evidence.json': json(world.issueEvidence(nonce)) }, evidence: 'evidence.json', collateral: [] }
  },
}

/** Every kind but SGX and TDX, which have registers of their own. */
export const SIMULATED_KINDS: readonly SimulatedKind[] = [SNP, CSV, TPM, GPU]
