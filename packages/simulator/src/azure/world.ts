import { encodeBase64Url, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import type { SimulatedRsaKey } from '../crypto/rsa.ts'
import { createDcapWorld } from '../dcap/world.ts'
import { createSnpWorld } from '../snp/world.ts'
import { padField } from '../state/field.ts'
import type { TpmWorld } from '../tpm/types.ts'
import { createTpmWorld } from '../tpm/world.ts'
import { type AzureDraft, assembleDraft } from './draft.ts'
import { encodeAzureEvidence } from './evidence.ts'
import { type AzureRecipe, type AzureWorldOptions, createRecipe } from './recipe.ts'
import type { AzureIssueOptions, AzureWorld } from './types.ts'

/**
 * Makes a simulated Azure confidential VM: a vTPM whose attestation key is named in runtime data that a simulated SNP or
 * TDX report covers. Everything is derived from a seed, so a named machine is the same each time.
 *
 * Nothing trusts the world beneath unless told to. Throws SIMULATOR_VALUE_INVALID.
 */
export function createAzureWorld(options: AzureWorldOptions): AzureWorld {
  return openWorld(createRecipe(options), options.now)
}

/** The machine of a recipe, at `now` (epoch seconds). */
export function openWorld(recipe: AzureRecipe, now: number): AzureWorld {
  const { createdAt, tee } = recipe
  const beneath = (name: string) => ({ now, createdAt, seed: `${recipe.seed} ${name}` })
  const tpm = createTpmWorld(beneath('vtpm'))
  const draft = tee === 'snp' ? createSnpDraft(beneath('snp'), tpm) : createTdxDraft(beneath('tdx'), tpm)
  return {
    recipe,
    now,
    tpm,
    ...draft.world,
    issueEvidence: ({ version = 1, ...options } = {}) =>
      encodeAzureEvidence(assembleDraft(draft.create(options)), version),
    draft: (options = {}) => draft.create(options),
  }
}

interface DraftMaker {
  readonly world: Pick<AzureWorld, 'snp' | 'dcap'>
  create(options: AzureIssueOptions): AzureDraft
}

interface Beneath {
  readonly now: number
  readonly createdAt: number
  readonly seed: string
}

function createSnpDraft(options: Beneath, tpm: TpmWorld): DraftMaker {
  const snp = createSnpWorld({ ...options, authorityBits: 2048 })
  return {
    world: { snp },
    create(issue) {
      const runtimeData = createRuntimeData(tpm, issue)
      const hardwareReport = snp.issueReport({ ...issue.report, reportData: digestOf(runtimeData) })
      const hcl = { magic: 'HCLA', kind: 'snp' as const, hardwareReport, runtimeData }
      return { hcl, tpm: tpm.draft(issue), vcek: snp.certificate() }
    },
  }
}

function createTdxDraft(options: Beneath, tpm: TpmWorld): DraftMaker {
  const dcap = createDcapWorld(options)
  return {
    world: { dcap },
    create(issue) {
      const runtimeData = createRuntimeData(tpm, issue)
      const reportData = digestOf(runtimeData)
      const hardwareReport = dcap.issueTdReport({ reportData, generation: '1.0' })
      const hcl = { magic: 'HCLA', kind: 'tdx' as const, hardwareReport, runtimeData }
      return { hcl, tpm: tpm.draft(issue), tdQuote: dcap.issueTdxQuote({ reportData }) }
    },
  }
}

/** The JSON text that names the keys of the vTPM. */
function createRuntimeData({ attestation, endorsement }: TpmWorld, { userData }: AzureIssueOptions): string {
  const keys = [
    { kid: 'HCLAkPub', key_ops: ['sign'], kty: 'RSA', e: 'AQAB', n: encodeBase64Url(attestation.area.slice(-256)) },
    {
      kid: 'HCLEkPub',
      key_ops: ['encrypt'],
      kty: 'RSA',
      e: 'AQAB',
      n: encodeBase64Url((endorsement.native as SimulatedRsaKey).modulus),
    },
  ]
  return JSON.stringify({
    keys,
    'vm-configuration': { 'console-enabled': true, 'secure-boot': true, 'tpm-enabled': true, vmUniqueId: 'SIMULATED' },
    ...(userData === undefined ? {} : { 'user-data': encodeHex(padField('userData', userData, 64)).toUpperCase() }),
  })
}

function digestOf(runtimeData: string): Uint8Array {
  return digest('sha256', encodeUtf8(runtimeData))
}
