/** The key broker protocol (Request, Challenge, Attestation, Response), both ends, free of HTTP. */
export { BROKER_ERRORS, BrokerError, type BrokerErrorCode } from './errors.ts'
