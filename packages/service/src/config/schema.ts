import { CURRENT_VERSION, PROTOCOL_VERSIONS, type ProtocolVersion } from '@veritee/broker/protocol'
import { z } from 'zod'
import { ADMIN_TOKEN_MAX_SECONDS, ADMIN_TOKEN_SECONDS } from '../admin/index.ts'

const seconds = (least: number, most: number) => z.int().min(least).max(most)
const file = z.string().min(1)
const address = z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):\d{1,5}$/, 'must be HOST:PORT or [IPV6]:PORT')

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://')
  .refine(
    (url) => !/^postgres(ql)?:\/\/[^/?@]*:[^/?@]+@|[?&]password=/.test(url),
    'must not hold a password: put the whole address into a file of mode 0600 and name it in urlFile',
  )

/** Every key of the configuration, in the words of the configuration file. */
export const CONFIG_SCHEMA: z.ZodType<ServiceConfig, ServiceConfigInput> = z.strictObject({
  dir: file,
  keys: file.optional(),
  listen: address.default('127.0.0.1:8081'),
  allowPlainHttp: z.boolean().default(false),
  tls: z.strictObject({ cert: file, key: file }).optional(),
  store: z
    .discriminatedUnion('driver', [
      z.strictObject({ driver: z.literal('sqlite'), path: file.optional() }),
      z.strictObject({ driver: z.literal('memory') }),
      z
        .strictObject({
          driver: z.literal('postgresql'),
          url: databaseUrl.optional(),
          urlFile: file.optional(),
          connections: z.int().min(2).max(1000).default(10),
          timeoutSeconds: seconds(1, 120).default(10),
        })
        .refine(
          ({ url, urlFile }) => (url === undefined) !== (urlFile === undefined),
          'needs either url or urlFile, and not both',
        ),
    ])
    .default({ driver: 'sqlite' }),
  handshake: z.strictObject({ lifetimeSeconds: seconds(10, 3600).default(300) }).prefault({}),
  token: z
    .strictObject({
      issuer: z.string().min(1).max(256).default('veritee'),
      audience: z.string().min(1).max(256).default('veritee'),
      lifetimeSeconds: seconds(10, 86_400).default(300),
      kind: z.enum(['ear', 'simple', 'oidc']).default('ear'),
      certificates: file.optional(),
      trustedKeys: z.array(file).max(64).default([]),
      trustedCertificates: z.array(file).max(64).default([]),
      teeKeyPaths: z
        .array(
          z
            .string()
            .max(512)
            .regex(/^(?:\/[^/]+){1,16}$/, 'must be JSON pointers, such as /tdx/tee-pubkey'),
        )
        .max(16)
        .default([]),
      subjectClaims: z.array(z.string().min(1).max(256)).max(16).default([]),
      additionalClaims: z
        .array(z.string().regex(/^(?!(?:iss|aud|iat|nbf|exp|jti|sub|tee|eat_nonce)$)[A-Za-z0-9_]{1,64}$/))
        .max(32)
        .default([]),
      publicUrl: z.url({ protocol: /^https?$/ }).optional(),
    })
    .prefault({}),
  policies: z
    .strictObject({
      folder: file.optional(),
      resourceFile: file.optional(),
      fallback: z.enum(['expectations', 'references']).default('expectations'),
      claims: z.enum(['typed', 'texts']).default('typed'),
      openOnLoopback: z.boolean().default(false),
    })
    .prefault({}),
  attestation: z
    .strictObject({
      requireChallenge: z.boolean().default(false),
      challengeKey: file.optional(),
    })
    .prefault({}),
  broker: z
    .strictObject({
      versions: z.array(z.enum(PROTOCOL_VERSIONS)).min(1).default([CURRENT_VERSION]),
      allowRsa15: z.boolean().default(false),
    })
    .prefault({}),
  resources: z.strictObject({ folder: file.optional() }).prefault({}),
  tpmAuthority: z
    .strictObject({
      folder: file,
      key: file.optional(),
      certificates: file.optional(),
      name: z.string().min(1).max(64).default('Veritee TPM authority'),
      organization: z.string().min(1).max(64).default('Veritee'),
      lifetimeSeconds: seconds(3600, 630_720_000).default(31_536_000),
    })
    .refine(({ key, certificates }) => key !== undefined || certificates === undefined, 'certificates need their key')
    .optional(),
  adminKeys: z.array(file).max(16).default([]),
  adminTokenSeconds: seconds(60, ADMIN_TOKEN_MAX_SECONDS).default(ADMIN_TOKEN_SECONDS),
  gateway: z
    .strictObject({
      credential: file.optional(),
      heartbeatMinutes: z.int().min(1).max(1440).default(10),
    })
    .prefault({}),
  listeners: z.strictObject({ broker: address.optional(), attestation: address.optional() }).prefault({}),
  collateral: z
    .strictObject({
      bundles: z.array(file).default([]),
      pcs: z.url({ protocol: /^https?$/ }).optional(),
      amdKds: z.url({ protocol: /^https?$/ }).optional(),
      hygonKds: z.url({ protocol: /^https?$/ }).optional(),
      stores: z.array(file).max(16).default([]),
      ca: file.optional(),
      timeoutSeconds: seconds(1, 120).default(10),
    })
    .prefault({}),
  trustSimulatedRoots: z.array(file).default([]),
  trustTpmAuthorities: z.array(file).default([]),
  trustEnclaveRoots: z.array(file).default([]),
  allowAttestationKeys: z
    .array(z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be the SHA-256 of a public key, 64 hexadecimal digits'))
    .max(4096)
    .default([]),
  enabledTees: z.array(z.enum(['sample', 'sampledevice'])).default([]),
  expect: file.optional(),
  release: z
    .strictObject({
      statuses: z
        .array(z.enum(['affirming', 'warning']))
        .min(1)
        .default(['affirming']),
      policies: z
        .array(z.string().regex(/^[\w-]{1,128}$/, 'must be ids of attestation policies'))
        .min(1)
        .max(64)
        .default(['default']),
    })
    .prefault({}),
  references: z
    .strictObject({
      register: z.enum(['merge', 'replace']).default('merge'),
      file: file.optional(),
      provenance: file.optional(),
      provenanceKeys: z.array(file).max(64).default([]),
      allowUnsignedProvenance: z.boolean().default(false),
    })
    .prefault({}),
  grpc: z
    .strictObject({
      references: address.optional(),
      attestation: address.optional(),
      allowPlain: z.boolean().default(false),
    })
    .prefault({}),
  limits: z
    .strictObject({
      bodyBytes: z
        .int()
        .min(1024)
        .max(64 * 1024 * 1024)
        .default(2 * 1024 * 1024),
      requestSeconds: seconds(1, 600).default(30),
      headersSeconds: seconds(1, 120).default(10),
      stopSeconds: seconds(1, 600).default(20),
      connections: z.int().min(1).max(1_000_000).default(4096),
      perClient: z
        .strictObject({
          perSecond: z.number().min(0.1).max(100_000).default(100),
          burst: z.int().min(1).max(1_000_000).default(1000),
          loopback: z.boolean().default(false),
        })
        .prefault({}),
    })
    .prefault({}),
  retention: z
    .strictObject({
      attemptDays: z.int().min(1).max(3650).default(365),
      inputDays: z.int().min(1).max(3650).default(30),
      inputBytes: z
        .int()
        .min(1024 * 1024)
        .default(4 * 1024 ** 3),
    })
    .prefault({}),
  metrics: z.enum(['loopback', 'open', 'off']).default('loopback'),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info') })
    .prefault({}),
})

/** Where records are kept. */
export type StoreConfig =
  | { readonly driver: 'sqlite'; readonly path?: string | undefined }
  | { readonly driver: 'memory' }
  | {
      readonly driver: 'postgresql'
      /** `postgresql://USER@HOST:PORT/DATABASE`, without a password. */
      readonly url?: string | undefined
      /** A file of mode 0600 that holds the address, with a password if there is one. */
      readonly urlFile?: string | undefined
      /** Connections of this process at most. */
      readonly connections: number
      readonly timeoutSeconds: number
    }

/** The configuration with every default filled in. */
export interface ServiceConfig {
  /** The data directory: keys in `keys/`, the store in `store.db`. */
  readonly dir: string
  /** The directory of keys, when it is not `keys/` in the data directory: replicas share one. */
  readonly keys?: string | undefined
  /** `HOST:PORT`; port 0 takes a free one. */
  readonly listen: string
  /** Allows HTTP without TLS beyond loopback, for a service behind a proxy that terminates TLS. */
  readonly allowPlainHttp: boolean
  /** PEM files: the certificate chain and its private key. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  readonly store: StoreConfig
  readonly handshake: { readonly lifetimeSeconds: number }
  readonly token: {
    readonly issuer: string
    readonly audience: string
    readonly lifetimeSeconds: number
    /** `ear` grades; `simple` and `oidc` are made only for machines that every policy allows. */
    readonly kind: 'ear' | 'simple' | 'oidc'
    /** PEM file of certificates of the key that signs EAR tokens. */
    readonly certificates?: string | undefined
    /** Files of JSON Web Keys: tokens of other attestation services that they signed open secrets too. */
    readonly trustedKeys: readonly string[]
    /** PEM files of certificates that such keys must lead to. */
    readonly trustedCertificates: readonly string[]
    /** Further JSON pointers to the key of the machine in such tokens. */
    readonly teeKeyPaths: readonly string[]
    /** Flat claims that `sub` of OIDC tokens is made of. */
    readonly subjectClaims: readonly string[]
    /** Names of texts that whoever asks may have put into OIDC tokens; nothing attests them. */
    readonly additionalClaims: readonly string[]
    /** Where relying parties reach this service, for the discovery document of OIDC tokens. */
    readonly publicUrl?: string | undefined
  }
  readonly policies: {
    /** Folder of `ID.rego`, default `policies/opa` in the data directory. What stands in a file is in force at once. */
    readonly folder?: string | undefined
    /** File of the resource policy `resource-policy`. */
    readonly resourceFile?: string | undefined
    /** What judges where there is no policy `default`. */
    readonly fallback: 'expectations' | 'references'
    /** How policies see SEV-SNP: numbers, truth values and hexadecimal; or texts, as the gateway’s services write them. */
    readonly claims: 'typed' | 'texts'
    /** Lets everybody on this machine read and change attestation policies without a token. */
    readonly openOnLoopback: boolean
  }
  readonly attestation: {
    /** Refuses evidence at the attestation service that answers no challenge of this service. */
    readonly requireChallenge: boolean
    /** RSA key that signs challenges, default `challenge.pem` among the keys. */
    readonly challengeKey?: string | undefined
  }
  readonly broker: {
    /** Protocol versions served; those before 0.4.0 bind less. */
    readonly versions: readonly ProtocolVersion[]
    /** Serves keys that say RSA1_5, as clients of 2023 have them. */
    readonly allowRsa15: boolean
  }
  readonly resources: {
    /** Folder of secrets as files, `REPOSITORY/TYPE/TAG`: not encrypted, visible at once. */
    readonly folder?: string | undefined
  }
  /** An authority that certifies attestation keys of TPMs for administrators; absent: there is none. */
  readonly tpmAuthority?:
    | {
        /** Where its key `ca.key` and its certificate `ca.crt` are, or are made. */
        readonly folder: string
        /** Its key, when it is another file; with it the certificates that it is for, PEM. */
        readonly key?: string | undefined
        readonly certificates?: string | undefined
        /** What a certificate that is made for it says. */
        readonly name: string
        readonly organization: string
        readonly lifetimeSeconds: number
      }
    | undefined
  /** PEM files of Ed25519 public keys: whoever signs with one of them is an administrator too. */
  readonly adminKeys: readonly string[]
  /** How long a token of an administrator may live at most. */
  readonly adminTokenSeconds: number
  readonly gateway: {
    /** A file that anybody may read at `/api/credential`. */
    readonly credential?: string | undefined
    /** How long an instance counts as active after it was heard. */
    readonly heartbeatMinutes: number
  }
  /** Further HTTP listeners: the key broker alone (commonly port 8080), the attestation service alone (50005). */
  readonly listeners: { readonly broker?: string | undefined; readonly attestation?: string | undefined }
  readonly collateral: {
    /** Files of Intel's bundles, certificates, revocation lists and Hygon certificates, or directories of them. */
    readonly bundles: readonly string[]
    /** Base URL of a PCS or PCCS. */
    readonly pcs?: string | undefined
    /** Base URLs of the key distribution services of AMD and Hygon; nobody is asked where they are left out. */
    readonly amdKds?: string | undefined
    readonly hygonKds?: string | undefined
    /** Directories with files of those services that were put there before. */
    readonly stores: readonly string[]
    /** PEM file of authorities to trust for these services, beside the well-known ones. */
    readonly ca?: string | undefined
    readonly timeoutSeconds: number
  }
  /** Files of simulated roots of any kind, PEM or DER, or Hygon's form. Whatever rests on one says `simulated`. */
  readonly trustSimulatedRoots: readonly string[]
  /** Files of authorities of TPM attestation keys. */
  readonly trustTpmAuthorities: readonly string[]
  /** Files of roots of platforms that run enclave virtual machines. */
  readonly trustEnclaveRoots: readonly string[]
  /** TPM attestation keys to accept, as the SHA-256 of their SPKI. */
  readonly allowAttestationKeys: readonly string[]
  /** Kinds that are refused unless they are named here, because anybody can write such evidence. */
  readonly enabledTees: readonly ('sample' | 'sampledevice')[]
  /** A file of expectations that evidence must meet. */
  readonly expect?: string | undefined
  readonly release: {
    /** Token statuses that secrets are released to. A machine whose measurements nobody pinned has `warning`. */
    readonly statuses: readonly ('affirming' | 'warning')[]
    /** Attestation policies whose tokens open secrets; machines may choose one of them. */
    readonly policies: readonly string[]
  }
  readonly references: {
    /** Whether a registration over gRPC joins the values under a name or replaces them. */
    readonly register: 'merge' | 'replace'
    /** File of records that is read at every start and reload, and is the set `file`. */
    readonly file?: string | undefined
    /** Folder of provenance files that lists of reference values may name. */
    readonly provenance?: string | undefined
    /** PEM files of public keys whose signatures on provenance count. */
    readonly provenanceKeys: readonly string[]
    /** Takes provenance from that folder that no such key signed. */
    readonly allowUnsignedProvenance: boolean
  }
  /** gRPC listeners, `HOST:PORT` each; absent ones are not opened. Everybody on this machine may use one on loopback. */
  readonly grpc: {
    readonly references?: string | undefined
    readonly attestation?: string | undefined
    /** Allows clear text beyond loopback, for a listener behind a proxy that terminates TLS. */
    readonly allowPlain: boolean
  }
  readonly limits: {
    readonly bodyBytes: number
    /** A whole request must have arrived after this many seconds. */
    readonly requestSeconds: number
    readonly headersSeconds: number
    /** How long a stop waits for running requests. */
    readonly stopSeconds: number
    readonly connections: number
    /** How fast one address (one /64 network of IPv6) may send requests, over all replicas. */
    readonly perClient: {
      readonly perSecond: number
      /** Requests that may come at once after a pause. */
      readonly burst: number
      /** Whether requests from this very machine are limited too. */
      readonly loopback: boolean
    }
  }
  readonly retention: {
    /** Verdicts of attestations with their findings. */
    readonly attemptDays: number
    /** What policies were evaluated on, the most of what an attestation takes. */
    readonly inputDays: number
    /** All inputs together; the oldest go first. */
    readonly inputBytes: number
  }
  /** Who may read `/metrics`: programs on this machine, everybody, or nobody. */
  readonly metrics: 'loopback' | 'open' | 'off'
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' }
}

type StoreInput = {
  [Driver in StoreConfig['driver']]: Loose<Omit<Extract<StoreConfig, { driver: Driver }>, 'driver'>> & {
    readonly driver: Driver
  }
}[StoreConfig['driver']]

type Loose<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]?: Loose<T[K]> | undefined } : T

/** The configuration as someone writes it: only `dir` is needed. */
export type ServiceConfigInput = Omit<Loose<ServiceConfig>, 'dir' | 'tls' | 'store'> &
  Pick<ServiceConfig, 'dir'> & { tls?: ServiceConfig['tls']; store?: StoreInput | undefined }
