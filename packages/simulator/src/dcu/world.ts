/** Simulated Hygon DCU accelerators: reports that the endorsement key of a chip signs. */
import { concatBytes, u32le } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import type { CsvRoot } from '@veritee/evidence/csv'
import { encodeSignature, SM2_SIGNATURE, USAGE } from '../csv/certificates.ts'
import type { Sm2Key } from '../csv/key.ts'
import { type CsvRecipe, type CsvWorldOptions, checkRecipe, createRecipe } from '../csv/recipe.ts'
import type { CsvWorldRoot } from '../csv/types.ts'
import { openWorld as openCsvWorld } from '../csv/world.ts'
import { type FieldValue, padField, simulatedDigest } from '../state/field.ts'
import { unfit } from '../state/recipe.ts'
import { readState, writeState } from '../state/state.ts'

const FORMAT = 'veritee-simulated-dcu-world'
const MOST_DEVICES = 32

/** What reports say, as far as it may be chosen. */
export interface DcuReportValues {
  /** The question, at most 64 bytes; shorter ends in zeros. */
  readonly userData?: FieldValue
  /** 32 bytes. */
  readonly measure?: FieldValue
  /** Devices of the machine, 1 to 32. Default 1. */
  readonly devices?: number
}

/** A report before it is signed. Every member may be changed to break precisely one thing. */
export interface DcuReportTemplate {
  version: number
  /** 16 bytes. */
  chipId: Uint8Array
  /** 64 bytes. */
  userData: Uint8Array
  /** 32 bytes. */
  measure: Uint8Array
  signatureUsage: number
  signatureAlgorithm: number
  signer: Sm2Key
}

/** Reports before they are signed. */
export interface DcuDraft {
  readonly stranger: Sm2Key
  reports: DcuReportTemplate[]
  hskCek: Uint8Array
  root: CsvRoot
}

/** What a verifier is given. */
export interface DcuCase {
  /** Evidence JSON data. */
  evidence: { [name: string]: unknown }
  /** HSK and CEK, 2916 bytes; absent where nobody fetched them. */
  hskCek?: Uint8Array
  root: CsvRoot
}

/** A simulated machine with accelerators of one chip. Nothing trusts its root unless told to. */
export interface DcuWorld {
  readonly recipe: CsvRecipe
  readonly root: CsvWorldRoot
  /** HSK and CEK, 2916 bytes, as the key distribution service gives them. */
  readonly hskCek: Uint8Array
  /** Genuine evidence JSON data. Throws SIMULATOR_VALUE_INVALID. */
  issueEvidence(options?: DcuReportValues): { [name: string]: unknown }
  /** Reports before they are signed, to be changed and assembled. */
  draft(options?: DcuReportValues): DcuDraft
}

/**
 * Makes a simulated machine with accelerators: a root (HRK), an authority (HSK), a chip with its CEK. Everything is
 * derived from a seed, so a named machine is the same each time; without a seed it is fresh. Throws SIMULATOR_VALUE_INVALID.
 */
export function createDcuWorld(options: CsvWorldOptions): DcuWorld {
  return openWorld(createRecipe(options))
}

/** Signs everything in a draft. */
export function assembleDraft({ reports, hskCek, root }: DcuDraft): DcuCase {
  return { evidence: { attestation_reports: reports.map(encodeReport) }, hskCek, root }
}

/** Writes a machine into a directory: `world.json` (mode 0600) and `hrk.pem`. Throws SIMULATOR_WORLD_EXISTS. */
export async function saveDcuWorld(world: DcuWorld, directory: string): Promise<void> {
  const published = { 'hrk.pem': encodePem('HYGON ROOT KEY', world.root.certificate) }
  await writeState({ format: FORMAT, recipe: world.recipe, published }, directory)
}

/** Reads a machine that {@link saveDcuWorld} wrote. Throws SIMULATOR_WORLD_INVALID and SIMULATOR_WORLD_EXPOSED. */
export async function loadDcuWorld(directory: string): Promise<DcuWorld> {
  return openWorld(await readState(FORMAT, directory, checkRecipe))
}

function openWorld(recipe: CsvRecipe): DcuWorld {
  const { hskCek, root, draft: draftCsv } = openCsvWorld(recipe)
  const { cek, stranger } = draftCsv().keys
  const draft = ({ userData, measure, devices = 1 }: DcuReportValues = {}): DcuDraft => {
    if (!Number.isInteger(devices) || devices < 1 || devices > MOST_DEVICES)
      throw unfit('devices', `1 to ${MOST_DEVICES}`, devices)
    const reports = Array.from({ length: devices }, (_, index) => ({
      version: 1,
      chipId: simulatedDigest(`dcu ${index}`, 16),
      userData: padField('userData', userData, 64),
      measure: padField('measure', measure ?? simulatedDigest('dcu measure', 32), 32),
      signatureUsage: USAGE.cek,
      signatureAlgorithm: SM2_SIGNATURE,
      signer: cek,
    }))
    return { stranger, reports, hskCek, root }
  }
  return { recipe, root, hskCek, issueEvidence: (options) => assembleDraft(draft(options)).evidence, draft }
}

function encodeReport(template: DcuReportTemplate): object {
  const { version, chipId, userData, measure, signatureUsage, signatureAlgorithm, signer } = template
  const reserved = new Uint8Array(128)
  const signed = concatBytes(
    u32le(version),
    chipId,
    userData,
    measure,
    reserved,
    u32le(signatureUsage),
    u32le(signatureAlgorithm),
  )
  const signature = encodeSignature(signer.sign(signed))
  const body = {
    version,
    chip_id: [...chipId],
    user_data: [...userData],
    measure: [...measure],
    reserved: [...reserved],
    sig_usage: signatureUsage,
    sig_algo: signatureAlgorithm,
  }
  return { body, sig: { r: [...signature.subarray(0, 72)], s: [...signature.subarray(72)] } }
}
