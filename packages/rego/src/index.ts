/** The Rego policy language: compile texts, evaluate rules and queries, explain refusals. */
export { type Location, placeText, REGO_ERRORS, RegoError, type RegoErrorCode } from './errors.ts'
export type { Builtin, BuiltinContext, BuiltinProblem } from './evaluate/builtin.ts'
export { BuiltinError } from './evaluate/builtin.ts'
export { DEFAULT_LIMITS, type EvaluationLimits } from './evaluate/limits.ts'
export type { ProbedValue, Tracer } from './evaluate/tracer.ts'
export { compilePolicy } from './policy/compile-policy.ts'
export type { HostQuestion } from './policy/host-questions.ts'
export type {
  AsyncEvaluationOptions,
  Diagnostic,
  EvaluationOptions,
  HostFunction,
  PolicyOptions,
  PolicySource,
  QueryAnswer,
  QueryResult,
  RuleResult,
} from './policy/options.ts'
export type { Policy } from './policy/policy.ts'
