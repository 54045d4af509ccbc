/**
 * Names of the claims of SGX and TDX quotes in the spelling of the Trustee attestation service, each with the bytes it
 * prints: `[name, start, end]`. Values are lowercase hex of the bytes as they stand, so integers are little-endian.
 */

import { HEADER, HEADER_BYTES, SGX_REPORT, SGX_REPORT_BYTES, TD_REPORT, TD_REPORT_10_BYTES } from '../quote/layout.ts'

/** A claim: its name, and the range of bytes it prints. */
export type ClaimRange = readonly [name: string, start: number, end: number]

export const TDX_HEADER_CLAIMS: readonly ClaimRange[] = [
  ['version', HEADER.version, HEADER.attestationKeyType],
  ['att_key_type', HEADER.attestationKeyType, HEADER.teeType],
  ['tee_type', HEADER.teeType, HEADER.qeSvn],
  ['reserved', HEADER.qeSvn, HEADER.qeVendorId],
  ['vendor_id', HEADER.qeVendorId, HEADER.userData],
  ['user_data', HEADER.userData, HEADER_BYTES],
]

export const SGX_HEADER_CLAIMS: readonly ClaimRange[] = [
  ['version', HEADER.version, HEADER.attestationKeyType],
  ['att_key_type', HEADER.attestationKeyType, HEADER.teeType],
  ['att_key_data_0', HEADER.teeType, HEADER.qeSvn],
  ['qe_svn', HEADER.qeSvn, HEADER.pceSvn],
  ['pce_svn', HEADER.pceSvn, HEADER.qeVendorId],
  ['vendor_id', HEADER.qeVendorId, HEADER.userData],
  ['user_data', HEADER.userData, HEADER_BYTES],
]

/** Body type and size of version 5, from the start of the quote. */
export const DESCRIPTOR_CLAIMS: readonly ClaimRange[] = [
  ['type', HEADER_BYTES, HEADER_BYTES + 2],
  ['size', HEADER_BYTES + 2, HEADER_BYTES + 6],
]

export const TD_10_CLAIMS: readonly ClaimRange[] = [
  ['tcb_svn', TD_REPORT.teeTcbSvn, TD_REPORT.mrSeam],
  ['mr_seam', TD_REPORT.mrSeam, TD_REPORT.mrSignerSeam],
  ['mrsigner_seam', TD_REPORT.mrSignerSeam, TD_REPORT.seamAttributes],
  ['seam_attributes', TD_REPORT.seamAttributes, TD_REPORT.tdAttributes],
  ['td_attributes', TD_REPORT.tdAttributes, TD_REPORT.xfam],
  ['xfam', TD_REPORT.xfam, TD_REPORT.mrTd],
  ['mr_td', TD_REPORT.mrTd, TD_REPORT.mrConfigId],
  ['mr_config_id', TD_REPORT.mrConfigId, TD_REPORT.mrOwner],
  ['mr_owner', TD_REPORT.mrOwner, TD_REPORT.mrOwnerConfig],
  ['mr_owner_config', TD_REPORT.mrOwnerConfig, TD_REPORT.rtmr],
  ['rtmr_0', TD_REPORT.rtmr, TD_REPORT.rtmr + 48],
  ['rtmr_1', TD_REPORT.rtmr + 48, TD_REPORT.rtmr + 96],
  ['rtmr_2', TD_REPORT.rtmr + 96, TD_REPORT.rtmr + 144],
  ['rtmr_3', TD_REPORT.rtmr + 144, TD_REPORT.reportData],
  ['report_data', TD_REPORT.reportData, TD_REPORT_10_BYTES],
]

export const TD_15_CLAIMS: readonly ClaimRange[] = [
  ...TD_10_CLAIMS,
  ['tee_tcb_svn2', TD_REPORT.teeTcbSvn2, TD_REPORT.mrServiceTd],
  ['mr_servicetd', TD_REPORT.mrServiceTd, TD_REPORT.vmId],
]

/** Trustee has no names for the extended body: these are Intel's. */
export const TD_15_EXTENDED_CLAIMS: readonly ClaimRange[] = [
  ...TD_15_CLAIMS,
  ['vmid', TD_REPORT.vmId, TD_REPORT.tdId],
  ['td_id', TD_REPORT.tdId, TD_REPORT.deviceInfo],
  ['dev_info', TD_REPORT.deviceInfo, TD_REPORT.initServiceTdHash],
  ['init_servtd_hash', TD_REPORT.initServiceTdHash, TD_REPORT.initServiceTdAttributes],
  ['init_servtd_attributes', TD_REPORT.initServiceTdAttributes, TD_REPORT.initCpuSvn],
  ['init_cpu_svn', TD_REPORT.initCpuSvn, TD_REPORT.initTeeTcbSvn],
  ['init_tee_tcb_svn', TD_REPORT.initTeeTcbSvn, TD_REPORT.initTeeFmspc],
  ['init_tee_fmspc', TD_REPORT.initTeeFmspc, TD_REPORT.currentServiceTdHash],
  ['cur_servtd_hash', TD_REPORT.currentServiceTdHash, TD_REPORT.currentServiceTdAttributes],
  ['cur_servtd_attributes', TD_REPORT.currentServiceTdAttributes, TD_REPORT.currentServiceTdAttributes + 8],
]

export const SGX_BODY_CLAIMS: readonly ClaimRange[] = [
  ['cpu_svn', SGX_REPORT.cpuSvn, SGX_REPORT.miscSelect],
  ['misc_select', SGX_REPORT.miscSelect, SGX_REPORT.reserved1],
  ['reserved1', SGX_REPORT.reserved1, SGX_REPORT.isvExtProdId],
  ['isv_ext_prod_id', SGX_REPORT.isvExtProdId, SGX_REPORT.flags],
  // Literal dots: the members are not nested.
  ['attributes.flags', SGX_REPORT.flags, SGX_REPORT.xfrm],
  ['attributes.xfrm', SGX_REPORT.xfrm, SGX_REPORT.mrEnclave],
  ['mr_enclave', SGX_REPORT.mrEnclave, SGX_REPORT.reserved2],
  ['reserved2', SGX_REPORT.reserved2, SGX_REPORT.mrSigner],
  ['mr_signer', SGX_REPORT.mrSigner, SGX_REPORT.reserved3],
  ['reserved3', SGX_REPORT.reserved3, SGX_REPORT.configId],
  ['config_id', SGX_REPORT.configId, SGX_REPORT.isvProdId],
  ['isv_prod_id', SGX_REPORT.isvProdId, SGX_REPORT.isvSvn],
  ['isv_svn', SGX_REPORT.isvSvn, SGX_REPORT.configSvn],
  ['config_svn', SGX_REPORT.configSvn, SGX_REPORT.reserved4],
  ['reserved4', SGX_REPORT.reserved4, SGX_REPORT.isvFamilyId],
  ['isv_family_id', SGX_REPORT.isvFamilyId, SGX_REPORT.reportData],
  ['report_data', SGX_REPORT.reportData, SGX_REPORT_BYTES],
]
