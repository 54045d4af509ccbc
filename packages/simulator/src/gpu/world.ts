import { decodeHex, encodeBase64, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodePem } from '@veritee/codec/pem'
import type { GpuRoot } from '@veritee/evidence/gpu'
import { deriveBytes } from '../crypto/seed.ts'
import { checkSeededRecipe, createSeededRecipe, type SeededOptions, type SeededRecipe } from '../state/recipe.ts'
import { readState, writeState } from '../state/state.ts'
import { encodeCertificate } from '../x509/certificate.ts'
import { createCertificates, deriveGpuKeys, type GpuCertificates, type GpuKeys } from './authorities.ts'
import { createReport, encodeReport, type GpuReportTemplate, type GpuReportValues } from './report.ts'

const FORMAT = 'veritee-simulated-gpu-world'

/** Evidence of a device before anything is signed. Every member may be changed to break precisely one thing. */
export interface GpuDraft {
  readonly keys: GpuKeys
  certificates: GpuCertificates
  report: GpuReportTemplate
  now: number
  root: GpuRoot
}

/** What a verifier is given. */
export interface GpuCase {
  report: Uint8Array
  /** PEM, leaf first. */
  chain: string
  /** Evidence JSON, which then stands in for the members above. */
  evidence?: unknown
  now: number
  root: GpuRoot
}

/** A simulated device with its vendor. Nothing trusts the vendor unless told to. */
export interface GpuWorld {
  readonly recipe: SeededRecipe
  /** Epoch seconds. */
  readonly now: number
  readonly root: GpuRoot & { readonly simulated: true; readonly pem: string }
  /** PEM, leaf first. */
  readonly chain: string
  /** A genuine report. Throws SIMULATOR_VALUE_INVALID. */
  issueReport(options?: GpuReportValues): Uint8Array
  /** Evidence JSON data of one device. Throws SIMULATOR_VALUE_INVALID. */
  issueEvidence(options?: GpuReportValues): { [name: string]: unknown }
  /** Evidence before anything is signed, to be changed and assembled. */
  draft(options?: GpuReportValues): GpuDraft
}

/**
 * Makes a simulated device: its vendor's root, a chain, a key that signs reports. Everything is derived from a seed, so a
 * named device is the same each time; without a seed it is fresh. Throws SIMULATOR_VALUE_INVALID.
 */
export function createGpuWorld(options: SeededOptions): GpuWorld {
  return openWorld(createSeededRecipe(options), options.now)
}

/** Signs everything in a draft. */
export function assembleDraft({ certificates, report, now, root }: GpuDraft): GpuCase {
  return { report: encodeReport(report), chain: encodeChain(certificates), now, root }
}

/** Writes a device into a directory: `world.json` (mode 0600) and `root.pem`. Throws SIMULATOR_WORLD_EXISTS. */
export async function saveGpuWorld(world: GpuWorld, directory: string): Promise<void> {
  await writeState({ format: FORMAT, recipe: world.recipe, published: { 'root.pem': world.root.pem } }, directory)
}

/** Reads a device that {@link saveGpuWorld} wrote. Throws SIMULATOR_WORLD_INVALID and SIMULATOR_WORLD_EXPOSED. */
export async function loadGpuWorld(directory: string, now: number): Promise<GpuWorld> {
  return openWorld(await readState(FORMAT, directory, checkSeededRecipe), now)
}

function openWorld(recipe: SeededRecipe, now: number): GpuWorld {
  const seed = decodeHex(recipe.seed)
  const keys = deriveGpuKeys(seed)
  const firmwareId = deriveBytes(seed, 'firmware id', 48)
  const certificates = () => createCertificates(seed, keys, firmwareId, recipe.createdAt)
  const root = {
    name: 'Veritee simulated device root',
    keyDigest: digest('sha256', keys.root.spki),
    simulated: true,
    pem: encodePem('CERTIFICATE', encodeCertificate(certificates().root)),
  } as const
  const draft = (options: GpuReportValues = {}): GpuDraft => ({
    keys,
    certificates: certificates(),
    report: createReport(options, firmwareId, keys.device),
    now,
    root,
  })
  const chain = encodeChain(certificates())
  return {
    recipe,
    now,
    root,
    chain,
    issueReport: (options) => encodeReport(draft(options).report),
    issueEvidence: (options) => encodeGpuEvidence(encodeReport(draft(options).report), chain),
    draft,
  }
}

/** Evidence JSON data of one device. */
export function encodeGpuEvidence(
  report: Uint8Array,
  chain: string,
  architecture: string = 'HOPPER',
): { [name: string]: unknown } {
  const device = {
    arch: architecture,
    uuid: 'GPU-00000000-0000-0000-0000-000000000001',
    evidence: encodeBase64(report),
    certificate: encodeBase64(encodeUtf8(chain)),
  }
  return { device_evidence_list: [device] }
}

function encodeChain({ device, intermediate, root }: GpuCertificates): string {
  return [device, intermediate, root].map((template) => encodePem('CERTIFICATE', encodeCertificate(template))).join('')
}
