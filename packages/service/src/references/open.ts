import type { MaterialTrust } from '@veritee/appraisal/references'
import { parsePem } from '@veritee/codec/pem'
import { importPublicKey, type PublicKey } from '@veritee/codec/signature'
import type { Gate } from '../access/index.ts'
import type { AuditLog } from '../audit/index.ts'
import type { ServiceConfig } from '../config/index.ts'
import type { Face } from '../http/index.ts'
import { parseNamedFile } from '../judge/index.ts'
import type { Store } from '../store/index.ts'
import { createAuthorizer } from './face/access.ts'
import { createReferenceApiFace } from './face/api-face.ts'
import { createReferenceBrokerFace } from './face/broker-face.ts'
import { createRegistrar, type Registrar } from './registrar.ts'
import { createReferenceRoom } from './room.ts'
import type { EffectAssessor, ReferenceRoom } from './types.ts'

export interface ReferenceRuntime {
  readonly store: Store
  readonly gate: Gate
  readonly audit: AuditLog
  /** Epoch seconds. */
  readonly now: () => number
  /** What a preview tells of machines that attested lately. */
  readonly assess?: EffectAssessor
}

/** The reference values of a service, and the ways to them. */
export interface References {
  readonly room: ReferenceRoom
  readonly registrar: Registrar
  readonly faces: readonly Face[]
  /** Sentences about what is trusted only because the configuration says so. */
  readonly notices: readonly string[]
}

/**
 * Opens the reference values that a store holds, as the configuration says.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID for the keys of provenance
 */
export function openReferences(
  config: ServiceConfig,
  { store, gate, audit, now, assess }: ReferenceRuntime,
): References {
  const { provenance, provenanceKeys, allowUnsignedProvenance } = config.references
  const keys = provenanceKeys.map((path) => parseNamedFile(path, 'references.provenanceKeys', readPublicKey))
  const trust: MaterialTrust = { keys, allowUnsigned: allowUnsignedProvenance }
  const room = createReferenceRoom({ store, now, ...(assess === undefined ? {} : { assess }) })
  const provenanceDir = provenance === undefined ? {} : { provenanceDir: provenance }
  const registrar = createRegistrar({ room, trust, now, ...provenanceDir })
  const { bodyBytes } = config.limits
  const authorize = createAuthorizer(gate, audit)
  return {
    room,
    registrar,
    faces: [
      createReferenceBrokerFace({ registrar, authorize, bodyBytes }),
      createReferenceApiFace({ room, authorize, keys, bodyBytes, now }),
    ],
    notices: allowUnsignedProvenance
      ? [
          'Provenance of reference values is taken unsigned: whoever can write to its folder decides what machines may be.',
        ]
      : [],
  }
}

/** @throws CodecError, also where there is no single key */
function readPublicKey(text: string): PublicKey {
  const blocks = parsePem(text, { maxBlocks: 1 })
  return importPublicKey({ kind: 'spki', der: blocks[0]?.der ?? new Uint8Array() })
}
