/** Sets of policies that between them use what the compiler has: each is compiled twice and compared. */
export interface PolicySet {
  files: Readonly<Record<string, string>>
  entrypoints: readonly string[]
  optimize?: 0 | 1 | 2
  prune?: boolean
}

const generated = (i: number) => `package pol.p${i}

# METADATA
# title: Policy ${i}
default decision := {"matched": false}

decision := {"matched": true, "reason": reason} if {
	input.step_type == "tool_call"
	input.tool in {"shell", "sql", "browser_${i}"}
	input.amount > ${i * 10}
	not exempt
}

exempt if {
	some role in input.roles
	role == "admin_${i}"
}

reason := sprintf("policy ${i} on %s", [input.tool]) if object.get(input, ["meta", "env"], "dev") == "prod"
`

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`pol/p${i}.rego`, generated(i)]))
const decisions = (count: number) => Array.from({ length: count }, (_, i) => `pol/p${i}/decision`)

const annotated = {
  'org/teams/pay.rego': `package org.teams.pay

import data.org.shared

# METADATA
# title: Payments
# entrypoint: true
# custom:
#   severity: high
allow if {
	shared.clerk(input.user)
	every item in input.items { item.price < data.limits.pay[item.kind] }
	count({kind | some item in input.items; kind := item.kind}) <= 3
}
`,
  'org/shared.rego': `package org.shared

clerk(user) if user.role == "clerk"

clerk(user) if {
	some group in user.groups
	startswith(group, "clerks/")
}

level(user) := "senior" if {
	user.years > 10
} else := "plain" if {
	user.years > 1
} else := "new"

by_kind[kind] contains item.id if {
	some item in input.items
	kind := item.kind
}

totals[kind] := sum([item.price | some item in input.items; item.kind == kind]) if some kind in object.keys(by_kind)
`,
  'limits/data.json': '{"pay": {"goods": 100, "travel": 2.5e3}}',
  'org/data.yaml': 'names:\n  - Straße\n  - 東京\n',
}

const builtins = {
  'b.rego': `package b

text if {
	regex.match(\`^[a-z]+@(example|test)\\.org$\`, input.mail)
	glob.match("api.*.org", ["."], input.host)
	net.cidr_contains("10.0.0.0/8", input.ip)
}

host if {
	time.now_ns() > input.since
	[_, claims, _] := io.jwt.decode(input.token)
	claims.sub == crypto.sha256(json.marshal(input.user))
	semver.compare(input.version, "1.2.3") >= 0
}

walked contains path if walk(input, [path, "secret"])

replaced := allowed if allowed := text with input.mail as "a@test.org" with data.b.host as true

template := $"{input.user} of {input.host}"
`,
}

export const policySets: Readonly<Record<string, PolicySet>> = {
  'one policy': { files: many(1), entrypoints: decisions(1) },
  'sixteen policies, an entry point each': { files: many(16), entrypoints: decisions(16) },
  'sixteen policies, one entry point, the rest pruned': {
    files: many(16),
    entrypoints: decisions(1),
    prune: true,
  },
  'a package as entry point': { files: many(3), entrypoints: ['pol'] },
  'annotations, functions and data files': { files: annotated, entrypoints: [] },
  'built-ins of the module and of the host': {
    files: builtins,
    entrypoints: ['b/text', 'b/host', 'b/walked', 'b/replaced', 'b/template'],
  },
  'sixteen policies, optimised': { files: many(16), entrypoints: decisions(16), optimize: 1 },
  'functions and data, optimised harder': {
    files: annotated,
    entrypoints: ['org/shared/totals'],
    optimize: 2,
  },
}
