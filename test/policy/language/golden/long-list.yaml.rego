# METADATA
# title: "A long list: {of} tools # really"
# custom:
#   source: policies/long-list.yaml:1
package stepgate.policy["7-long-list"]

log contains "{braces} and \"quotes\", \\ and\ttabs, ünïcödé" if {
	input.tool_name in {
		"payments.refund",
		"payments.capture",
		"payments.void",
		"ledger.write",
		"ledger.delete",
		"accounts.close",
	}
	not one_of_1
}

one_of_1 if {
	input.user.email in {
		"alice@example.com",
		"bob@example.com",
		"carol@example.com",
		"dave@example.com",
		"erin@example.com",
	}
}
