# METADATA
# title: not
# custom:
#   owner: "true"
#   source: policies/context-prefix.yaml:1
package stepgate.policy["not"]

import data.stepgate.lib.template

block contains reason if {
	input.step_type == "tool_call"
	startswith(input.tool_input.path, "/etc")
	reason := template.shown(["tool_input", "path"])
}
