export { REPORT_FILES, type ReportFiles } from './files.ts'
export { CONFIGFS_TSM_REPORT } from './report-entry.ts'
export { createSnpAttester, type SnpAttesterOptions } from './snp.ts'
export { createTdxAttester, type TdxAttesterOptions } from './tdx.ts'
