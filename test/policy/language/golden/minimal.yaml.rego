# METADATA
# title: minimal
# custom:
#   source: policies/minimal.yaml:1
package stepgate.policy.minimal

block contains "minimal" if input.tool_name == "db.delete"
