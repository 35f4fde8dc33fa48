# METADATA
# title: facts
# custom:
#   source: policies/facts.yaml:1
package stepgate.policy.facts

redact contains "Secrets stay here" if {
	input.facts["* detects secret.aws_key"]
	input.facts["* contains DROP \"x\""]
	input.facts["step_input.prompt contains_any [\"password\",\"1\",1]"]
	not input.facts["step_input.prompt contains \"42\""]
	not input.facts["tool_input.commands[*] regex ^rm\\s+-[rf]+"]
}
