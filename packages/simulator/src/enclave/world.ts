import { decodeHex, encodeBase64 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodePem } from '@veritee/codec/pem'
import type { EnclaveRoot } from '@veritee/evidence/enclave'
import { checkSeededRecipe, createSeededRecipe, type SeededOptions, type SeededRecipe } from '../state/recipe.ts'
import { readState, writeState } from '../state/state.ts'
import { encodeCertificate } from '../x509/certificate.ts'
import { createCertificates, deriveEnclaveKeys, type EnclaveCertificates, type EnclaveKeys } from './authorities.ts'
import { createDocument, type EnclaveDocumentTemplate, type EnclaveDocumentValues, encodeDocument } from './document.ts'

const FORMAT = 'veritee-simulated-enclave-world'

/** A document and its chain before anything is signed. Every member may be changed to break precisely one thing. */
export interface EnclaveDraft {
  readonly keys: EnclaveKeys
  certificates: EnclaveCertificates
  document: EnclaveDocumentTemplate
  now: number
  root: EnclaveRoot
}

/** What a verifier is given. */
export interface EnclaveCase {
  /** The document. */
  document: Uint8Array
  /** Evidence JSON, which then stands in for it. */
  evidence?: unknown
  now: number
  root: EnclaveRoot
}

/** A simulated platform for enclave virtual machines, and one enclave. Nothing trusts its root unless told to. */
export interface EnclaveWorld {
  readonly recipe: SeededRecipe
  /** Epoch seconds: documents are made then. */
  readonly now: number
  readonly root: EnclaveRoot & { readonly simulated: true; readonly pem: string }
  /** A genuine document. Throws SIMULATOR_VALUE_INVALID. */
  issueDocument(options?: EnclaveDocumentValues): Uint8Array
  /** Evidence JSON data of a document. Throws SIMULATOR_VALUE_INVALID. */
  issueEvidence(options?: EnclaveDocumentValues): { [name: string]: unknown }
  /** A document and its chain before anything is signed, to be changed and assembled. */
  draft(options?: EnclaveDocumentValues): EnclaveDraft
}

/**
 * Makes a simulated platform: a root, the authorities of a zone and an instance, and the key that signs documents of one
 * enclave. Everything is derived from a seed, so a named platform is the same each time; without a seed it is fresh.
 * Throws SIMULATOR_VALUE_INVALID.
 */
export function createEnclaveWorld(options: SeededOptions): EnclaveWorld {
  return openWorld(createSeededRecipe(options), options.now)
}

/** Signs everything in a draft. */
export function assembleDraft({ certificates, document, now, root }: EnclaveDraft): EnclaveCase {
  const authorities = [certificates.root, certificates.zone, certificates.instance].map(encodeCertificate)
  return {
    document: encodeDocument(document, encodeCertificate(certificates.leaf), authorities),
    now,
    root,
  }
}

/** Evidence JSON data of a document. */
export function encodeEnclaveEvidence(document: Uint8Array): { [name: string]: unknown } {
  return { document: encodeBase64(document) }
}

/** Writes a platform into a directory: `world.json` (mode 0600) and `root.pem`. Throws SIMULATOR_WORLD_EXISTS. */
export async function saveEnclaveWorld(world: EnclaveWorld, directory: string): Promise<void> {
  await writeState({ format: FORMAT, recipe: world.recipe, published: { 'root.pem': world.root.pem } }, directory)
}

/** Reads a platform that {@link saveEnclaveWorld} wrote. Throws SIMULATOR_WORLD_INVALID and SIMULATOR_WORLD_EXPOSED. */
export async function loadEnclaveWorld(directory: string, now: number): Promise<EnclaveWorld> {
  return openWorld(await readState(FORMAT, directory, checkSeededRecipe), now)
}

function openWorld(recipe: SeededRecipe, now: number): EnclaveWorld {
  const seed = decodeHex(recipe.seed)
  const keys = deriveEnclaveKeys(seed)
  const certificates = () => createCertificates(seed, keys, recipe.createdAt, now)
  const root = {
    name: 'Veritee simulated enclave root',
    keyDigest: digest('sha256', keys.root.spki),
    simulated: true,
    pem: encodePem('CERTIFICATE', encodeCertificate(certificates().root)),
  } as const
  const draft = (options: EnclaveDocumentValues = {}): EnclaveDraft => ({
    keys,
    certificates: certificates(),
    document: createDocument(options, now, keys.leaf),
    now,
    root,
  })
  return {
    recipe,
    now,
    root,
    issueDocument: (options) => assembleDraft(draft(options)).document,
    issueEvidence: (options) => encodeEnclaveEvidence(assembleDraft(draft(options)).document),
    draft,
  }
}
