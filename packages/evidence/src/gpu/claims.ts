/** Claims of a device report, in the names of the Trustee attestation service. */
import { encodeHex } from '@veritee/codec/bytes'
import type { Claims } from '../result/index.ts'
import { OPAQUE, textOf } from './report.ts'
import type { GpuDevice } from './types.ts'

/** Vendor data shown as text; the rest is hexadecimal. */
const TEXT_FIELDS = {
  chip_sku: OPAQUE.chipSku,
  chip_sku_mod: OPAQUE.chipSkuMod,
  project: OPAQUE.project,
  project_sku: OPAQUE.projectSku,
  nvdec0_status: OPAQUE.nvdec0Status,
  protected_pcie_status: OPAQUE.protectedPcieStatus,
} as const
const HEX_FIELDS = {
  board_id: OPAQUE.boardId,
  cpr_info: OPAQUE.cprInfo,
  gpu_info: OPAQUE.gpuInfo,
  project_sku_mod: OPAQUE.projectSkuMod,
} as const

/** Claims under the key `nvidia`, from a parsed report alone. */
export function claimsOfGpu({ architecture, uuid, report }: GpuDevice): Claims {
  const { opaque } = report
  const pick = (fields: Readonly<Record<string, number>>, show: (bytes: Uint8Array) => string) =>
    Object.entries(fields).flatMap(([name, type]) => (opaque.has(type) ? [[name, show(opaque.get(type)!)]] : []))
  return {
    arch: architecture,
    ...(uuid === undefined ? {} : { uuid }),
    report_data: encodeHex(report.nonce),
    config: {
      ...Object.fromEntries([...pick(TEXT_FIELDS, textOf), ...pick(HEX_FIELDS, encodeHex)]),
      driver_version: report.driverVersion,
      vbios_version: report.vbiosVersion,
      fwid: encodeHex(report.firmwareId),
      ...measurementCounts(opaque.get(OPAQUE.measurementCount)),
    },
    measurements: Object.fromEntries(
      [...report.measurements].map(([index, value]) => [String(index), encodeHex(value)]),
    ),
  }
}

/** How often each measurement was extended: 32-bit numbers, from index 1 on. */
function measurementCounts(bytes: Uint8Array | undefined): Claims {
  if (bytes === undefined || bytes.length % 4 !== 0) return {}
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const counts = Array.from({ length: bytes.length / 4 }, (_, index) => [
    String(index + 1),
    view.getUint32(index * 4, true),
  ])
  return { measurement_count: Object.fromEntries(counts) }
}
