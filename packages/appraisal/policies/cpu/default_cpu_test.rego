package policy_test

import rego.v1

import data.policy

digest := "c0ffee"

other := "bad"

tdx := {"tdx": {
	"quote": {"body": {"mr_td": digest, "rtmr_1": digest, "rtmr_2": digest, "xfam": "e7"}},
	"td_attributes": {"debug": false},
	"tcb_status": "UpToDate",
	"collateral_expiration_status": "0",
}}

references := {
	"tdx.mr_td": [other, digest],
	"tdx.rtmr_1": [digest],
	"tdx.rtmr_2": digest,
	"tdx.xfam": ["e7"],
	"snp.measurement": [digest],
	"snp.reported_tcb_bootloader": [3],
	"snp.reported_tcb_tee": [0],
	"snp.reported_tcb_snp": [8],
	"snp.reported_tcb_microcode": [115],
	"csv.measure": [digest],
	"sgx.mr_enclave": [digest],
	"sgx.mr_signer": [digest],
	"tpm.pcr00": [digest],
	"tpm.pcr04": [digest],
	"tpm.pcr07": [digest],
	"tpm.pcr09": [digest],
}

lookup(name) := object.get(references, name, null)

nothing(_) := null

empty(_) := []

affirming := {"executables": 3, "hardware": 2, "configuration": 2}

claims(evidence) := result if {
	result := policy.trust_claims with input as evidence with query_reference_value as lookup
}

test_tdx_affirmed if claims(tdx) == affirming

test_tdx_without_references if {
	policy.trust_claims == {"executables": 33, "hardware": 97, "configuration": 36} with input as tdx
		with query_reference_value as nothing
}

test_tdx_with_empty_references if {
	policy.trust_claims == {"executables": 33, "hardware": 97, "configuration": 36} with input as tdx
		with query_reference_value as empty
}

test_tdx_each_difference_shows if {
	claims(object.union(tdx, {"tdx": {"quote": {"body": {"mr_td": other}}}})).hardware == 2
	claims(object.union(tdx, {"tdx": {"quote": {"body": {"mr_td": "0"}}}})).hardware == 97
	claims(object.union(tdx, {"tdx": {"quote": {"body": {"rtmr_1": "0"}}}})).executables == 33
	claims(object.union(tdx, {"tdx": {"quote": {"body": {"rtmr_2": "0"}}}})).executables == 33
	claims(object.union(tdx, {"tdx": {"quote": {"body": {"xfam": "0"}}}})).configuration == 36
	claims(object.union(tdx, {"tdx": {"td_attributes": {"debug": true}}})).configuration == 36
	claims(object.union(tdx, {"tdx": {"tcb_status": "OutOfDate"}})).hardware == 97
	claims(object.union(tdx, {"tdx": {"collateral_expiration_status": "1"}})).hardware == 97
}

snp := {"snp": {
	"measurement": digest,
	"reported_tcb_bootloader": 3,
	"reported_tcb_tee": 0,
	"reported_tcb_snp": 8,
	"reported_tcb_microcode": 115,
	"policy_debug_allowed": false,
	"policy_migrate_ma": false,
}}

test_snp_affirmed if claims(snp) == affirming

test_snp_each_difference_shows if {
	claims(object.union(snp, {"snp": {"measurement": "0"}})).executables == 33
	claims(object.union(snp, {"snp": {"reported_tcb_microcode": 114}})).hardware == 97
	claims(object.union(snp, {"snp": {"policy_debug_allowed": true}})).configuration == 36
	claims(object.union(snp, {"snp": {"policy_migrate_ma": true}})).configuration == 36
}

csv := {"csv": {"version": "2", "measure": digest, "policy": {"nodbg": 1}}}

test_csv_affirmed if claims(csv) == affirming

test_csv_debug_shows if {
	claims(object.union(csv, {"csv": {"policy": {"nodbg": 0}}})).configuration == 36
}

sgx := {"sgx": {
	"body": {"mr_enclave": digest, "mr_signer": digest, "attributes.flags": "0500000000000000"},
	"tcb_status": "UpToDate",
}}

test_sgx_affirmed if claims(sgx) == affirming

test_sgx_debug_shows if {
	claims(object.union(sgx, {"sgx": {"body": {"attributes.flags": "0700000000000000"}}})).configuration == 36
}

tpm := {"tpm": {"pcr00": digest, "pcr04": digest, "pcr07": digest, "pcr09": digest, "ak_bound_by": "certificate"}}

test_tpm_affirmed if claims(tpm) == affirming

test_tpm_key_named_only if {
	claims(object.union(tpm, {"tpm": {"ak_bound_by": "name"}})).hardware == 97
}

test_no_evidence_earns_nothing if {
	claims({}) == {"executables": 33, "hardware": 97, "configuration": 36}
}
