/** The built-in functions of Rego, and the types of their operands and results. */
import { ARRAY_BUILTINS } from './collections/arrays.ts'
import { GRAPH_BUILTINS } from './collections/graph.ts'
import { MEMBERSHIP_BUILTINS } from './collections/membership.ts'
import { OBJECT_BUILTINS } from './collections/objects.ts'
import { SET_BUILTINS } from './collections/sets.ts'
import { SUBSET_BUILTINS } from './collections/subset.ts'
import { WALK_BUILTINS } from './collections/walk.ts'
import { CERTIFICATE_BUILTINS } from './crypto/certificates.ts'
import { DIGEST_BUILTINS } from './crypto/digests.ts'
import { PRIVATE_KEY_BUILTINS } from './crypto/private-keys.ts'
import type { TypedBuiltin } from './define.ts'
import { JSON_BUILTINS } from './documents/json.ts'
import { createParseModule } from './documents/module/parse.ts'
import { PATCH_BUILTINS } from './documents/patch.ts'
import { SCHEMA_BUILTINS } from './documents/schema/builtins.ts'
import { SELECT_BUILTINS } from './documents/select.ts'
import { YAML_BUILTINS } from './documents/yaml/yaml.ts'
import { BASE64_BUILTINS } from './encoding/base64.ts'
import { HEX_BUILTINS } from './encoding/hex.ts'
import { URLQUERY_BUILTINS } from './encoding/urlquery.ts'
import { FORMAT_BUILTINS } from './format/sprintf.ts'
import { HOST_BUILTINS } from './host.ts'
import { SEMVER_BUILTINS } from './identifiers/semver.ts'
import { UUID_BUILTINS } from './identifiers/uuid.ts'
import { JWT_SIGN_BUILTINS } from './jwt/sign.ts'
import { JWT_SIGN_V0_BUILTINS } from './jwt/sign-v0.ts'
import { JWT_VERIFY_BUILTINS } from './jwt/verify.ts'
import { CIDR_BUILTINS } from './net/cidr.ts'
import { MERGE_BUILTINS } from './net/merge.ts'
import { GLOB_BUILTINS } from './patterns/glob.ts'
import { INTERSECTION_BUILTINS } from './patterns/intersection.ts'
import { REGEX_BUILTINS } from './patterns/regex.ts'
import { TEMPLATE_BUILTINS } from './patterns/template.ts'
import { CHANGE_BUILTINS } from './strings/change.ts'
import { SEARCH_BUILTINS } from './strings/search.ts'
import { RENDER_BUILTINS } from './strings/template/render.ts'
import { UNIT_BUILTINS } from './strings/units.ts'
import { TIME_BUILTINS } from './time/time.ts'
import { AGGREGATE_BUILTINS } from './values/aggregates.ts'
import { ARITHMETIC_BUILTINS } from './values/arithmetic.ts'
import { BITS_BUILTINS } from './values/bits.ts'
import { CAST_BUILTINS } from './values/casts.ts'
import { COMPARISON_BUILTINS } from './values/comparison.ts'
import { NUMBER_BUILTINS } from './values/numbers.ts'
import { TYPE_BUILTINS } from './values/types.ts'

export type { TypedBuiltin } from './define.ts'
export type { BuiltinSignature, RegoType } from './signature.ts'

/** Every built-in function by its name. */
export const BUILTINS: ReadonlyMap<string, TypedBuiltin> = new Map(
  [
    AGGREGATE_BUILTINS,
    ARITHMETIC_BUILTINS,
    ARRAY_BUILTINS,
    BASE64_BUILTINS,
    BITS_BUILTINS,
    CAST_BUILTINS,
    CERTIFICATE_BUILTINS,
    CHANGE_BUILTINS,
    CIDR_BUILTINS,
    COMPARISON_BUILTINS,
    DIGEST_BUILTINS,
    FORMAT_BUILTINS,
    GLOB_BUILTINS,
    GRAPH_BUILTINS,
    HEX_BUILTINS,
    HOST_BUILTINS,
    INTERSECTION_BUILTINS,
    JSON_BUILTINS,
    JWT_SIGN_BUILTINS,
    JWT_VERIFY_BUILTINS,
    MEMBERSHIP_BUILTINS,
    MERGE_BUILTINS,
    [createParseModule('v1')],
    NUMBER_BUILTINS,
    OBJECT_BUILTINS,
    PATCH_BUILTINS,
    PRIVATE_KEY_BUILTINS,
    REGEX_BUILTINS,
    RENDER_BUILTINS,
    SCHEMA_BUILTINS,
    SEARCH_BUILTINS,
    SELECT_BUILTINS,
    SEMVER_BUILTINS,
    SET_BUILTINS,
    SUBSET_BUILTINS,
    TEMPLATE_BUILTINS,
    TIME_BUILTINS,
    TYPE_BUILTINS,
    UNIT_BUILTINS,
    URLQUERY_BUILTINS,
    UUID_BUILTINS,
    WALK_BUILTINS,
    YAML_BUILTINS,
  ].flatMap((family) => family.map((builtin) => [builtin.name, builtin])),
)

/** The functions that differ where policies are compiled as version 0. */
export const V0_BUILTINS: readonly TypedBuiltin[] = [...JWT_SIGN_V0_BUILTINS, createParseModule('v0')]
