"""What a gate answers the first time it is asked."""

import pytest
from axonflow.workflow import (
    CreateWorkflowRequest,
    GateDecision,
    MarkStepCompletedRequest,
    StepGateRequest,
    StepType,
    ToolContext,
    WorkflowStatus,
)
from refusals import refusal_of
from sidecar import PUBLIC_URL
from steps import allowed_step, blocked_step, held_step, tool_step


@pytest.fixture
async def production(client):
    """A workflow whose metadata says that it runs in production."""
    request = CreateWorkflowRequest(workflow_name="pipeline", metadata={"environment": "production"})
    return (await client.create_workflow(request)).workflow_id


async def test_a_step_that_no_policy_speaks_about_is_allowed_and_the_reply_says_so(client, workflow_id):
    gate = await client.step_gate(workflow_id, "step-1", allowed_step())
    assert gate.is_allowed()
    assert gate.step_id == "step-1"
    assert gate.reason == "No matching policies"
    assert gate.decision_id.startswith("dec_")
    assert (gate.cached, gate.decision_source) == (False, "fresh")
    assert gate.policy_ids == []
    assert not gate.policies_evaluated
    assert not gate.policies_matched
    assert gate.approval_url is None


@pytest.mark.parametrize("step_type", list(StepType))
async def test_every_step_type_the_client_knows_is_gated_and_kept(client, workflow_id, step_type):
    assert (await client.step_gate(workflow_id, "it", StepGateRequest(step_type=step_type))).is_allowed()
    assert (await client.get_workflow(workflow_id)).steps[0].step_type is step_type


async def test_a_step_with_nothing_but_its_type_is_gated_although_the_client_sends_nulls(client, workflow_id):
    gate = await client.step_gate(workflow_id, "bare", StepGateRequest(step_type=StepType.HUMAN_TASK))
    assert gate.is_allowed()
    assert (await client.get_workflow(workflow_id)).steps[0].step_name is None


async def test_a_blocked_step_names_the_policy_and_its_own_reason(client, production):
    gate = await client.step_gate(production, "generate", allowed_step(model="gpt-4o", provider="openai"))
    assert gate.is_blocked()
    assert gate.reason == "gpt-4o is not allowed in production"
    assert gate.policy_ids == ["gpt4-blocked-in-production"]
    [match] = gate.policies_matched
    assert match.policy_id == "gpt4-blocked-in-production"
    assert match.policy_name == "GPT-4 stays out of production"
    assert match.action == "block"
    assert match.reason == "gpt-4o is not allowed in production"
    assert gate.policies_evaluated == gate.policies_matched
    assert gate.approval_url is None


async def test_a_block_leaves_the_workflow_in_progress(client, workflow_id):
    await client.step_gate(workflow_id, "drop", blocked_step())
    assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.IN_PROGRESS
    assert (await client.step_gate(workflow_id, "next", allowed_step())).is_allowed()


async def test_the_same_step_is_allowed_where_the_metadata_does_not_match(client, workflow_id):
    assert (await client.step_gate(workflow_id, "generate", allowed_step(model="gpt-4o"))).is_allowed()


async def test_a_held_step_carries_the_reason_and_a_link_for_the_reviewer(client, workflow_id):
    gate = await client.step_gate(workflow_id, "rollout", held_step())
    assert gate.requires_approval()
    assert gate.reason == "Deploy service needs a reviewer"
    assert gate.policy_ids == ["deployments-need-approval"]
    assert gate.policies_matched[0].action == "require_approval"
    assert gate.approval_url.startswith(f"{PUBLIC_URL}/")
    assert workflow_id in gate.approval_url and "rollout" in gate.approval_url
    [step] = (await client.get_workflow(workflow_id)).steps
    assert step.decision is GateDecision.REQUIRE_APPROVAL
    assert step.approval_status.value == "pending"


async def test_a_tool_is_held_by_its_name(client, workflow_id):
    gate = await client.step_gate(workflow_id, "pay", tool_step("payments.transfer", {"amount": 250}))
    assert gate.requires_approval()
    assert gate.reason == "A transfer of 250 needs a reviewer"


async def test_a_policy_written_in_rego_decides_like_any_other(client, workflow_id, production):
    deletion = tool_step("db.delete", {"table": "drafts"})
    assert (await client.step_gate(workflow_id, "delete", deletion)).is_allowed()
    gate = await client.step_gate(production, "delete", deletion)
    assert gate.is_blocked()
    assert gate.reason == "Nothing is deleted in production"
    assert gate.policy_ids == ["no_production_deletes"]
    assert gate.policies_matched[0].policy_name == "No deletes in production"


async def test_tool_arguments_that_stand_only_in_the_tool_context_are_seen_by_a_policy_over_all_text(
    client, workflow_id
):
    gate = await client.step_gate(
        workflow_id, "query", tool_step("sql.run", {"statements": ["select 1", {"text": "drop table users"}]})
    )
    assert gate.is_blocked()
    assert gate.policy_ids == ["no-table-drops"]


async def test_a_detector_finds_what_it_looks_for_anywhere_in_the_input(client, workflow_id):
    gate = await client.step_gate(
        workflow_id, "write", allowed_step(step_input={"letter": {"lines": ["Dear Sir,", "my SSN is 536-22-8726."]}})
    )
    assert gate.policy_ids == ["no-social-security-numbers"]


async def test_a_policy_that_only_alerts_is_evaluated_and_does_not_decide(client, workflow_id):
    gate = await client.step_gate(workflow_id, "mail", tool_step("mail.send", {"to": "ops"}))
    assert gate.is_allowed()
    [match] = gate.policies_evaluated
    assert (match.policy_id, match.policy_name, match.action) == (
        "mail-is-watched",
        "Outgoing mail is watched",
        "alert",
    )
    assert not gate.policies_matched


async def test_a_policy_that_redacts_lets_the_step_through_and_is_an_obligation_of_the_caller(client, workflow_id):
    gate = await client.step_gate(
        workflow_id, "greet", allowed_step(step_input={"customer": {"email": "jane@example.com"}})
    )
    assert gate.is_allowed()
    [match] = gate.policies_matched
    assert (match.policy_id, match.action) == ("customer-email-is-masked", "redact")


async def test_a_policy_in_shadow_is_reported_and_does_not_decide(client, workflow_id):
    gate = await client.step_gate(workflow_id, "translate", allowed_step(step_name="Translate"))
    assert gate.is_allowed()
    assert [match.policy_id for match in gate.policies_evaluated] == ["translations-on-trial"]
    assert not gate.policies_matched


async def test_block_beats_require_approval(client, production):
    gate = await client.step_gate(production, "both", allowed_step(step_name="Deploy", model="gpt-4"))
    assert gate.is_blocked()
    assert gate.reason == "gpt-4 is not allowed in production"
    assert {match.policy_id for match in gate.policies_evaluated} == {
        "deployments-need-approval",
        "gpt4-blocked-in-production",
    }
    assert gate.approval_url is None


async def test_tokens_of_earlier_steps_count_for_policies_from_gates_and_completions(client, workflow_id):
    first = await client.step_gate(
        workflow_id, "first", allowed_step(step_name="Summarise", tokens_in=50, tokens_out=400, cost_usd=0.01)
    )
    assert first.is_allowed()
    await client.mark_step_completed(
        workflow_id, "first", MarkStepCompletedRequest(tokens_in=60, tokens_out=1400, cost_usd=0.02)
    )
    second = await client.step_gate(workflow_id, "second", allowed_step(step_name="Summarise"))
    assert second.is_blocked()
    assert second.policy_ids == ["token-budget"]


async def test_each_fresh_decision_has_an_id_of_its_own(client, workflow_id):
    gates = [await client.step_gate(workflow_id, f"step-{n}", allowed_step()) for n in range(3)]
    assert len({gate.decision_id for gate in gates}) == 3


class TestFirstRetryContext:
    async def test_it_has_all_ten_keys(self, client, workflow_id):
        context = (await client.step_gate(workflow_id, "step-1", allowed_step())).retry_context
        assert context.model_fields_set == {
            "gate_count",
            "completion_count",
            "prior_completion_status",
            "prior_output_available",
            "prior_output",
            "prior_completion_at",
            "first_attempt_at",
            "last_attempt_at",
            "last_decision",
            "idempotency_key",
        }

    @pytest.mark.parametrize(
        ("step", "decision"),
        [(allowed_step(), "allow"), (blocked_step(), "block"), (held_step(), "require_approval")],
        ids=["allow", "block", "require_approval"],
    )
    async def test_it_counts_one_gate_no_completion_and_repeats_the_decision(
        self, client, workflow_id, step, decision
    ):
        context = (await client.step_gate(workflow_id, "step-1", step)).retry_context
        assert (context.gate_count, context.completion_count) == (1, 0)
        assert context.prior_completion_status.value == "none"
        assert context.prior_output_available is False
        assert context.prior_output is None
        assert context.prior_completion_at is None
        assert context.first_attempt_at == context.last_attempt_at
        assert context.last_decision.value == decision
        assert context.idempotency_key == ""

    async def test_it_repeats_the_key_of_the_request(self, client, workflow_id):
        gate = await client.step_gate(workflow_id, "step-1", allowed_step(idempotency_key="invoice:7721/ž"))
        assert gate.retry_context.idempotency_key == "invoice:7721/ž"


class TestRefusals:
    async def test_another_step_is_refused_while_one_waits_for_approval(self, client, workflow_id):
        await client.step_gate(workflow_id, "early", allowed_step())
        await client.step_gate(workflow_id, "rollout", held_step())
        refusal = await refusal_of(client.step_gate(workflow_id, "later", allowed_step()))
        assert (refusal.status, refusal.code) == (409, "APPROVAL_PENDING")
        assert "rollout" in refusal.message
        assert (await client.step_gate(workflow_id, "early", allowed_step())).cached
        assert [step.step_id for step in (await client.get_workflow(workflow_id)).steps] == ["early", "rollout"]

    async def test_a_tool_context_without_a_tool_name_is_refused(self, client, workflow_id):
        refusal = await refusal_of(
            client.step_gate(workflow_id, "call", allowed_step(tool_context=ToolContext(tool_name="")))
        )
        assert (refusal.status, refusal.code) == (400, "INVALID_TOOL_CONTEXT")
        assert refusal.body["error"] == "validation_error"
        assert refusal.message == "tool_name is required when tool_context is provided"

    async def test_a_body_over_one_mebibyte_is_refused_and_nothing_is_gated(self, client, workflow_id):
        refusal = await refusal_of(
            client.step_gate(workflow_id, "big", allowed_step(step_input={"text": "x" * 1_048_576}))
        )
        assert (refusal.status, refusal.code) == (413, "REQUEST_TOO_LARGE")
        assert refusal.body["limit_bytes"] == 1_048_576
        assert (await client.get_workflow(workflow_id)).steps == []

    async def test_a_refusal_is_flat_with_its_code_in_both_cases(self, client):
        refusal = await refusal_of(client.step_gate("wf_unknown", "step-1", allowed_step()))
        assert refusal.body["error"] == "not_found"
        assert refusal.body["code"] == "NOT_FOUND"
        assert refusal.body["message"] == "Workflow not found"
