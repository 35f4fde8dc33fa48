# METADATA
# title: GPT-4 needs review
# description: "Large models are dear,\nand \"careful\": people look first."
# custom:
#   owner: platform-security
#   tags:
#     - model
#     - cost
#   source: policies/model-review.yaml:2
package stepgate.policy["gpt4-needs-review"]

import data.stepgate.lib.template

require_approval contains reason if {
	input.step_type == "llm_call"
	input.facts["model regex ^gpt-4"]
	not input.user.role == "admin"
	reason := concat("", [
		template.shown(["model"]),
		" needs a reviewer in ",
		template.shown(["metadata", "environment"]),
	])
}
