/** What an operator expects of a machine: reading it from a file, and comparing genuine evidence with it. */
export { appraiseExpectations, type ExpectationSubject } from './evaluate.ts'
export { parseExpectations } from './file.ts'
export { parseExpectationsValue } from './parse.ts'
export {
  ALLOWANCES,
  type Allowance,
  type ClaimExpectation,
  type ClaimRule,
  type ClaimValue,
  type Expectations,
  type TcbExpectation,
} from './types.ts'
