"""Recording that a step has run."""

import pytest
from axonflow.workflow import MarkStepCompletedRequest
from refusals import refusal_of
from steps import allowed_step, blocked_step, held_step


async def completions(client, workflow_id, step_id="step", **step):
    gate = await client.step_gate(workflow_id, step_id, allowed_step(**step), include_prior_output=True)
    return gate.retry_context


async def test_a_step_is_completed_without_a_word_about_it(client, workflow_id):
    await client.step_gate(workflow_id, "step", allowed_step())
    assert await client.mark_step_completed(workflow_id, "step") is None
    assert (await completions(client, workflow_id)).completion_count == 1


async def test_a_step_is_completed_with_output_metadata_tokens_and_cost(client, workflow_id):
    await client.step_gate(workflow_id, "step", allowed_step())
    request = MarkStepCompletedRequest(
        output={"text": "ok"}, metadata={"attempt": 1}, tokens_in=150, tokens_out=500, cost_usd=0.002
    )
    assert await client.mark_step_completed(workflow_id, "step", request) is None
    assert (await completions(client, workflow_id)).prior_output == {"text": "ok"}


async def test_the_latest_completion_counts_and_its_output_replaces_the_earlier_one(client, workflow_id):
    await client.step_gate(workflow_id, "step", allowed_step())
    for output in ({"try": 1}, {"try": 2}):
        await client.mark_step_completed(workflow_id, "step", MarkStepCompletedRequest(output=output))
    context = await completions(client, workflow_id)
    assert (context.completion_count, context.prior_output) == (2, {"try": 2})


async def test_an_approved_step_can_be_completed(client, workflow_id):
    await client.step_gate(workflow_id, "rollout", held_step())
    await client.approve_step(workflow_id, "rollout", comment="Checked the change")
    await client.mark_step_completed(workflow_id, "rollout", MarkStepCompletedRequest(output={"live": True}))
    assert (await client.get_workflow(workflow_id)).steps[0].completed_at is not None


@pytest.mark.parametrize("step", [held_step(), blocked_step()], ids=["pending", "blocked"])
async def test_a_step_that_was_not_allowed_cannot_be_completed_as_if_it_had_run(client, workflow_id, step):
    await client.step_gate(workflow_id, "step", step)
    refusal = await refusal_of(client.mark_step_completed(workflow_id, "step"))
    assert refusal.status == 409
    assert (await client.get_workflow(workflow_id)).steps[0].completed_at is None


async def test_a_step_of_an_aborted_workflow_cannot_be_completed(client, workflow_id):
    await client.step_gate(workflow_id, "step", allowed_step())
    await client.abort_workflow(workflow_id)
    assert (await refusal_of(client.mark_step_completed(workflow_id, "step"))).status == 409


async def test_a_step_may_report_its_completion_after_the_workflow_completed(client, workflow_id):
    await client.step_gate(workflow_id, "slow", allowed_step())
    await client.complete_workflow(workflow_id)
    await client.mark_step_completed(workflow_id, "slow", MarkStepCompletedRequest(output={"late": True}))
    assert (await client.get_workflow(workflow_id)).steps[0].completed_at is not None


async def test_a_step_that_was_never_gated_is_recorded_as_such_and_not_refused(client, workflow_id):
    await client.step_gate(workflow_id, "step-1-act", allowed_step())
    assert await client.mark_step_completed(workflow_id, "step-2-act") is None
    assert "step-1-act" in [step.step_id for step in (await client.get_workflow(workflow_id)).steps]
    await client.complete_workflow(workflow_id)
    assert (await client.get_workflow(workflow_id)).is_terminal()


async def test_an_ungated_completion_opens_no_gate(client, workflow_id):
    await client.mark_step_completed(workflow_id, "drop", MarkStepCompletedRequest(output={"rows": 0}))
    assert (await client.step_gate(workflow_id, "drop", blocked_step())).is_blocked()
