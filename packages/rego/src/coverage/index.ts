/** Which rows of a policy its evaluations reach. */
export { CoverageRecorder, type CoverageReport, type FileCoverage, type RowRange } from './coverage.ts'
