"""The same contract through the client for programs that do not use asyncio."""

import asyncio
from typing import TypedDict

import pytest
from axonflow import AxonFlow
from axonflow.adapters import wrap_langgraph
from axonflow.exceptions import IdempotencyKeyMismatchError
from axonflow.workflow import CreateWorkflowRequest, ListWorkflowsOptions, MarkStepCompletedRequest, WorkflowStatus
from langgraph.graph import END, START, StateGraph
from steps import allowed_step, blocked_step, held_step


@pytest.fixture
def program():
    """A program without asyncio: the client finds a loop that nobody runs, as it does in a fresh interpreter."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def sync_client(program, sidecar, tenant):
    with AxonFlow.sync(endpoint=sidecar.url, client_id=tenant, client_secret="secret") as client:
        yield client


@pytest.fixture
def run_id(sync_client):
    return sync_client.create_workflow(CreateWorkflowRequest(workflow_name="sync", trace_id="t")).workflow_id


def test_a_workflow_runs_from_create_to_complete(sync_client, run_id):
    assert sync_client.health_check() is True
    assert sync_client.step_gate(run_id, "one", allowed_step()).is_allowed()
    sync_client.mark_step_completed(run_id, "one", MarkStepCompletedRequest(output={"ok": True}))
    again = sync_client.step_gate(run_id, "one", allowed_step(), include_prior_output=True)
    assert again.retry_context.prior_output == {"ok": True}
    assert sync_client.step_gate(run_id, "two", blocked_step()).is_blocked()
    sync_client.complete_workflow(run_id)
    assert sync_client.get_workflow(run_id).status is WorkflowStatus.COMPLETED
    assert sync_client.list_workflows(ListWorkflowsOptions(trace_id="t")).total == 1


def test_a_held_step_is_approved_and_the_workflow_resumed(sync_client, run_id):
    assert sync_client.step_gate(run_id, "rollout", held_step()).requires_approval()
    [entry] = sync_client.get_pending_approvals().pending_approvals
    assert sync_client.approve_step(run_id, entry.step_id, comment="Checked the change").status == "approved"
    sync_client.resume_workflow(run_id)
    assert sync_client.step_gate(run_id, "rollout", held_step()).is_allowed()
    sync_client.abort_workflow(run_id, "enough")
    assert sync_client.get_workflow(run_id).status is WorkflowStatus.ABORTED


def test_a_rejection_and_a_failure_end_workflows(sync_client, run_id):
    sync_client.step_gate(run_id, "rollout", held_step())
    assert sync_client.reject_step(run_id, "rollout", reason="Not on a Friday").status == "rejected"
    assert sync_client.get_workflow(run_id).status is WorkflowStatus.ABORTED
    other = sync_client.create_workflow(CreateWorkflowRequest(workflow_name="other")).workflow_id
    sync_client.fail_workflow(other, "broken")
    assert sync_client.get_workflow(other).status is WorkflowStatus.FAILED


def test_a_mismatch_of_keys_is_the_typed_error(sync_client, run_id):
    sync_client.step_gate(run_id, "pay", allowed_step(idempotency_key="k"))
    with pytest.raises(IdempotencyKeyMismatchError) as raised:
        sync_client.step_gate(run_id, "pay", allowed_step(idempotency_key="l"))
    assert (raised.value.expected_idempotency_key, raised.value.received_idempotency_key) == ("k", "l")


def test_a_graph_is_invoked_and_its_workflow_completes(sidecar, tenant):
    class State(TypedDict):
        text: str

    def client():
        return AxonFlow(endpoint=sidecar.url, client_id=tenant, client_secret="secret")

    async def workflows():
        async with client() as reader:
            return (await reader.list_workflows()).workflows

    graph = StateGraph(State)
    graph.add_node("shout", lambda state: {"text": state["text"].upper()})
    graph.add_edge(START, "shout")
    graph.add_edge("shout", END)
    governed = wrap_langgraph(graph.compile(), client=client(), workflow_name="sync")
    assert governed.invoke({"text": "why"}) == {"text": "WHY"}
    [found] = asyncio.run(workflows())
    assert found.status is WorkflowStatus.COMPLETED
    assert [step.step_name for step in found.steps] == ["shout"]
