# The default policy for the processor of a machine: which trust claims its evidence earns.
#
# A claim is affirming (2 to 31) only where a reference value is registered and the evidence equals one of its values. A
# reference that is missing, null or empty never matches, so nothing is affirmed by accident.
package policy

import rego.v1

default executables := 33

default hardware := 97

default configuration := 36

trust_claims := {
	"executables": executables,
	"hardware": hardware,
	"configuration": configuration,
}

# Whether a value is among those registered under a name.
registered(name, value) if {
	reference := query_reference_value(name)
	is_array(reference)
	value in reference
}

registered(name, value) if {
	reference := query_reference_value(name)
	not is_array(reference)
	not is_null(reference)
	value == reference
}

# Intel TDX: kernel and command line are in RTMR 1 and 2, the firmware is MRTD.
executables := 3 if {
	registered("tdx.rtmr_1", input.tdx.quote.body.rtmr_1)
	registered("tdx.rtmr_2", input.tdx.quote.body.rtmr_2)
}

hardware := 2 if {
	registered("tdx.mr_td", input.tdx.quote.body.mr_td)
	input.tdx.tcb_status == "UpToDate"
	input.tdx.collateral_expiration_status == "0"
}

configuration := 2 if {
	input.tdx.td_attributes.debug == false
	registered("tdx.xfam", input.tdx.quote.body.xfam)
}

# Intel SGX.
executables := 3 if {
	registered("sgx.mr_enclave", input.sgx.body.mr_enclave)
}

hardware := 2 if {
	registered("sgx.mr_signer", input.sgx.body.mr_signer)
	input.sgx.tcb_status == "UpToDate"
}

# The second bit of the attributes, little-endian hexadecimal, makes an enclave a debug enclave.
configuration := 2 if {
	flags := input.sgx.body["attributes.flags"]
	substring(flags, 1, 1) in {"0", "1", "4", "5", "8", "9", "c", "d"}
}

# AMD SEV-SNP: the launch measurement covers firmware, kernel, initrd and command line.
executables := 3 if {
	registered("snp.measurement", input.snp.measurement)
}

hardware := 2 if {
	registered("snp.reported_tcb_bootloader", input.snp.reported_tcb_bootloader)
	registered("snp.reported_tcb_tee", input.snp.reported_tcb_tee)
	registered("snp.reported_tcb_snp", input.snp.reported_tcb_snp)
	registered("snp.reported_tcb_microcode", input.snp.reported_tcb_microcode)
}

configuration := 2 if {
	input.snp.policy_debug_allowed == false
	input.snp.policy_migrate_ma == false
}

# Hygon CSV.
executables := 3 if {
	registered("csv.measure", input.csv.measure)
}

hardware := 2 if {
	input.csv.version in {"1", "2"}
	registered("csv.measure", input.csv.measure)
}

configuration := 2 if {
	input.csv.policy.nodbg == 1
}

# A TPM alone: what booted is in the PCRs, and the key must be bound to a real TPM.
executables := 3 if {
	registered("tpm.pcr04", input.tpm.pcr04)
	registered("tpm.pcr09", input.tpm.pcr09)
}

hardware := 2 if {
	input.tpm.ak_bound_by in {"certificate", "enrolment"}
	registered("tpm.pcr00", input.tpm.pcr00)
}

configuration := 2 if {
	registered("tpm.pcr07", input.tpm.pcr07)
}
