/** Tests of policies, written in the policy language. */
export { runTests, type TestOptions, type TestReport, type TestResult } from './run-tests.ts'
