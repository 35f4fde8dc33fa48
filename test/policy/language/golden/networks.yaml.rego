# METADATA
# title: networks
# custom:
#   source: policies/networks.yaml:1
package stepgate.policy.networks

block contains "Not from there" if {
	any_of_1
	not in_range_2
}

in_range_1 if {
	some range in ["169.254.0.0/16"]
	net.cidr_contains(range, input.tool_input.hosts[_].ip)
}

any_of_1 if in_range_1

any_of_1 if {
	is_string(input.now)
	input.now < "2025-01-01"
}

in_range_2 if {
	some range in ["10.0.0.0/8", "fd00::/8"]
	net.cidr_contains(range, input.metadata.client_ip)
}
