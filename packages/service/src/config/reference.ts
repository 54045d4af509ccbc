/** Every key of the configuration, in the words of its page. */

/** One key, as it is told to whoever writes a configuration. */
export interface ConfigKey {
  /** Dotted, such as `limits.bodyBytes`. */
  readonly key: string
  /** What it is when it is not given; absent: nothing. */
  readonly fallback?: string
  readonly meaning: string
  /** What whoever sets it risks; absent: nothing. */
  readonly danger?: string
}

/** The keys that belong together. */
export interface ConfigSection {
  readonly title: string
  readonly keys: readonly ConfigKey[]
}

/** Every section with its keys, in the order of the page. Code is in backticks. */
export const CONFIG_REFERENCE: readonly ConfigSection[] = [
  {
    title: 'The service itself',
    keys: [
      {
        key: 'dir',
        meaning: 'Data directory: `keys/`, `store.db`, `collateral/`. Needed.',
        danger: 'Whoever reads it has every key.',
      },
      {
        key: 'keys',
        meaning: 'Directory of keys, when it is not `keys/` in the data directory: replicas share one.',
        danger: 'As for `dir`.',
      },
      {
        key: 'listen',
        fallback: '127.0.0.1:8081',
        meaning: '`HOST:PORT`; port 0 takes a free one.',
        danger: 'Beyond loopback needs TLS or `allowPlainHttp`.',
      },
      {
        key: 'allowPlainHttp',
        fallback: 'false',
        meaning: 'HTTP without TLS beyond loopback, for a service behind a proxy that terminates TLS.',
        danger:
          "Tokens and cookies travel readable. Secrets stay encrypted to the guest's key, but whoever answers in the service's place is believed.",
      },
      {
        key: 'tls.cert',
        meaning:
          'Certificate chain, PEM. With it the service speaks TLS or does not start; it never falls back to HTTP.',
      },
      {
        key: 'tls.key',
        meaning: 'Its private key, PEM.',
        danger: 'Readable by other users of the machine: named at the start.',
      },
      {
        key: 'adminKeys',
        fallback: '[]',
        meaning: 'PEM files of Ed25519 public keys: whoever signs with one of them is an administrator too.',
        danger: 'Full rights, until the file is taken out.',
      },
      {
        key: 'adminTokenSeconds',
        fallback: '3600',
        meaning: 'How long a token of an administrator may live at most.',
        danger: 'Longer: whoever comes by a token has its rights for longer.',
      },
      {
        key: 'metrics',
        fallback: 'loopback',
        meaning: 'Who may read `/metrics`: programs on this machine, everybody (`open`), nobody (`off`).',
        danger:
          '`open` shows counts to everybody; no names. What a proxy on this machine passes on may count as from here: have it keep `/metrics` back.',
      },
      {
        key: 'log.level',
        fallback: 'info',
        meaning: 'One JSON object a line on standard error: `trace` `debug` `info` `warn` `error` `fatal` `silent`.',
      },
    ],
  },
  {
    title: 'Where records are kept',
    keys: [
      {
        key: 'store.driver',
        fallback: 'sqlite',
        meaning: 'Or `postgresql`, for several replicas; or `memory`.',
        danger: '`memory`: everything is gone at the end, the audit log too.',
      },
      { key: 'store.path', meaning: 'The SQLite file, when it is not `store.db` in the data directory.' },
      {
        key: 'store.url',
        meaning: '`postgresql://USER@HOST:PORT/DATABASE`, without a password.',
        danger: 'Without `sslmode=verify-full` nobody checks which database answers.',
      },
      { key: 'store.urlFile', meaning: 'A file of mode 0600 that holds the address, with a password if there is one.' },
      { key: 'store.connections', fallback: '10', meaning: 'Connections of this process at most.' },
      { key: 'store.timeoutSeconds', fallback: '10', meaning: 'How long a query, a lock or a connection may take.' },
      {
        key: 'retention.attemptDays',
        fallback: '365',
        meaning: 'How long verdicts of attestations are kept, with their findings.',
        danger: 'Shorter: who got a key is not explained any more. The audit log stays.',
      },
      {
        key: 'retention.inputDays',
        fallback: '30',
        meaning: 'How long the policy inputs are kept that dry runs and `why` work on.',
      },
      { key: 'retention.inputBytes', fallback: '4294967296', meaning: 'All inputs together; the oldest go first.' },
    ],
  },
  {
    title: 'Handshakes and tokens',
    keys: [
      {
        key: 'handshake.lifetimeSeconds',
        fallback: '300',
        meaning: 'How long a challenge may be answered.',
        danger: 'Longer: a stolen cookie is good for longer.',
      },
      {
        key: 'broker.versions',
        fallback: '["0.4.0"]',
        meaning: 'Protocol versions served: also `0.1.0`, `0.1.1`, `0.2.0`, `0.3.0`.',
        danger: 'Versions before 0.4.0 bind less of what a guest sends.',
      },
      {
        key: 'broker.allowRsa15',
        fallback: 'false',
        meaning: 'Serves keys that say RSA1_5, as clients of 2023 have them.',
        danger: 'An encryption with known attacks on who decrypts.',
      },
      {
        key: 'token.kind',
        fallback: 'ear',
        meaning:
          'Tokens that grade the machine. `simple` and `oidc` are made only for machines that every policy allows.',
      },
      { key: 'token.issuer', fallback: 'veritee', meaning: '`iss` of tokens.' },
      {
        key: 'token.audience',
        fallback: 'veritee',
        meaning: '`aud` of tokens; tokens for another audience are refused here.',
        danger: 'One audience for two services: a token of one is good at the other.',
      },
      {
        key: 'token.lifetimeSeconds',
        fallback: '300',
        meaning: 'How long a token is good for, and no longer than its collateral.',
        danger: 'Longer: a machine that is refused since keeps its token.',
      },
      { key: 'token.certificates', meaning: 'PEM file of certificates of the key that signs EAR tokens.' },
      {
        key: 'token.trustedKeys',
        fallback: '[]',
        meaning:
          'Files of JSON Web Keys of other attestation services: tokens that they signed open secrets too, without `aud` or with that of this service.',
        danger: 'Whoever has one of these keys says which machines get secrets.',
      },
      {
        key: 'token.trustedCertificates',
        fallback: '[]',
        meaning: 'PEM files of certificates: keys in tokens whose `x5c` leads to one of them count likewise.',
        danger: 'As for `token.trustedKeys`.',
      },
      {
        key: 'token.teeKeyPaths',
        fallback: '[]',
        meaning: 'JSON pointers to the key of the machine in such tokens, tried before the usual places.',
        danger: 'Secrets are encrypted to what stands there.',
      },
      { key: 'token.subjectClaims', fallback: '[]', meaning: 'Flat claims that `sub` of OIDC tokens is made of.' },
      {
        key: 'token.additionalClaims',
        fallback: '[]',
        meaning: 'Names of texts that whoever asks may have put into OIDC tokens.',
        danger: 'Nothing attests them: relying parties must not decide by them.',
      },
      {
        key: 'token.publicUrl',
        meaning: 'Where relying parties reach this service, for the discovery document of OIDC tokens.',
      },
      {
        key: 'attestation.requireChallenge',
        fallback: 'false',
        meaning: 'The attestation service refuses evidence that answers no challenge of this service.',
        danger: 'Off: recorded evidence can be sent again, and its token says nothing of when.',
      },
      {
        key: 'attestation.challengeKey',
        meaning: 'RSA key that signs challenges, when it is not `challenge.pem` among the keys.',
      },
    ],
  },
  {
    title: 'What machines are judged by',
    keys: [
      {
        key: 'expect',
        meaning: 'File of expectations that evidence must meet beside the default rules.',
        danger: 'Without it and without a policy a genuine machine has the status `warning`.',
      },
      {
        key: 'policies.folder',
        meaning:
          'Folder of `ID.rego`, when it is not `policies/opa` in the data directory. What stands in a file is in force at once.',
        danger: 'Whoever writes there decides which machines get secrets.',
      },
      {
        key: 'policies.resourceFile',
        meaning: 'File of the resource policy `resource-policy`.',
        danger: 'As for `policies.folder`.',
      },
      {
        key: 'policies.fallback',
        fallback: 'expectations',
        meaning:
          'What judges where there is no policy `default`; or `references`: reference values, by the policies of the house.',
      },
      {
        key: 'policies.claims',
        fallback: 'typed',
        meaning:
          'How policies see SEV-SNP: numbers, truth values and hexadecimal; or `texts`: `"0"`, `"1"`, decimal texts and base64, and Azure machines as `azsnpvtpm` and `aztdxvtpm` too.',
      },
      {
        key: 'policies.openOnLoopback',
        fallback: 'false',
        meaning: 'Lets everybody on this machine read and change attestation policies without a token.',
        danger: 'Any program on this machine can let any machine pass; a proxy on it may hand that right on.',
      },
      {
        key: 'release.statuses',
        fallback: '["affirming"]',
        meaning: 'Token statuses that secrets are released to; also `warning`.',
        danger: '`warning`: machines whose measurements nobody pinned get secrets.',
      },
      {
        key: 'release.policies',
        fallback: '["default"]',
        meaning:
          'Attestation policies whose tokens open secrets; a machine may choose one of them with `extra-params.id`.',
        danger:
          'The laxest of them decides which machines get secrets, unless resource policies look at the policy of the token.',
      },
      {
        key: 'references.register',
        fallback: 'merge',
        meaning: 'Whether a registration over gRPC joins the values under a name or replaces them (`replace`).',
        danger: '`merge`: old values stay good until they are revoked.',
      },
      {
        key: 'references.file',
        meaning: 'File of records, read at every start and reload: it is the set `file`.',
        danger: 'Whoever writes it decides what machines may be.',
      },
      {
        key: 'references.provenance',
        meaning:
          'Folder of provenance files that lists of reference values may name; without it such lists are refused.',
      },
      {
        key: 'references.provenanceKeys',
        fallback: '[]',
        meaning: 'PEM files of public keys whose signatures on provenance count.',
      },
      {
        key: 'references.allowUnsignedProvenance',
        fallback: 'false',
        meaning: 'Takes provenance from that folder that no such key signed.',
        danger: 'Whoever writes there decides what machines may be.',
      },
      {
        key: 'enabledTees',
        fallback: '[]',
        meaning: '`sample`, `sampledevice`: refused unless named here.',
        danger: 'Anybody can write such evidence: never where secrets are worth anything.',
      },
      {
        key: 'trustSimulatedRoots',
        fallback: '[]',
        meaning: 'Files of simulated roots of any kind of machine; what rests on one says `simulated`.',
        danger: "Whoever has the simulator's files can make any machine.",
      },
      {
        key: 'trustTpmAuthorities',
        fallback: '[]',
        meaning: 'Files of authorities of TPM attestation keys.',
        danger: 'An authority vouches that a key is inside a TPM; choose it as you choose a root.',
      },
      {
        key: 'trustEnclaveRoots',
        fallback: '[]',
        meaning: 'Files of roots of platforms that run enclave virtual machines.',
        danger: 'As for any root.',
      },
      {
        key: 'allowAttestationKeys',
        fallback: '[]',
        meaning: 'TPM attestation keys to accept, each as the SHA-256 of its SPKI.',
        danger: 'Nothing but your word says that the key is inside a TPM.',
      },
    ],
  },
  {
    title: 'Collateral',
    keys: [
      {
        key: 'collateral.bundles',
        fallback: '[]',
        meaning:
          "Files of Intel's bundles, certificates, revocation lists, Hygon certificates; or directories of them.",
        danger: 'Old bundles end: then evidence is refused, with the date.',
      },
      {
        key: 'collateral.pcs',
        meaning: 'Base URL of a PCS or PCCS.',
        danger: 'What it sends is verified; what it withholds is missing.',
      },
      {
        key: 'collateral.amdKds',
        meaning: "Base URL of AMD's key distribution service; without it nobody is asked.",
        danger: 'As for `collateral.pcs`.',
      },
      {
        key: 'collateral.hygonKds',
        meaning: "Base URL of Hygon's key distribution service; without it nobody is asked.",
        danger: 'As for `collateral.pcs`.',
      },
      {
        key: 'collateral.stores',
        fallback: '[]',
        meaning: 'Directories with files of those services that were put there before.',
      },
      {
        key: 'collateral.ca',
        meaning: 'PEM file of authorities to trust for those services, beside the well-known ones.',
      },
      { key: 'collateral.timeoutSeconds', fallback: '10', meaning: 'How long one request to such a service may take.' },
    ],
  },
  {
    title: 'Other ways in',
    keys: [
      {
        key: 'resources.folder',
        meaning: 'Folder of secrets as files, `REPOSITORY/TYPE/TAG`, visible at once.',
        danger: 'Not encrypted at rest; whoever reads the folder has them.',
      },
      {
        key: 'tpmAuthority.folder',
        meaning:
          'Folder with the key `ca.key` and the certificate `ca.crt` of an authority that certifies attestation keys of TPMs, at `/kbs/v0/tpm-pca/ak-credential`; they are made where they are not there.',
        danger:
          'Administrators say of a key that it is inside a TPM; nothing checks it. Counts only where `trustTpmAuthorities` names the certificate.',
      },
      {
        key: 'tpmAuthority.key',
        meaning: 'Its key, when it is another file.',
        danger: 'Whoever reads it can say so of any key.',
      },
      {
        key: 'tpmAuthority.certificates',
        meaning: 'The certificates of that key, PEM.',
      },
      {
        key: 'tpmAuthority.name',
        fallback: 'Veritee TPM authority',
        meaning: 'Common name of a certificate that is made for it.',
      },
      {
        key: 'tpmAuthority.organization',
        fallback: 'Veritee',
        meaning: 'Organization in it.',
      },
      {
        key: 'tpmAuthority.lifetimeSeconds',
        fallback: '31536000',
        meaning: 'How long such a certificate is good for.',
      },
      {
        key: 'listeners.broker',
        meaning: '`HOST:PORT` of an HTTP listener with the key broker alone, commonly port 8080.',
        danger: 'As for `listen`.',
      },
      {
        key: 'listeners.attestation',
        meaning: '`HOST:PORT` of an HTTP listener with the attestation service alone, commonly port 50005.',
        danger: 'As for `listen`.',
      },
      {
        key: 'grpc.references',
        meaning: '`HOST:PORT` of a gRPC listener for reference values, commonly port 50003.',
        danger: 'On loopback everybody on this machine may change them; beyond it a token is needed.',
      },
      {
        key: 'grpc.attestation',
        meaning:
          '`HOST:PORT` of a gRPC listener for the attestation service and reference values, commonly port 50004.',
        danger: 'As for `grpc.references`.',
      },
      {
        key: 'grpc.allowPlain',
        fallback: 'false',
        meaning: 'gRPC in clear text beyond loopback, for a listener behind a proxy that terminates TLS.',
        danger: 'As for `allowPlainHttp`.',
      },
      {
        key: 'gateway.credential',
        meaning: 'A file that anybody may read at `/api/credential`.',
        danger: 'It is public: nothing secret belongs into it.',
      },
      {
        key: 'gateway.heartbeatMinutes',
        fallback: '10',
        meaning: 'How long an instance counts as active after it was heard.',
      },
    ],
  },
  {
    title: 'Limits',
    keys: [
      { key: 'limits.bodyBytes', fallback: '2097152', meaning: 'Largest request body.' },
      {
        key: 'limits.headersSeconds',
        fallback: '10',
        meaning: 'The headers of a request must have arrived by then.',
        danger: 'Longer: slow clients hold connections.',
      },
      {
        key: 'limits.requestSeconds',
        fallback: '30',
        meaning: 'The whole request must have arrived by then.',
        danger: 'As for `limits.headersSeconds`.',
      },
      { key: 'limits.stopSeconds', fallback: '20', meaning: 'How long a stop waits for running requests.' },
      { key: 'limits.connections', fallback: '4096', meaning: 'Open connections at most.' },
      {
        key: 'limits.perClient.perSecond',
        fallback: '100',
        meaning: 'Pace of one address (of IPv6: one /64) over all replicas.',
        danger: 'Behind a proxy all clients have its address: limit them there, and raise this.',
      },
      { key: 'limits.perClient.burst', fallback: '1000', meaning: 'Requests that may come at once after a pause.' },
      {
        key: 'limits.perClient.loopback',
        fallback: 'false',
        meaning: 'Whether requests from this very machine are held to it too.',
        danger: 'Off: nothing limits what a proxy on this machine passes on.',
      },
    ],
  },
]
