/** Thirty policies, each written twice: as the `spec` of a YAML policy, and by hand as the body of a Rego module. @module */

export interface Pair {
  readonly id: string
  /** YAML below `spec:`. */
  readonly yaml: string
  /** Rego below the package line; `policy` in rule position stands for nothing, it is plain Rego. */
  readonly rego: string
}

const pair = (id: string, yaml: string, rego: string): Pair => ({ id, yaml, rego })

export const pairs: readonly Pair[] = [
  pair(
    'equals-text',
    `when: [{ field: step_type, operator: equals, value: tool_call }]
  action: log
  reason: a tool call`,
    `log contains "a tool call" if input.step_type == "tool_call"`,
  ),
  pair(
    'equals-number',
    `when: [{ field: step_input.amount, operator: equals, value: 100 }]
  action: warn
  reason: exactly a hundred`,
    `warn contains "exactly a hundred" if input.step_input.amount == 100`,
  ),
  pair(
    'equals-boolean',
    `when: [{ field: step_input.force, operator: equals, value: true }]
  action: block
  reason: forced`,
    `block contains "forced" if input.step_input.force == true`,
  ),
  pair(
    'not-equals',
    `when: [{ field: metadata.environment, operator: not_equals, value: production }]
  action: log
  reason: not in production`,
    `log contains "not in production" if not input.metadata.environment == "production"`,
  ),
  pair(
    'not-equals-and-there',
    `when:
    - { field: metadata.environment, operator: exists }
    - { field: metadata.environment, operator: not_equals, value: staging }
  action: alert
  reason: somewhere else than staging`,
    `alert contains "somewhere else than staging" if {
	input.metadata.environment != null
	input.metadata.environment != "staging"
}`,
  ),
  pair(
    'in-list',
    `when: [{ field: model, operator: in, value: [gpt-4, gpt-4o, o3] }]
  action: require_approval
  reason: an expensive model`,
    `require_approval contains "an expensive model" if input.model in {"gpt-4", "gpt-4o", "o3"}`,
  ),
  pair(
    'not-in-list',
    `when: [{ field: provider, operator: not_in, value: [openai, anthropic] }]
  action: warn
  reason: an unknown provider`,
    `warn contains "an unknown provider" if not known

known if input.provider in {"openai", "anthropic"}`,
  ),
  pair(
    'contains-text',
    `when: [{ field: step_name, operator: contains, value: Deploy }]
  action: require_approval
  reason: deployments wait`,
    `require_approval contains "deployments wait" if {
	is_string(input.step_name)
	contains(lower(input.step_name), "deploy")
}`,
  ),
  pair(
    'contains-member',
    `when: [{ field: step_input.tags, operator: contains, value: pii }]
  action: block
  reason: tagged as personal`,
    `block contains "tagged as personal" if {
	is_array(input.step_input.tags)
	"pii" in input.step_input.tags
}

block contains "tagged as personal" if {
	is_string(input.step_input.tags)
	contains(lower(input.step_input.tags), "pii")
}`,
  ),
  pair(
    'not-contains',
    `when: [{ field: step_name, operator: not_contains, value: test }]
  action: log
  reason: not a test`,
    `log contains "not a test" if not a_test

a_test if {
	is_string(input.step_name)
	contains(lower(input.step_name), "test")
}`,
  ),
  pair(
    'contains-any',
    `when: [{ field: step_input.command, operator: contains_any, value: [DROP, truncate] }]
  action: block
  reason: destroys data`,
    `block contains "destroys data" if {
	some word in ["drop", "truncate"]
	is_string(input.step_input.command)
	contains(lower(input.step_input.command), word)
}`,
  ),
  pair(
    'starts-with',
    `when: [{ field: tool_name, operator: starts_with, value: db. }]
  action: alert
  reason: touches a database`,
    `alert contains "touches a database" if startswith(input.tool_name, "db.")`,
  ),
  pair(
    'ends-with',
    `when: [{ field: tool_name, operator: ends_with, value: .delete }]
  action: require_approval
  reason: deletes something`,
    `require_approval contains "deletes something" if endswith(input.tool_name, ".delete")`,
  ),
  pair(
    'regex-anchored',
    `when: [{ field: model, operator: regex, value: "^gpt-4" }]
  action: warn
  reason: the gpt-4 family`,
    'warn contains "the gpt-4 family" if regex.match(`^gpt-4`, input.model)',
  ),
  pair(
    'regex-case',
    `when: [{ field: step_input.command, operator: regex, value: "(?i)\\\\brm\\\\s+-[a-z]*r" }]
  action: block
  reason: removes recursively`,
    'block contains "removes recursively" if regex.match(`(?i)\\brm\\s+-[a-z]*r`, input.step_input.command)',
  ),
  pair(
    'regex-whole',
    `when: [{ field: "*", operator: regex, value: "sk-[a-z0-9]{8}" }]
  action: block
  reason: a key is in the input`,
    `block contains "a key is in the input" if {
	some root in [object.get(input, "step_input", {}), object.get(input, "tool_input", {})]
	walk(root, [_, leaf])
	is_string(leaf)
	regex.match(\`sk-[a-z0-9]{8}\`, leaf)
}`,
  ),
  pair(
    'greater-than',
    `when: [{ field: step_input.amount, operator: greater_than, value: 1000 }]
  action: require_approval
  reason: a large amount`,
    `require_approval contains "a large amount" if {
	is_number(input.step_input.amount)
	input.step_input.amount > 1000
}`,
  ),
  pair(
    'less-or-equal',
    `when: [{ field: tokens_in, operator: less_or_equal, value: 10 }]
  action: log
  reason: a short prompt`,
    `log contains "a short prompt" if {
	is_number(input.tokens_in)
	input.tokens_in <= 10
}`,
  ),
  pair(
    'exists',
    `when: [{ field: step_input.customer.email, operator: exists }]
  action: redact
  reason: an address
  redact: [step_input.customer.email]`,
    `redact contains {"reason": "an address", "redact": ["step_input.customer.email"]} if input.step_input.customer.email != null`,
  ),
  pair(
    'not-exists',
    `when: [{ field: trace_id, operator: not_exists }]
  action: alert
  reason: untraced`,
    `alert contains "untraced" if not traced

traced if input.trace_id != null`,
  ),
  pair(
    'cidr',
    `when: [{ field: step_input.host, operator: cidr, value: 10.0.0.0/8 }]
  action: warn
  reason: an inside address`,
    `warn contains "an inside address" if net.cidr_contains("10.0.0.0/8", input.step_input.host)`,
  ),
  pair(
    'any-of',
    `when:
    any:
      - { field: step_type, operator: equals, value: human_task }
      - { field: step_input.amount, operator: greater_than, value: 5000 }
      - { field: metadata.environment, operator: equals, value: production }
  action: log
  reason: one of three`,
    `log contains "one of three" if input.step_type == "human_task"

log contains "one of three" if {
	is_number(input.step_input.amount)
	input.step_input.amount > 5000
}

log contains "one of three" if input.metadata.environment == "production"`,
  ),
  pair(
    'not-both',
    `when:
    not:
      all:
        - { field: user.role, operator: equals, value: admin }
        - { field: metadata.environment, operator: equals, value: staging }
  action: warn
  reason: neither an admin in staging`,
    `warn contains "neither an admin in staging" if not both

both if {
	input.user.role == "admin"
	input.metadata.environment == "staging"
}`,
  ),
  pair(
    'nested-deep',
    `when:
    all:
      - { field: step_type, operator: in, value: [tool_call, connector_call] }
      - any:
          - { field: tool_name, operator: starts_with, value: db. }
          - all:
              - { field: step_input.amount, operator: greater_or_equal, value: 100 }
              - not: { field: user.role, operator: equals, value: admin }
  action: require_approval
  reason: a risky call`,
    `require_approval contains "a risky call" if {
	input.step_type in {"tool_call", "connector_call"}
	risky
}

risky if startswith(input.tool_name, "db.")

risky if {
	is_number(input.step_input.amount)
	input.step_input.amount >= 100
	not input.user.role == "admin"
}`,
  ),
  pair(
    'any-element',
    `when: [{ field: "step_input.items[*].price", operator: greater_than, value: 50 }]
  action: alert
  reason: something dear`,
    `alert contains "something dear" if {
	some item in input.step_input.items
	is_number(item.price)
	item.price > 50
}`,
  ),
  pair(
    'no-element',
    `when:
    - { field: step_input.items, operator: exists }
    - { field: "step_input.items[*].name", operator: not_equals, value: apple }
  action: log
  reason: no apples`,
    `log contains "no apples" if {
	input.step_input.items != null
	not apples
}

apples if {
	some item in input.step_input.items
	item.name == "apple"
}`,
  ),
  pair(
    'second-attempt',
    `when: [{ field: step.gate_count, operator: greater_than, value: 1 }]
  action: warn
  reason: "attempt {step.gate_count}"`,
    'warn contains reason if {\n\tinput.step.gate_count > 1\n\treason := sprintf("attempt %v", [input.step.gate_count])\n}',
  ),
  pair(
    'budget',
    `when: [{ field: workflow.cost_usd, operator: greater_or_equal, value: 5 }]
  action: block
  reason: the money is spent`,
    `block contains "the money is spent" if input.workflow.cost_usd >= 5`,
  ),
  pair(
    'reason-filled',
    `when: [{ field: model, operator: exists }]
  action: log
  reason: "{model} in {metadata.environment}"`,
    `log contains reason if {
	is_string(input.model)
	reason := concat("", [input.model, " in ", environment])
}

environment := input.metadata.environment if is_string(input.metadata.environment)

environment := json.marshal(input.metadata.environment) if {
	input.metadata.environment != null
	not is_string(input.metadata.environment)
}

environment := "(none)" if not known

known if input.metadata.environment != null`,
  ),
  pair(
    'type-is-respected',
    `when: [{ field: step_input.amount, operator: equals, value: "100" }]
  action: alert
  reason: a number written as text`,
    `alert contains "a number written as text" if input.step_input.amount == "100"`,
  ),
]
