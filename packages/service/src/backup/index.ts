export { type BackupOptions, type BackupReport, createBackup, restoreBackup } from './backup.ts'
