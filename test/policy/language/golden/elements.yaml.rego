# METADATA
# title: elements
# custom:
#   source: policies/elements.yaml:1
package stepgate.policy.elements

import data.stepgate.lib.template

block contains reason if {
	any_element_1
	any_element_2
	any_element_3
	not any_element_4
	any_element_5
	endswith(input.tool_input.files[0], ".sh")
	input.metadata["a.b"]["c d"] == "x"
	input.step_input["default"]["not"] == true
	reason := concat("", [
		template.shown(["tool_input", "files", 0]),
		" of ",
		template.shown(["metadata", "a.b"]),
	])
}

any_element_1 if input.tool_input.rows[_].id in {1, 2, "3"}

any_element_2 if {
	value := input.tool_input.rows[_].amount
	is_number(value)
	value > 100
}

any_element_3 if input.tool_input.groups[_].members[_] == "root"

any_element_4 if input.tool_input.rows[_].owner == "me"

any_element_5 if input.tool_input.rows[_].tag != null
