export {
  type BrokerRequest,
  type BrokerResponse,
  createTransport,
  type Transport,
  type TransportOptions,
} from './transport.ts'
