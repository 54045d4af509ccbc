# The default policy for devices beside a machine, such as accelerators: which trust claims their evidence earns.
#
# A claim is affirming only where a reference value is registered and the evidence equals one of its values.
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

# Several devices of one kind are members by their place.
nvidia := [input.nvidia] if input.nvidia.config

nvidia := [device | some device in input.nvidia] if not input.nvidia.config

executables := 3 if {
	count(nvidia) > 0
	every device in nvidia {
		registered("nvidia.vbios_version", device.config.vbios_version)
	}
}

hardware := 2 if {
	count(nvidia) > 0
	every device in nvidia {
		registered("nvidia.fwid", device.config.fwid)
	}
}

configuration := 2 if {
	count(nvidia) > 0
	every device in nvidia {
		registered("nvidia.driver_version", device.config.driver_version)
	}
}

# Hygon DCU.
executables := 3 if {
	count(input.hygondcu) > 0
	every device in input.hygondcu {
		registered("hygondcu.measure", device.body.measure)
	}
}

hardware := 2 if {
	count(input.hygondcu) > 0
	every device in input.hygondcu {
		registered("hygondcu.chip_id", device.body.chip_id)
	}
}

configuration := 2 if {
	count(input.hygondcu) > 0
	every device in input.hygondcu {
		registered("hygondcu.version", device.body.version)
	}
}
