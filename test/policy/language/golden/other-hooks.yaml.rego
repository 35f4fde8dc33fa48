# METADATA
# title: other-hooks
# custom:
#   source: policies/other-hooks.yaml:1
package stepgate.policy["other-hooks"]

import data.stepgate.lib.template

warn contains reason if {
	any_of_1
	reason := template.shown(["output"])
}

any_element_1 if input.plan.steps[_].tool_name == "shell"

any_of_1 if any_element_1

any_of_1 if input.output.rows != null

any_of_1 if input.code.language == "python"
