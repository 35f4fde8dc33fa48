"""The same contract through the client for programs that do not use asyncio."""

import asyncio
from typing import TypedDict

import pytest
from axonflow import AxonFlow
from axonflow.adapters import wrap_langgraph
from axonflow.exceptions import (
    IdempotencyKeyMismatchError,
    PlanExecutionError,
    PolicyViolationError,
    VersionConflictError,
)
from axonflow.execution import ExecutionType, UnifiedListExecutionsRequest
from axonflow.hitl import HITLCreateInput, HITLQueueListOptions, HITLReviewInput
from axonflow.types import ExecutionMode, ListExecutionsOptions, UpdatePlanRequest
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


def test_a_plan_runs_from_query_to_result(sync_client, subject):
    plan = sync_client.generate_plan(f"Find {subject}; write about {subject}")
    assert [step.name for step in plan.steps] == ["searcher", "writer", "synthesize-results"]
    execution = sync_client.execute_plan(plan.plan_id)
    assert (execution.status, list(execution.step_results)) == ("completed", [step.name for step in plan.steps])
    assert sync_client.get_plan_status(plan.plan_id).result == execution.result
    with pytest.raises(PlanExecutionError, match="already been executed"):
        sync_client.execute_plan(plan.plan_id)
    blocked = sync_client.generate_plan(f"Pay {subject}")
    with pytest.raises(PolicyViolationError, match="A plan does not pay"):
        sync_client.execute_plan(blocked.plan_id)


def test_a_plan_is_changed_rolled_back_and_cancelled(sync_client, subject):
    plan_id = sync_client.generate_plan(f"Find {subject}").plan_id
    request = UpdatePlanRequest(expected_version=1, execution_mode=ExecutionMode.STEP)
    assert sync_client.update_plan(plan_id, request).version == 2
    with pytest.raises(VersionConflictError) as raised:
        sync_client.update_plan(plan_id, UpdatePlanRequest(expected_version=1, domain="errands"))
    assert raised.value.current_version == 2
    assert sync_client.rollback_plan(plan_id, 1).version == 3
    assert [entry.version for entry in sync_client.get_plan_versions(plan_id).versions] == [1, 2]
    assert sync_client.cancel_plan(plan_id, "enough").status == "cancelled"


def test_a_plan_that_waits_for_each_step_is_resumed(sync_client, subject):
    plan = sync_client.generate_plan(f"Find {subject}", execution_mode=ExecutionMode.CONFIRM)
    execution = sync_client.execute_plan(plan.plan_id)
    assert execution.status == "awaiting_approval"
    [entry] = sync_client.get_pending_plan_approvals(plan_id=plan.plan_id).pending_approvals
    assert (entry.workflow_id, entry.step_id) == (execution.workflow_id, "step_1_searcher")
    assert sync_client.resume_plan(plan.plan_id).status == "awaiting_approval"
    assert sync_client.resume_plan(plan.plan_id).status == "completed"


def test_runs_are_seen_streamed_exported_and_deleted(sync_client, run_id, subject):
    plan = sync_client.generate_plan(f"Find {subject}")
    sync_client.execute_plan(plan.plan_id)
    request = UnifiedListExecutionsRequest(execution_type=ExecutionType.MAP_PLAN)
    assert [run.execution_id for run in sync_client.list_unified_executions(request).executions] == [plan.plan_id]
    assert sync_client.get_execution_status(plan.plan_id).progress_percent == 100
    assert [run.status.value for run in sync_client.stream_execution_status(plan.plan_id)] == ["completed"]
    assert sync_client.list_executions(ListExecutionsOptions(workflow_id=plan.plan_id)).total == 1
    assert sync_client.get_execution(plan.plan_id).steps == sync_client.get_execution_steps(plan.plan_id)
    assert len(sync_client.get_execution_timeline(plan.plan_id)) == 2
    assert sync_client.export_execution(plan.plan_id)["execution"]["summary"]["request_id"] == plan.plan_id
    sync_client.delete_execution(plan.plan_id)
    sync_client.cancel_execution(run_id, "enough")
    [left] = sync_client.list_executions().executions
    assert (left.request_id, left.status) == (run_id, "aborted")


def test_a_request_for_a_decision_is_made_and_decided(sync_client):
    said = HITLCreateInput(client_id="desk", original_query="pay 7", request_type="tool")
    created = sync_client.create_hitl_request(said)
    assert sync_client.get_hitl_stats().total_pending == 1
    review = HITLReviewInput(reviewer_id="rita", reviewer_email="rita@example.com")
    sync_client.approve_hitl_request(created.request_id, review)
    assert sync_client.get_hitl_request(created.request_id).status == "approved"
    other = sync_client.create_hitl_request(said)
    sync_client.reject_hitl_request(other.request_id, review)
    rejected = sync_client.list_hitl_queue(HITLQueueListOptions(status="rejected"))
    assert [item.request_id for item in rejected.items] == [other.request_id]


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
