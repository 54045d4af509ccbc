/** Attribute bits of TDs and enclaves by name, without judgement. */
export { type BitNames, findUnknownBits } from './bits.ts'
export { nameSgxFlags, SGX_FLAGS } from './sgx-flags.ts'
export { nameTdAttributes, TD_ATTRIBUTES, TD_UNTRUSTED_ATTRIBUTES } from './td-attributes.ts'
export { nameProcessorFeatures, PROCESSOR_FEATURES } from './xfam.ts'
