"""A step id is whatever its caller chose, in the path as the client puts it there, and comes back unchanged."""

import pytest
from axonflow.workflow import MarkStepCompletedRequest
from refusals import refusal_of
from steps import allowed_step, held_step

STEP_IDS = [
    "step-1-generate",
    "Generate Code",
    "release.v1.2.3",
    "dag:task:2026-01-01T00:00:00",
    "tools/search",
    "a/b/c",
    "plan/steps/1",
    "gate",
    "complete",
    "données-分析-🚦",
    "50 % off",
    "a+b=c&d",
    "semi;colon,comma",
    "'quoted' (twice) [x] {y} ~!@$*",
    "trailing.",
    "x" * 255,
]


@pytest.mark.parametrize("step_id", STEP_IDS)
async def test_a_step_is_gated_completed_and_read_back_under_its_own_id(client, workflow_id, step_id):
    gate = await client.step_gate(workflow_id, step_id, allowed_step())
    assert gate.is_allowed()
    assert gate.step_id == step_id
    await client.mark_step_completed(workflow_id, step_id, MarkStepCompletedRequest(output={"of": step_id}))
    again = await client.step_gate(workflow_id, step_id, allowed_step(), include_prior_output=True)
    assert again.cached
    assert again.retry_context.prior_output == {"of": step_id}
    assert [step.step_id for step in (await client.get_workflow(workflow_id)).steps] == [step_id]


@pytest.mark.parametrize("step_id", STEP_IDS)
async def test_a_step_is_approved_under_its_own_id(client, workflow_id, step_id):
    assert (await client.step_gate(workflow_id, step_id, held_step())).requires_approval()
    [entry] = (await client.get_pending_approvals()).pending_approvals
    assert entry.step_id == step_id
    reply = await client.approve_step(workflow_id, entry.step_id, comment="Checked the change")
    assert (reply.step_id, reply.status) == (step_id, "approved")


async def test_a_percent_encoded_slash_is_a_slash(client, workflow_id):
    assert (await client.step_gate(workflow_id, "tools%2Fsearch", allowed_step())).step_id == "tools/search"


async def test_ids_that_differ_in_case_or_in_a_space_are_different_steps(client, workflow_id):
    for step_id in ("a b", "A b", "a  b"):
        assert not (await client.step_gate(workflow_id, step_id, allowed_step())).cached
    assert len((await client.get_workflow(workflow_id)).steps) == 3


async def test_a_refusal_names_the_step_by_the_same_id(client, workflow_id):
    await client.step_gate(workflow_id, "Generate Code", allowed_step(step_input={"a": 1}))
    refusal = await refusal_of(client.step_gate(workflow_id, "Generate Code", allowed_step()))
    assert refusal.body["error"]["details"]["step_id"] == "Generate Code"
