/** A simulated SNP guest under an SVSM: its vTPM beside its report, tied by the manifest of services. */
import { concatBytes, encodeBase64 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodePem } from '@veritee/codec/pem'
import { encodeSnpEvidence, parseSnpReport } from '@veritee/evidence/snp'
import type { SnpIssueOptions, SnpWorld } from '../snp/types.ts'
import { createSnpWorld } from '../snp/world.ts'
import { type FieldValue, padField } from '../state/field.ts'
import { checkSeededRecipe, createSeededRecipe, type SeededOptions, type SeededRecipe } from '../state/recipe.ts'
import { readState, writeState } from '../state/state.ts'
import type { TpmWorld } from '../tpm/types.ts'
import { createTpmWorld } from '../tpm/world.ts'

const FORMAT = 'veritee-simulated-svsm-world'
const QUESTION_BYTES = 64

type Json = { [name: string]: unknown }

/** How evidence is made. */
export interface SvsmIssueOptions {
  /** The question, at most 64 bytes: report and quote answer it. Default one of zeros. */
  readonly reportData?: FieldValue
  readonly report?: Omit<SnpIssueOptions, 'reportData'>
  readonly commandLine?: string
}

/** The parts of composite evidence before they are put together. Every member may be changed to break precisely one thing. */
export interface SvsmDraft {
  /** SNP evidence JSON data with the manifest beside it. */
  machine: Json
  /** TPM evidence JSON data. */
  tpm: Json
  /** Further devices by name. */
  others: Json
}

/** A simulated guest under an SVSM. Nothing trusts its roots unless told to. */
export interface SvsmWorld {
  readonly recipe: SeededRecipe
  /** Epoch seconds. */
  readonly now: number
  readonly snp: SnpWorld
  readonly tpm: TpmWorld
  /** The root of the chip and the manufacturer of the vTPM, PEM. */
  readonly roots: string
  /** Genuine composite evidence JSON data. Throws SIMULATOR_VALUE_INVALID. */
  issueEvidence(options?: SvsmIssueOptions): Json
  /** Evidence before it is put together, to be changed and assembled. */
  draft(options?: SvsmIssueOptions): SvsmDraft
}

/**
 * Makes a simulated guest under an SVSM. Everything is derived from a seed, so a named guest is the same each time;
 * without a seed it is fresh. Throws SIMULATOR_VALUE_INVALID.
 */
export function createSvsmWorld(options: SeededOptions): SvsmWorld {
  return openWorld(createSeededRecipe(options), options.now)
}

/** Puts the parts together as attestation agents send them. */
export function assembleDraft({ machine, tpm, others }: SvsmDraft): Json {
  return { primary_evidence: machine, additional_evidence: JSON.stringify({ tpm, ...others }) }
}

/** Writes a guest into a directory: `world.json` (mode 0600) and `roots.pem`. Throws SIMULATOR_WORLD_EXISTS. */
export async function saveSvsmWorld(world: SvsmWorld, directory: string): Promise<void> {
  await writeState({ format: FORMAT, recipe: world.recipe, published: { 'roots.pem': world.roots } }, directory)
}

/** Reads a guest that {@link saveSvsmWorld} wrote. Throws SIMULATOR_WORLD_INVALID and SIMULATOR_WORLD_EXPOSED. */
export async function loadSvsmWorld(directory: string, now: number): Promise<SvsmWorld> {
  return openWorld(await readState(FORMAT, directory, checkSeededRecipe), now)
}

function openWorld(recipe: SeededRecipe, now: number): SvsmWorld {
  const { createdAt } = recipe
  const beneath = (name: string) => ({ now, createdAt, seed: `${recipe.seed} ${name}` })
  const snp = createSnpWorld({ ...beneath('snp'), authorityBits: 2048 })
  const tpm = createTpmWorld(beneath('vtpm'))
  const manifest = tpm.endorsement.area
  const draft = ({ reportData, report, commandLine }: SvsmIssueOptions = {}): SvsmDraft => {
    const question = padField('reportData', reportData, QUESTION_BYTES)
    const covered = digest('sha512', concatBytes(question, manifest))
    const evidence = encodeSnpEvidence(parseSnpReport(snp.issueReport({ ...report, reportData: covered })), [
      { kind: 'VCEK', bytes: snp.certificate() },
    ])
    return {
      machine: { ...evidence, svsm_manifest: encodeBase64(manifest) },
      tpm: tpm.issueEvidence({
        shape: 'banked',
        nonce: question,
        ...(commandLine === undefined ? {} : { commandLine }),
      }),
      others: {},
    }
  }
  return {
    recipe,
    now,
    snp,
    tpm,
    roots: snp.root.pem + encodePem('CERTIFICATE', tpm.authority),
    issueEvidence: (options) => assembleDraft(draft(options)),
    draft,
  }
}
