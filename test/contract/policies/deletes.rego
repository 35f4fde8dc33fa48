# METADATA
# title: No deletes in production
# description: Deleting in production is never automatic.
package stepgate.policy.no_production_deletes

block contains "Nothing is deleted in production" if {
	input.tool_name == "db.delete"
	input.metadata.environment == "production"
}
