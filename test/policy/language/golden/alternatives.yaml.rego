# METADATA
# title: alternatives
# custom:
#   source: policies/alternatives.yaml:1
package stepgate.policy.alternatives

warn contains "One of several" if any_of_1

any_of_1 if startswith(input.tool_name, "db.")

any_of_1 if {
	input.provider == "openai"
	is_number(input.tokens_in)
	input.tokens_in > 10000
}

any_of_1 if {
	is_number(input.cost_usd)
	input.cost_usd >= 1.5
}

any_of_1 if {
	is_number(input.step_index)
	input.step_index < 2
}
