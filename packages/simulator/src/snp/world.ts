import { decodeHex } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodePem } from '@veritee/codec/pem'
import type { SnpProduct, SnpTcb } from '@veritee/evidence/snp'
import { deriveBytes } from '../crypto/seed.ts'
import { encodeCertificate } from '../x509/certificate.ts'
import { encodeCrl } from '../x509/crl.ts'
import { type ChipValues, createCertificates, createCrl, deriveSnpKeys, type SnpKeys } from './authorities.ts'
import { encodeChain, type SnpDraft } from './draft.ts'
import { createRecipe, type SnpRecipe, type SnpWorldOptions } from './recipe.ts'
import { encodeReportBody, signReport } from './report.ts'
import type { SnpIssueOptions, SnpWorld, SnpWorldRoot, VekKind } from './types.ts'

const TCB: Readonly<Record<SnpProduct, SnpTcb>> = {
  Milan: { bootloader: 4, tee: 0, snp: 24, microcode: 219 },
  Genoa: { bootloader: 10, tee: 0, snp: 25, microcode: 84 },
  Turin: { fmc: 1, bootloader: 3, tee: 1, snp: 4, microcode: 81 },
}

/**
 * Makes a simulated AMD world: the authorities of one processor generation, a chip with its VCEK and VLEK, and what is
 * published about them. Everything is derived from a seed, so a named world is the same each time; without a seed it is
 * fresh.
 *
 * Nothing trusts its root unless told to; verdicts that rest on it say `simulated`. Throws SIMULATOR_VALUE_INVALID.
 */
export function createSnpWorld(options: SnpWorldOptions): SnpWorld {
  return openWorld(createRecipe(options), options.now)
}

/** The world of a recipe, with a revocation list current at `now` (epoch seconds). */
export function openWorld(recipe: SnpRecipe, now: number): SnpWorld {
  const seed = decodeHex(recipe.seed)
  const keys = deriveSnpKeys(seed, recipe.authorityBits)
  const { product } = recipe
  const chip: ChipValues = {
    product,
    tcb: TCB[product],
    hardwareId: deriveBytes(seed, 'hardware id', product === 'Turin' ? 8 : 64),
  }
  const certificates = (kind: VekKind) => createCertificates(seed, keys, kind, chip, recipe.createdAt)
  const root = createRoot(keys, product, encodeCertificate(certificates('vcek').ark))
  const draft = ({ signedBy = 'vcek', ...values }: SnpIssueOptions = {}): SnpDraft => ({
    keys,
    certificates: certificates(signedBy),
    crl: createCrl(keys, product, now),
    body: encodeReportBody(chip, signedBy, values),
    signer: keys[signedBy],
    now,
    root,
  })
  return {
    recipe,
    now,
    product,
    root,
    tcb: chip.tcb,
    hardwareId: chip.hardwareId,
    certificate: (kind = 'vcek') => encodeCertificate(certificates(kind).vek),
    chain(kind = 'vcek') {
      const { intermediate, ark } = certificates(kind)
      return encodeChain([encodeCertificate(intermediate), encodeCertificate(ark)])
    },
    crl: () => encodeCrl(createCrl(keys, product, now)),
    issueReport(options) {
      const { body, signer } = draft(options)
      return signReport(body, signer)
    },
    draft,
    at: (time) => openWorld(recipe, time),
  }
}

function createRoot(keys: SnpKeys, product: SnpProduct, certificate: Uint8Array): SnpWorldRoot {
  return {
    name: `Veritee simulated ARK-${product}`,
    product,
    keyDigest: digest('sha256', keys.ark.spki),
    simulated: true,
    pem: encodePem('CERTIFICATE', certificate),
  }
}
