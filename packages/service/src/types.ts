import type { ServiceConfig, ServiceConfigInput } from './config/index.ts'

/** Where a running service listens. */
export interface ServiceAddress {
  readonly host: string
  readonly port: number
  /** Such as `http://127.0.0.1:8081`. */
  readonly url: string
}

export interface Service {
  /** Opens the socket. @throws ServiceError SERVICE_LISTEN_FAILED */
  start(): Promise<ServiceAddress>
  /** Takes nothing new, finishes what is running, closes the store. May be called more than once. */
  stop(): Promise<void>
  /** Absent while the service does not listen. */
  readonly address: ServiceAddress | undefined
  /** `HOST:PORT` of each gRPC listener by its key in the configuration, once started. */
  readonly grpcAddresses: Readonly<Record<string, string>>
  /** URL of each further HTTP listener by its key in the configuration, once started. */
  readonly listenerUrls: Readonly<Record<string, string>>
  /** Answers a request inside this process, started or not. */
  fetch(request: Request): Promise<Response>
  /**
   * Reads again what may change while the service runs: keys, certificate, expectations, offline collateral, simulated
   * roots, the file of reference values, and with a new configuration its log level. What cannot be read leaves everything as it was.
   *
   * @returns keys of the configuration that changed and need a new start
   * @throws ServiceError for the file that is wrong
   */
  reload(input?: ServiceConfigInput): Promise<readonly string[]>
  /** Removes what is past its time, as a running service does every minute. */
  sweep(): Promise<void>
  /** Where the administrator's key is, and whether this start made it. */
  readonly adminKey: { readonly path: string; readonly created: boolean }
  /** Sentences for whoever starts the service, such as what is trusted only because the configuration says so. */
  readonly notices: readonly string[]
  readonly config: ServiceConfig
}

/** What a service takes from its surroundings; everything has a default. */
export interface ServiceRuntime {
  /** The clock, epoch seconds. */
  readonly now?: () => number
  /** Where log lines go, default standard error. */
  readonly logTo?: { write(line: string): void }
}
