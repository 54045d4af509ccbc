/** Evidence of a Hygon CSV guest, through the kernel's device. */
export { type CsvAttesterOptions, createCsvAttester } from './attester.ts'
export { CSV_DEVICES, type CsvDeviceOptions } from './device.ts'
