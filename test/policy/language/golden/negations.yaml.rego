# METADATA
# title: negations
# custom:
#   source: policies/negations.yaml:1
package stepgate.policy.negations

alert contains "Nothing speaks for it" if {
	not one_of_1
	not present_1
	not input.metadata.team == "core"
	not input.facts["metadata.note contains approved"]
	not compared_1
	endswith(input.user.role, "-admin")
	input.metadata.region == "apac"
	not all_of_1
}

one_of_1 if input.metadata.region in {"eu", "us"}

present_1 if input.metadata.ticket != null

compared_1 if {
	is_number(input.metadata.score)
	input.metadata.score > 0.5
}

starts_with_1 if startswith(input.model, "local-")

all_of_1 if {
	input.tool_name in {"search", "read"}
	not starts_with_1
}
