"""Every run as it stands: plans and workflows in one list, in one shape."""

import asyncio

import pytest
from axonflow.exceptions import PlanExecutionError
from axonflow.execution import (
    ExecutionStatusValue,
    ExecutionType,
    StepStatusValue,
    UnifiedApprovalStatus,
    UnifiedGateDecision,
    UnifiedListExecutionsRequest,
    UnifiedStepType,
)
from axonflow.types import ExecutionMode
from axonflow.workflow import CreateWorkflowRequest, MarkStepCompletedRequest, WorkflowSource, WorkflowStatus
from plans import executed, plan_over, step_of, waiting_at
from refusals import refusal_of
from steps import allowed_step, blocked_step, held_step


class TestWorkflows:
    async def test_one_that_has_no_steps_yet(self, client, tenant, workflow_id):
        found = await client.get_execution_status(workflow_id)
        assert (found.execution_id, found.execution_type) == (workflow_id, ExecutionType.WCP_WORKFLOW)
        assert (found.name, found.source) == ("contract", "external")
        assert (found.status, found.progress_percent) == (ExecutionStatusValue.RUNNING, 0)
        assert (found.steps, found.total_steps, found.error) == ([], 0, None)
        assert (found.tenant_id, found.client_id) == (tenant, tenant)
        assert found.org_id
        assert found.completed_at is None
        assert not found.is_terminal()

    async def test_each_step_shows_what_its_gate_and_its_reviewer_decided(self, client, tenant, workflow_id):
        await client.step_gate(workflow_id, "done", allowed_step(model="gpt-4o", provider="openai"))
        await client.mark_step_completed(
            workflow_id, "done", MarkStepCompletedRequest(output={"ok": True}, tokens_in=3, tokens_out=4, cost_usd=0.25)
        )
        await client.step_gate(workflow_id, "drop", blocked_step())
        await client.step_gate(workflow_id, "open", allowed_step())
        await client.step_gate(workflow_id, "rollout", held_step())
        found = await client.get_execution_status(workflow_id)
        done, drop, going, rollout = found.steps
        assert [step.step_id for step in found.steps] == ["done", "drop", "open", "rollout"]
        assert [step.status for step in found.steps] == [
            StepStatusValue.COMPLETED,
            StepStatusValue.BLOCKED,
            StepStatusValue.RUNNING,
            StepStatusValue.APPROVAL,
        ]
        assert (done.step_name, done.step_type) == ("Read ticket", UnifiedStepType.LLM_CALL)
        assert (done.model, done.provider, done.cost_usd) == ("gpt-4o", "openai", 0.25)
        assert done.started_at and done.ended_at and done.duration
        assert (drop.decision, drop.policies_matched) == (UnifiedGateDecision.BLOCK, ["no-table-drops"])
        assert drop.decision_reason == "An agent does not drop tables"
        assert going.ended_at is None
        assert rollout.decision is UnifiedGateDecision.REQUIRE_APPROVAL
        assert rollout.approval_status is UnifiedApprovalStatus.PENDING
        assert found.get_current_step().step_id == "open"
        assert (found.actual_cost_usd, found.calculate_total_cost()) == (0.25, 0.25)

        await client.approve_step(workflow_id, "rollout", comment="Checked the change")
        rollout = step_of(await client.get_execution_status(workflow_id), "rollout")
        assert (rollout.status, rollout.approval_status) == (StepStatusValue.RUNNING, UnifiedApprovalStatus.APPROVED)
        assert (rollout.approved_by, rollout.approved_at is not None) == (tenant, True)

    async def test_a_hold_that_timed_out_can_be_read(self, client, workflow_id):
        """The client knows no `expired`."""
        await client.step_gate(workflow_id, "late", allowed_step(step_name="Maintenance"))
        await asyncio.sleep(1.1)
        [step] = (await client.get_execution_status(workflow_id)).steps
        assert (step.status, step.approval_status) == (StepStatusValue.FAILED, UnifiedApprovalStatus.REJECTED)

    @pytest.mark.parametrize(
        ("end", "status"),
        [
            ("complete_workflow", ExecutionStatusValue.COMPLETED),
            ("fail_workflow", ExecutionStatusValue.FAILED),
            ("abort_workflow", ExecutionStatusValue.ABORTED),
        ],
    )
    async def test_the_end_of_one_is_the_end_here(self, client, workflow_id, end, status):
        await getattr(client, end)(workflow_id)
        found = await client.get_execution_status(workflow_id)
        assert (found.status, found.is_terminal()) == (status, True)
        assert found.completed_at >= found.started_at
        assert found.duration
        assert (found.progress_percent == 100) is (status is ExecutionStatusValue.COMPLETED)


class TestPlans:
    async def test_one_that_was_not_executed(self, client, subject):
        plan = await client.generate_plan(f"Find {subject}; write about {subject}")
        found = await client.get_execution_status(plan.plan_id)
        assert (found.execution_id, found.execution_type) == (plan.plan_id, ExecutionType.MAP_PLAN)
        assert found.name == f"Find {subject}; write about {subject}"
        assert (found.status, found.total_steps) == (ExecutionStatusValue.PENDING, 3)
        assert [step.status for step in found.steps] == [StepStatusValue.PENDING] * 3
        assert [step.step_type for step in found.steps] == [
            UnifiedStepType.CONNECTOR_CALL,
            UnifiedStepType.LLM_CALL,
            UnifiedStepType.SYNTHESIS,
        ]
        assert found.estimated_cost_usd > 0

    async def test_one_in_the_midst_of_a_call(self, client, world, subject):
        plan_id, execution = await waiting_at(client, world, subject, f"Wait for {subject}")
        found = await client.get_execution_status(plan_id)
        assert found.status is ExecutionStatusValue.RUNNING
        assert found.get_current_step().step_id == "step_1_watcher"
        world.open_door(f"Wait for {subject}")
        await execution

    async def test_one_that_ran_to_its_end(self, client, subject):
        plan, execution = await executed(client, f"Find {subject}; write about {subject}")
        found = await client.get_execution_status(plan.plan_id)
        assert (found.status, found.progress_percent) == (ExecutionStatusValue.COMPLETED, 100)
        assert found.metadata["workflow_id"] == execution.workflow_id
        assert found.duration == execution.duration
        # 1000 tokens in and 500 out, for each of the two steps that ask the model.
        assert found.actual_cost_usd == pytest.approx(0.004)
        assert found.calculate_total_cost() == pytest.approx(0.004)

    async def test_its_workflow_s_id_finds_it_too(self, client, subject):
        plan, execution = await executed(client, f"Find {subject}")
        assert (await client.get_execution_status(execution.workflow_id)).execution_id == plan.plan_id

    async def test_one_that_failed_says_why_and_what_was_left(self, client, subject):
        plan = await client.generate_plan(f"Buy {subject}")
        with pytest.raises(PlanExecutionError):
            await client.execute_plan(plan.plan_id)
        found = await client.get_execution_status(plan.plan_id)
        assert found.status is ExecutionStatusValue.FAILED
        assert "the shop is closed" in found.error
        assert [step.status for step in found.steps] == [StepStatusValue.FAILED, StepStatusValue.SKIPPED]
        assert "the shop is closed" in found.steps[0].error


@pytest.fixture
async def mixed(client, subject):
    """Two workflows, one of them over, and two plans, one of them done. The ids by their kind."""
    ids = {}
    for name, source in (("open", WorkflowSource.LANGGRAPH), ("over", WorkflowSource.EXTERNAL)):
        request = CreateWorkflowRequest(workflow_name=name, source=source)
        ids[name] = (await client.create_workflow(request)).workflow_id
    await client.complete_workflow(ids["over"])
    ids["planned"] = (await client.generate_plan(f"Find {subject}")).plan_id
    ids["done"] = (await executed(client, f"Find {subject}"))[0].plan_id
    return ids


class TestList:
    async def test_it_is_empty_where_nothing_ran(self, client):
        found = await client.list_unified_executions()
        assert (found.executions, found.total, found.has_more) == ([], 0, False)

    async def test_each_run_is_in_it_once_the_newest_first(self, client, mixed):
        found = await client.list_unified_executions()
        assert [each.execution_id for each in found.executions] == [
            mixed[name] for name in ("done", "planned", "over", "open")
        ]
        assert (found.total, found.has_more) == (4, False)

    @pytest.mark.parametrize(
        ("asked", "names"),
        [
            ({"execution_type": ExecutionType.MAP_PLAN}, ["done", "planned"]),
            ({"execution_type": ExecutionType.WCP_WORKFLOW}, ["over", "open"]),
            ({"status": ExecutionStatusValue.COMPLETED}, ["done", "over"]),
            ({"status": ExecutionStatusValue.PENDING}, ["planned"]),
            ({"status": ExecutionStatusValue.RUNNING, "execution_type": ExecutionType.WCP_WORKFLOW}, ["open"]),
            ({"status": ExecutionStatusValue.EXPIRED}, []),
        ],
    )
    async def test_it_can_be_of_a_type_and_of_a_status(self, client, mixed, asked, names):
        found = await client.list_unified_executions(UnifiedListExecutionsRequest(**asked))
        assert [each.execution_id for each in found.executions] == [mixed[name] for name in names]
        assert found.total == len(names)

    async def test_page_by_page(self, client, mixed):
        first = await client.list_unified_executions(UnifiedListExecutionsRequest(limit=3))
        assert (len(first.executions), first.total, first.limit, first.has_more) == (3, 4, 3, True)
        rest = await client.list_unified_executions(UnifiedListExecutionsRequest(limit=3, offset=3))
        assert [each.execution_id for each in rest.executions] == [mixed["open"]]
        assert (rest.offset, rest.has_more) == (3, False)

    async def test_naming_another_tenant_does_not_widen_it(self, connect, mixed, tenant):
        request = UnifiedListExecutionsRequest(tenant_id=tenant, org_id="local")
        assert (await connect("somebody-else-entirely").list_unified_executions(request)).total == 0


class TestCancelling:
    async def test_a_workflow_is_aborted(self, client, workflow_id):
        await client.cancel_execution(workflow_id, reason="Enough of it")
        found = await client.get_execution_status(workflow_id)
        assert (found.status, found.error) == (ExecutionStatusValue.ABORTED, "Enough of it")
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.ABORTED

    async def test_a_plan_that_was_not_executed_is_cancelled(self, client, subject):
        plan = await client.generate_plan(f"Find {subject}")
        await client.cancel_execution(plan.plan_id)
        assert (await client.get_plan_status(plan.plan_id)).status == "cancelled"
        with pytest.raises(PlanExecutionError, match="cancelled"):
            await client.execute_plan(plan.plan_id)

    async def test_a_running_plan_stops_and_its_workflow_is_aborted(self, client, world, subject):
        plan_id, execution = await waiting_at(client, world, subject, f"Wait for {subject}")
        await client.cancel_execution(plan_id, reason="Enough of it")
        with pytest.raises(PlanExecutionError, match="Enough of it"):
            await execution
        found = await client.get_execution_status(plan_id)
        assert (found.status, found.error) == (ExecutionStatusValue.CANCELLED, "Enough of it")
        assert (await client.get_workflow(found.metadata["workflow_id"])).status is WorkflowStatus.ABORTED

    async def test_a_plan_whose_workflow_is_aborted_ends_with_it(self, client, subject):
        plan, execution = await executed(client, f"Find {subject}", ExecutionMode.CONFIRM)
        await client.abort_workflow(execution.workflow_id, "Enough of it")
        assert (await plan_over(client, plan.plan_id)).status in ("failed", "cancelled")

    async def test_what_is_over_stays_as_it_was(self, client, workflow_id):
        await client.complete_workflow(workflow_id)
        refusal = await refusal_of(client.cancel_execution(workflow_id))
        assert refusal.status == 409
        assert refusal.message == "Execution is already in terminal state: completed"
        assert (await client.get_execution_status(workflow_id)).status is ExecutionStatusValue.COMPLETED


@pytest.mark.parametrize("call", ["get_execution_status", "cancel_execution"])
async def test_another_tenants_run_is_answered_like_an_unknown_one(client, connect, workflow_id, subject, call):
    plan = await client.generate_plan(f"Find {subject}")
    stranger = connect("somebody-else")
    for execution_id in (workflow_id, plan.plan_id):
        foreign = await refusal_of(getattr(stranger, call)(execution_id))
        unknown = await refusal_of(getattr(stranger, call)("wf_none"))
        assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "NOT_FOUND")
        assert not (await client.get_execution_status(execution_id)).is_terminal()
