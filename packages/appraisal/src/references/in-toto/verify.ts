/** Verifies a supply chain: the owner's layout, each step's signed links, and the rules on what passed between them. */
import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import { readJson } from '../members.ts'
import { type DsseEnvelope, findSigners } from '../signature/dsse.ts'
import { isSameKey } from '../signature/keys.ts'
import type { Bundle } from './bundle.ts'
import { type Layout, parseLayout, type Step } from './layout.ts'
import { type Artifacts, isSameLink, type Link, parseLink } from './link.ts'
import { checkArtifacts } from './rules.ts'

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'

/**
 * Returns the products of the last step after everything before it held. Inspections and sublayouts are refused, since they
 * would run commands or nest; commands that links report are not compared with the expected ones, as the specification leaves
 * them advisory.
 *
 * @param trusted when not empty, every key of the owner must be among these
 * @param now epoch seconds
 * @throws AppraisalError REFERENCE_SIGNATURE_*, REFERENCE_LAYOUT_*, REFERENCE_LINK_INVALID, REFERENCE_ARTIFACT_RULE_VIOLATED
 */
export async function verifySupplyChain(
  bundle: Bundle,
  trusted: readonly PublicKey[],
  now: number,
): Promise<Artifacts> {
  checkOwner(bundle.ownerKeys, trusted)
  await checkLayoutSignatures(bundle)
  const layout = parseLayout(readJson(bundle.layout.payload, { code: 'REFERENCE_LAYOUT_INVALID', path: 'layout' }))
  checkExpiry(layout, now)
  checkLinkNames(layout, bundle)
  const links = new Map<string, Link>()
  for (const step of layout.steps) links.set(step.name, await verifyStep(step, bundle.links))
  for (const step of layout.steps) {
    const link = links.get(step.name) as Link
    checkArtifacts(step.materialRules, 'materials', link, links)
    checkArtifacts(step.productRules, 'products', link, links)
  }
  return (links.get((layout.steps.at(-1) as Step).name) as Link).products
}

function checkOwner(ownerKeys: readonly PublicKey[], trusted: readonly PublicKey[]): void {
  if (trusted.length === 0 || ownerKeys.every((key) => trusted.some((other) => isSameKey(key, other)))) return
  throw new AppraisalError('REFERENCE_SIGNATURE_UNTRUSTED', undefined, {
    details: { path: 'payload.files', expected: 'owner keys that are trusted for provenance' },
  })
}

/** Every key of the owner must have signed. */
async function checkLayoutSignatures({ layout, ownerKeys }: Bundle): Promise<void> {
  const signers = await findSigners(checkType(layout), ownerKeys)
  if (signers.length === ownerKeys.length) return
  throw new AppraisalError('REFERENCE_SIGNATURE_INVALID', 'The layout is not signed by every key of its owner.', {
    details: { path: 'layout.signatures', expected: ownerKeys.length, actual: signers.length },
  })
}

function checkType(envelope: DsseEnvelope): DsseEnvelope {
  if (envelope.payloadType === PAYLOAD_TYPE) return envelope
  throw new AppraisalError('REFERENCE_ENVELOPE_INVALID', undefined, {
    details: { path: `${envelope.path}.payloadType`, expected: PAYLOAD_TYPE, actual: envelope.payloadType },
  })
}

function checkExpiry({ expiresAt }: Layout, now: number): void {
  if (expiresAt > now) return
  throw new AppraisalError('REFERENCE_LAYOUT_EXPIRED', undefined, {
    details: { path: 'layout.expired', expected: `after ${now}`, actual: expiresAt },
  })
}

/** A link that belongs to no step would be looked at by nobody. */
function checkLinkNames({ steps }: Layout, { links }: Bundle): void {
  for (const name of links.keys()) {
    if (steps.some((step) => findKeyOf(step, name) !== undefined)) continue
    throw new AppraisalError('REFERENCE_LINK_INVALID', 'A link belongs to no step of the layout.', {
      details: { path: `payload.files.${name}`, expected: 'STEP.KEYID.link' },
    })
  }
}

/** The key that signs the link in a file named `STEP.FIRST-LETTERS-OF-KEYID.link`. */
function findKeyOf(step: Step, fileName: string): PublicKey | undefined {
  if (!fileName.startsWith(`${step.name}.`)) return undefined
  const letters = fileName.slice(step.name.length + 1, -'.link'.length)
  if (letters.length < 8) return undefined
  const ids = [...step.keys.keys()].filter((id) => id.startsWith(letters))
  return ids.length === 1 ? step.keys.get(ids[0] as string) : undefined
}

/** At least `threshold` different keys signed links that agree. */
async function verifyStep(step: Step, files: ReadonlyMap<string, DsseEnvelope>): Promise<Link> {
  const links: Link[] = []
  const signers = new Set<PublicKey>()
  for (const [name, envelope] of files) {
    const key = findKeyOf(step, name)
    if (key === undefined) continue
    if ((await findSigners(checkType(envelope), [key])).length === 0)
      throw new AppraisalError('REFERENCE_SIGNATURE_INVALID', 'A link is not signed by the key that it names.', {
        details: { path: `${envelope.path}.signatures` },
      })
    const link = parseLink(
      readJson(envelope.payload, { code: 'REFERENCE_LINK_INVALID', path: envelope.path }),
      envelope.path,
    )
    if (link.step !== step.name) throw broken(step, 'A link is of another step than its file name says.', link.step)
    signers.add(key)
    links.push(link)
  }
  const [first] = links
  if (first === undefined || signers.size < step.threshold)
    throw broken(step, 'A step has fewer links than the layout asks for.', signers.size)
  if (!links.every((link) => isSameLink(link, first))) throw broken(step, 'The links of a step disagree.')
  return first
}

function broken(step: Step, message: string, actual?: unknown): AppraisalError {
  return new AppraisalError('REFERENCE_LINK_INVALID', message, {
    details: {
      path: `layout.steps.${step.name}`,
      expected: step.threshold,
      ...(actual === undefined ? {} : { actual }),
    },
  })
}
