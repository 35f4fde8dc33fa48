# METADATA
# title: first
# custom:
#   source: policies/several.yaml:2
package stepgate.policy.first

log contains "Everything is logged" if input.workflow_id != null

# METADATA
# title: second
# custom:
#   source: policies/several.yaml:14
package stepgate.policy.second

import data.stepgate.lib.template

log contains reason if {
	input.model == "x"
	reason := template.shown(["model"])
}
