import { isGiven, ONE_PROCESS, type TrusteeKey } from './key.ts'
import { STORAGE_BACKEND_KEYS } from './storage-keys.ts'

const FIXED = 'tokens name this service and its version'

/** The keys of `as-config.json`, which stand under `attestation_service` in the key broker's file where it has its own. */
export const ATTESTATION_KEYS: readonly TrusteeKey[] = [
  { key: 'work_dir', type: 'text', moot: 'keys and records are in the data directory of this service' },
  { key: 'policy_engine', type: 'text', moot: 'policies are Rego' },
  { key: 'rvps_config.type', type: 'text', moot: ONE_PROCESS },
  { key: 'rvps_config.address', type: 'text', becomes: ['grpc.references'] },
  { key: 'rvps_config.storage.type', type: 'text', becomes: ['references.file'] },
  { key: 'rvps_config.storage.file_path', type: 'text', becomes: ['references.file'] },
  { key: 'rvps_config.storage_type', type: 'text', moot: 'reference values are kept in the store of this service' },
  { key: 'rvps_config.extractors', type: 'any', moot: 'every kind of message that is understood is understood' },
  {
    key: 'artifact_server_address',
    type: 'text',
    warning: {
      when: isGiven,
      danger: 'A policy would let another server decide about a machine.',
      instead: 'No server is asked: query_artifact_server answers every policy with false.',
    },
  },
  { key: 'attestation_token_broker.type', type: 'text', becomes: ['token.kind'] },
  { key: 'attestation_token_broker.duration_min', type: 'count', becomes: ['token.lifetimeSeconds'] },
  { key: 'attestation_token_broker.issuer_name', type: 'text', becomes: ['token.issuer'] },
  { key: 'attestation_token_broker.developer_name', type: 'text', moot: FIXED },
  { key: 'attestation_token_broker.build_name', type: 'text', moot: FIXED },
  { key: 'attestation_token_broker.profile_name', type: 'text', moot: FIXED },
  { key: 'attestation_token_broker.policy_dir', type: 'text', becomes: ['policies.folder'] },
  { key: 'attestation_token_broker.policy_path', type: 'text', becomes: ['policies.folder'] },
  {
    key: 'attestation_token_broker.signer.key_path',
    type: 'text',
    warning: {
      when: isGiven,
      danger: 'Relying parties that trust this key alone refuse the tokens of this service.',
      instead: 'A key of its own signs. A P-256 key becomes that key when it is put at keys/token.pem with mode 0600.',
    },
  },
  {
    key: 'attestation_token_broker.signer.cert_path',
    type: 'text',
    warning: {
      when: isGiven,
      danger: 'The certificates belong to a key that does not sign here.',
      instead: 'They are not put into tokens; token.certificates names those of keys/token.pem.',
    },
  },
  {
    key: 'attestation_token_broker.signer.cert_url',
    type: 'text',
    warning: {
      when: isGiven,
      danger: 'The certificates belong to a key that does not sign here.',
      instead: 'They are not named in tokens.',
    },
  },
  {
    key: 'attestation_token_broker.verbose_token',
    type: 'flag',
    warning: {
      when: (value) => value === false,
      danger: 'Tokens hold the claims of the evidence, which whoever gets a token can read.',
      instead: 'Tokens hold them all the same: resource policies are evaluated on them.',
    },
  },
  { key: 'attestation_token_broker.oid_config.issuer', type: 'text', becomes: ['token.issuer', 'token.publicUrl'] },
  { key: 'attestation_token_broker.oid_config.jwks_uri', type: 'text', moot: 'it follows from the issuer' },
  {
    key: 'attestation_token_broker.oid_config.id_token_signing_alg_values_supported',
    type: 'texts',
    moot: 'RS256 signs',
  },
  { key: 'attestation_token_broker.oid_config.audience', type: 'text', becomes: ['token.audience'] },
  { key: 'attestation_token_broker.oid_config.sub_claims', type: 'texts', becomes: ['token.subjectClaims'] },
  { key: 'attestation_token_broker.oid_config.additional_claims', type: 'texts', becomes: ['token.additionalClaims'] },
  { key: 'challenge_key_path', type: 'text', becomes: ['attestation.challengeKey'] },
  { key: 'verifier_config.dcap_verifier.collateral_service', type: 'text', becomes: ['collateral.pcs'] },
  {
    key: 'verifier_config.dcap_verifier.use_secure_cert',
    type: 'flag',
    warning: {
      when: (value) => value === false,
      danger: 'Anybody on the path could answer for the collateral service.',
      instead: 'Its certificate is checked; collateral.ca names the authority of one with its own.',
    },
  },
  {
    key: 'verifier_config.dcap_verifier.tcb_update_type',
    type: 'text',
    warning: {
      when: (value) => value !== 'standard',
      danger: 'Early updates judge platforms by fixes that vendors of machines may not have shipped yet.',
      instead: 'The standard channel is asked.',
    },
  },
  {
    key: 'verifier_config.tpm_verifier.trusted_ak_keys_dir',
    type: 'text',
    warning: { danger: 'TPM evidence of these keys would count.', instead: 'The folder is not read.' },
  },
  { key: 'verifier_config.tpm_verifier.max_trusted_ak_keys', type: 'count', moot: 'the folder is not read' },
  {
    key: 'verifier_config.snp_verifier.vcek_sources',
    type: 'any',
    warning: {
      danger: 'Certificates of SNP machines would be looked for there.',
      instead: 'Evidence must carry its certificates, or collateral.bundles hold them.',
    },
  },
  {
    key: 'verifier_config.nvidia_verifier',
    type: 'any',
    warning: {
      danger: 'Another server may decide about a GPU.',
      instead: 'GPU evidence is judged here, as all evidence is.',
    },
  },
  ...STORAGE_BACKEND_KEYS,
]
