package policy_test

import rego.v1

import data.policy

references := {
	"nvidia.vbios_version": ["96.00.5e"],
	"nvidia.fwid": "c0ffee",
	"nvidia.driver_version": ["550.54"],
	"hygondcu.measure": ["aa"],
	"hygondcu.chip_id": ["bb"],
	"hygondcu.version": "01000000",
}

lookup(name) := references[name]

nothing(_) := null

gpu := {"config": {"vbios_version": "96.00.5e", "fwid": "c0ffee", "driver_version": "550.54"}}

dcu := {"body": {"measure": "aa", "chip_id": "bb", "version": "01000000"}}

other_dcu := {"body": {"measure": "cc", "chip_id": "bb", "version": "01000000"}}

affirmed := {"executables": 3, "hardware": 2, "configuration": 2}

doubted := {"executables": 33, "hardware": 97, "configuration": 36}

test_gpu if {
	policy.trust_claims == affirmed with input as {"nvidia": gpu} with query_reference_value as lookup
}

test_two_gpus if {
	policy.trust_claims == affirmed with input as {"nvidia": {"0": gpu, "1": gpu}}
		with query_reference_value as lookup
}

test_one_of_two_gpus_differs if {
	odd := {"config": {"vbios_version": "0", "fwid": "c0ffee", "driver_version": "550.54"}}
	policy.executables == 33 with input as {"nvidia": {"0": gpu, "1": odd}} with query_reference_value as lookup
}

test_nothing_registered if {
	policy.trust_claims == doubted with input as {"nvidia": gpu} with query_reference_value as nothing
}

test_no_device if {
	policy.trust_claims == doubted with input as {} with query_reference_value as lookup
}

test_dcu if {
	policy.trust_claims == affirmed with input as {"hygondcu": {"0": dcu}} with query_reference_value as lookup
}

test_one_of_two_dcus_differs if {
	policy.executables == 33 with input as {"hygondcu": {"0": dcu, "1": other_dcu}}
		with query_reference_value as lookup
}
