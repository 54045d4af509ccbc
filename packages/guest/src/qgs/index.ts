/** Quotes from the quote generation service on the host, over vsock. */
export { fetchQgsQuote, type QgsOptions } from './fetch-quote.ts'
export {
  encodeQuoteRequest,
  frameQgsMessage,
  MAX_QGS_MESSAGE_BYTES,
  parseQgsPort,
  parseQuoteResponse,
} from './message.ts'
