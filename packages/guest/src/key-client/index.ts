export { createKeyClient, type KeyClient, type KeyClientOptions } from './key-client.ts'
export type { BrokerRefusal } from './refusal.ts'
