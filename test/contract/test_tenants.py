"""The Basic user name is the tenant; another tenant's workflow is a workflow that does not exist."""

import pytest
from axonflow import AxonFlow
from axonflow.workflow import CreateWorkflowRequest
from refusals import refusal_of
from steps import allowed_step, held_step

CALLS = {
    "get_workflow": (),
    "complete_workflow": (),
    "fail_workflow": (),
    "abort_workflow": (),
    "resume_workflow": (),
    "step_gate": ("rollout", held_step()),
    "mark_step_completed": ("rollout",),
    "approve_step": ("rollout", "long enough comment"),
    "reject_step": ("rollout", "long enough reason"),
    "get_checkpoints": (),
    "resume_from_last_checkpoint": (),
    "resume_from_checkpoint": (1,),
}


@pytest.mark.parametrize("call", CALLS)
async def test_an_unknown_workflow_is_not_found_and_its_id_is_not_repeated(client, call):
    refusal = await refusal_of(getattr(client, call)("wf_no_such_workflow", *CALLS[call]))
    assert (refusal.status, refusal.code) == (404, "NOT_FOUND")
    assert "wf_no_such_workflow" not in refusal.text


@pytest.mark.parametrize("call", CALLS)
async def test_another_tenants_workflow_is_answered_like_an_unknown_one_and_stays_as_it_was(
    client, connect, workflow_id, call
):
    await client.step_gate(workflow_id, "rollout", held_step())
    before = await client.get_workflow(workflow_id)
    stranger = connect("somebody-else")
    foreign = await refusal_of(getattr(stranger, call)(workflow_id, *CALLS[call]))
    unknown = await refusal_of(getattr(stranger, call)("wf_no_such_workflow", *CALLS[call]))
    assert foreign == unknown
    assert await client.get_workflow(workflow_id) == before


async def test_lists_hold_what_the_tenant_made(client, connect, workflow_id):
    await client.step_gate(workflow_id, "rollout", held_step())
    stranger = connect("a-stranger-with-nothing")
    assert (await stranger.list_workflows()).total == 0
    assert (await stranger.get_pending_approvals()).count == 0
    assert (await client.list_workflows()).total == 1


async def test_all_clients_of_a_tenant_share_its_workflows(connect, workflow_id):
    assert (await connect().get_workflow(workflow_id)).workflow_id == workflow_id


async def test_a_client_without_credentials_has_a_tenant_of_its_own(sidecar, client, workflow_id):
    async with AxonFlow(endpoint=sidecar.url) as anonymous:
        assert (await refusal_of(anonymous.get_workflow(workflow_id))).status == 404
        created = await anonymous.create_workflow(CreateWorkflowRequest(workflow_name="no credentials"))
        assert (await anonymous.step_gate(created.workflow_id, "step", allowed_step())).is_allowed()
    assert (await refusal_of(client.get_workflow(created.workflow_id))).status == 404


async def test_a_policy_scoped_to_a_tenant_binds_that_tenant_alone(client, connect, workflow_id):
    assert (await client.step_gate(workflow_id, "export", allowed_step(step_name="Export"))).is_allowed()
    bank = connect("regulated-bank")
    created = await bank.create_workflow(CreateWorkflowRequest(workflow_name="in the bank"))
    gate = await bank.step_gate(created.workflow_id, "export", allowed_step(step_name="Export"))
    assert gate.is_blocked()
    assert gate.policy_ids == ["exports-stay-in-the-bank"]
