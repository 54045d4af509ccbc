import { z } from '@hono/zod-openapi'
import { isCodedError } from '@veritee/codec/error'
import { admitRequest, type Gate } from '../access/index.ts'
import type { Face } from '../http/index.ts'
import { describeAdminOperation } from '../http/operation.ts'
import type { CollateralItem } from '../judge/index.ts'
import type { Store } from '../store/index.ts'

/** `failed`: what needs it is refused or unavailable. `attention`: it works, and something ought to be done. */
export type ComponentState = 'working' | 'attention' | 'failed'

/** One part of the service. */
export interface Component {
  readonly component: string
  readonly state: ComponentState
  readonly detail: string
}

export interface ComponentFaceOptions {
  readonly gate: Gate
  readonly store: Store
  /** Writes something small, and sees that there is room for more. */
  readonly probe: () => Promise<void>
  readonly version: string
  /** Sentences about what every answer rests on. */
  readonly notices: readonly string[]
  readonly collateral: () => readonly CollateralItem[]
  /** Throws when the policies in force cannot be read. */
  readonly checkPolicies: () => Promise<unknown>
}

/** What each part of the service can do, for whoever operates it. */
export function createComponentFace(options: ComponentFaceOptions): Face {
  const { gate, version, notices } = options
  return {
    name: 'health of components',
    basePaths: ['/api/v1'],
    routes: [
      {
        method: 'get',
        path: '/health',
        operation: describeAdminOperation(
          'What each part of the service can do',
          z.object({
            version: z.string(),
            items: z.array(z.object({ component: z.string(), state: z.string(), detail: z.string() })),
            notices: z.array(z.string()),
          }),
        ),
        async respond(c) {
          await admitRequest(c, gate, 'attestations:read')
          return c.json({ version, items: await listComponents(options), notices })
        },
      },
    ],
  }
}

async function listComponents({ store, probe, collateral, checkPolicies }: ComponentFaceOptions): Promise<Component[]> {
  return [
    await describe('store', store.driver, probe),
    await describe('policies', 'read and compiled', checkPolicies),
    describeCollateral(collateral()),
  ]
}

/** A code says enough: what is behind it is in the log. */
async function describe(component: string, detail: string, work: () => Promise<unknown>): Promise<Component> {
  try {
    await work()
    return { component, state: 'working', detail }
  } catch (error) {
    return { component, state: 'failed', detail: isCodedError(error) ? error.code : 'SERVICE_INTERNAL' }
  }
}

function describeCollateral(items: readonly CollateralItem[]): Component {
  const count = (state: CollateralItem['state']) => items.filter((item) => item.state === state).length
  const [expired, due] = [count('expired'), count('due')]
  const detail = `${items.length} here, ${due} end within a day, ${expired} expired`
  return { component: 'collateral', state: expired + due > 0 ? 'attention' : 'working', detail }
}
