import { readU64 } from './fields.ts'
import { TD_REPORT, TD_REPORT_10_BYTES, TD_REPORT_15_BYTES, TD_REPORT_15_EXTENDED_BYTES } from './layout.ts'
import type { TdReport10, TdReport15, TdReport15Extended, TdReportBody } from './types.ts'

const REGISTER_BYTES = 48

abstract class TdReportView {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get teeTcbSvn(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.teeTcbSvn, TD_REPORT.mrSeam)
  }

  get mrSeam(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.mrSeam, TD_REPORT.mrSignerSeam)
  }

  get mrSignerSeam(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.mrSignerSeam, TD_REPORT.seamAttributes)
  }

  get seamAttributes(): bigint {
    return readU64(this.bytes, TD_REPORT.seamAttributes)
  }

  get tdAttributes(): bigint {
    return readU64(this.bytes, TD_REPORT.tdAttributes)
  }

  get xfam(): bigint {
    return readU64(this.bytes, TD_REPORT.xfam)
  }

  get mrTd(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.mrTd, TD_REPORT.mrConfigId)
  }

  get mrConfigId(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.mrConfigId, TD_REPORT.mrOwner)
  }

  get mrOwner(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.mrOwner, TD_REPORT.mrOwnerConfig)
  }

  get mrOwnerConfig(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.mrOwnerConfig, TD_REPORT.rtmr)
  }

  get rtmr(): readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
    return [this.#register(0), this.#register(1), this.#register(2), this.#register(3)]
  }

  get reportData(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.reportData, TD_REPORT_10_BYTES)
  }

  #register(index: number): Uint8Array {
    const at = TD_REPORT.rtmr + index * REGISTER_BYTES
    return this.bytes.subarray(at, at + REGISTER_BYTES)
  }
}

class TdReport10View extends TdReportView implements TdReport10 {
  get kind(): 'td10' {
    return 'td10'
  }
}

abstract class TdReport15CommonView extends TdReportView {
  get teeTcbSvn2(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.teeTcbSvn2, TD_REPORT.mrServiceTd)
  }

  get mrServiceTd(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.mrServiceTd, TD_REPORT_15_BYTES)
  }
}

class TdReport15View extends TdReport15CommonView implements TdReport15 {
  get kind(): 'td15' {
    return 'td15'
  }
}

class TdReport15ExtendedView extends TdReport15CommonView implements TdReport15Extended {
  get kind(): 'td15ex' {
    return 'td15ex'
  }

  get vmId(): number {
    return this.bytes[TD_REPORT.vmId]!
  }

  get tdId(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.tdId, TD_REPORT.deviceInfo)
  }

  get deviceInfo(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.deviceInfo, TD_REPORT.initServiceTdHash)
  }

  get initServiceTdHash(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.initServiceTdHash, TD_REPORT.initServiceTdAttributes)
  }

  get initServiceTdAttributes(): bigint {
    return readU64(this.bytes, TD_REPORT.initServiceTdAttributes)
  }

  get initCpuSvn(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.initCpuSvn, TD_REPORT.initTeeTcbSvn)
  }

  get initTeeTcbSvn(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.initTeeTcbSvn, TD_REPORT.initTeeFmspc)
  }

  get initTeeFmspc(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.initTeeFmspc, TD_REPORT.currentServiceTdHash)
  }

  get currentServiceTdHash(): Uint8Array {
    return this.bytes.subarray(TD_REPORT.currentServiceTdHash, TD_REPORT.currentServiceTdAttributes)
  }

  get currentServiceTdAttributes(): bigint {
    return readU64(this.bytes, TD_REPORT.currentServiceTdAttributes)
  }
}

/** A TD report body over bytes that have the size of one of the three kinds. */
export function createTdReport(bytes: Uint8Array): TdReportBody {
  if (bytes.length === TD_REPORT_15_EXTENDED_BYTES) return new TdReport15ExtendedView(bytes)
  return bytes.length === TD_REPORT_15_BYTES ? new TdReport15View(bytes) : new TdReport10View(bytes)
}
