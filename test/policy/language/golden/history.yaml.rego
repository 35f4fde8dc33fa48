# METADATA
# title: history
# custom:
#   source: policies/history.yaml:1
package stepgate.policy.history

import data.stepgate.lib.template

require_approval contains reason if {
	input.facts["workflow.steps[*].tool_name equals crm.export"]
	input.facts["workflow.steps[*].step_type in [\"tool_call\",\"connector_call\"]"]
	input.facts["workflow.steps[*].completed equals true"]
	not input.facts["workflow.steps[*].decision equals block"]
	is_number(input.workflow.cost_usd)
	input.workflow.cost_usd > 20
	is_number(input.step.gate_count)
	input.step.gate_count >= 3
	reason := concat("", [
		"After an export, with $",
		template.shown(["workflow", "cost_usd"]),
		" spent over ",
		template.shown(["workflow", "step_count"]),
		" steps",
	])
}
