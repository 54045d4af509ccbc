import { decodeUtf8, encodeUtf8 } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'
import type { ListOptions, Store, StoreEntry } from '../store/index.ts'
import type { Attempt, AttemptOutcome } from './types.ts'

const MACHINES = 'machine/'
const NAME = /^[a-z0-9-]{1,32}-[0-9a-f]{24}$/

/** What a machine was when it last attested. */
export interface MachineState {
  readonly name: string
  readonly tee: string
  /** Epoch seconds. */
  readonly lastAt: number
  readonly outcome: AttemptOutcome
  /** Cause of a refusal. */
  readonly code?: string
  /** Id of the attempt. */
  readonly attestation: string
  /** TCB status in the vendor's words. */
  readonly status?: string
  readonly measurement?: string
  readonly product?: string
  readonly simulated: boolean
  /** Address that it attested from. */
  readonly client: string
}

/** What machines can be filtered by in the store, what few have in common first. */
export const MACHINE_FIELDS = ['measurement', 'code', 'status', 'product', 'outcome', 'tee', 'simulated'] as const

/** Every machine whose evidence was found genuine, as of its last attestation. */
export interface MachineRoom {
  /** Ascending by name. @param options `where` knows the names of {@link MACHINE_FIELDS}; bounds are keys of `machineKey` */
  list(options: ListOptions): Promise<MachineState[]>
  /** @throws ServiceError SERVICE_MACHINE_UNKNOWN */
  read(name: string): Promise<MachineState>
}

/** The store key of a machine. */
export function machineKey(name: string): string {
  return MACHINES + name
}

/** The record of the machine of an attempt; nothing where the evidence does not prove which machine it was. */
export function createMachineEntry(attempt: Attempt, expiresAt: number): StoreEntry[] {
  const { machine: name, tee, time, outcome, code, id, status, measurement, product, simulated, client } = attempt
  if (name === undefined) return []
  const state: MachineState = {
    name,
    tee,
    lastAt: time,
    outcome,
    ...(code === undefined ? {} : { code }),
    attestation: id,
    ...(status === undefined ? {} : { status }),
    ...(measurement === undefined ? {} : { measurement }),
    ...(product === undefined ? {} : { product }),
    simulated,
    client,
  }
  const fields = Object.fromEntries(
    MACHINE_FIELDS.flatMap((field) => (state[field] === undefined ? [] : [[field, String(state[field])]])),
  )
  return [{ key: machineKey(name), value: encodeUtf8(JSON.stringify(state)), expiresAt, fields }]
}

export function createMachineRoom(store: Store): MachineRoom {
  const decode = (value: Uint8Array) => JSON.parse(decodeUtf8(value)) as MachineState
  return {
    list: async (options) => (await store.list(MACHINES, options)).map(({ value }) => decode(value)),
    async read(name) {
      const record = NAME.test(name) ? await store.get(machineKey(name)) : undefined
      if (record !== undefined) return decode(record.value)
      throw new ServiceError('SERVICE_MACHINE_UNKNOWN', undefined, { details: { path: 'machine', actual: name } })
    },
  }
}
