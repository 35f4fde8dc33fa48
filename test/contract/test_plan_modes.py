"""How a plan runs: by itself, or one step at a time with a person beside it."""

import asyncio

import pytest
from axonflow.exceptions import PolicyViolationError
from axonflow.types import ExecutionMode
from axonflow.workflow import WorkflowStatus
from plans import executed, plan_over, step_of, until, waiting_at
from refusals import refusal_of


def paths(world, subject):
    return [call.path for call in world.about(subject)]


class TestByThemselves:
    @pytest.mark.parametrize(
        "mode", [ExecutionMode.AUTO, ExecutionMode.SEQUENTIAL, ExecutionMode.PARALLEL, ExecutionMode.BALANCED]
    )
    async def test_every_automatic_mode_runs_to_the_result(self, client, world, subject, mode):
        _, execution = await executed(client, f"Find {subject}-a; find {subject}-b; write about {subject}", mode)
        assert execution.status == "completed"
        assert paths(world, subject)[:2] == ["/search", "/search"]
        assert f"notes on find {subject}-b" in execution.result

    async def test_side_by_side_one_does_not_wait_for_the_other(self, client, world, subject):
        plan_id, execution = await waiting_at(client, world, subject, f"Wait for {subject}; find {subject}")
        status = await until(
            lambda: client.get_execution_status(plan_id),
            lambda status: step_of(status, "step_2_searcher").status.value == "completed",
        )
        assert step_of(status, "step_1_watcher").status.value == "running"
        world.open_door(f"Wait for {subject}")
        assert (await execution).status == "completed"

    async def test_in_order_the_second_waits_for_the_first(self, client, world, subject):
        plan = await client.generate_plan(
            f"Wait for {subject}; find {subject}", execution_mode=ExecutionMode.SEQUENTIAL
        )
        world.open_door(f"Wait for {subject}")
        await client.execute_plan(plan.plan_id)
        assert paths(world, subject)[:2] == ["/wait", "/search"]


class TestConfirm:
    @pytest.fixture
    async def confirming(self, client, subject):
        """A plan of three steps that waits for its first approval, and its workflow."""
        plan, execution = await executed(client, f"Find {subject}-a; find {subject}-b", ExecutionMode.CONFIRM)
        assert execution.status == "awaiting_approval"
        return plan.plan_id, execution.workflow_id

    async def test_nothing_runs_before_the_first_resume(self, client, world, subject, confirming):
        plan_id, workflow_id = confirming
        assert paths(world, subject) == []
        assert (await client.get_plan_status(plan_id)).status == "running"
        [step] = (await client.get_workflow(workflow_id)).steps
        assert (step.step_id, step.decision.value) == ("step_1_searcher", "require_approval")
        assert step.approval_status.value == "pending"

    async def test_each_resume_runs_one_step_and_holds_the_next(self, client, world, subject, confirming):
        plan_id, workflow_id = confirming
        for next_name in ("searcher-2", "synthesize-results"):
            reply = await client.resume_plan(plan_id)
            assert (reply.plan_id, reply.workflow_id) == (plan_id, workflow_id)
            assert (reply.status, reply.approved) == ("awaiting_approval", True)
            assert reply.next_step_name == next_name
            assert reply.total_steps == 3
            assert reply.step_result["status"] == "completed"
        assert paths(world, subject) == ["/search", "/search"]
        reply = await client.resume_plan(plan_id, approved=True)
        assert (reply.status, reply.message) == ("completed", "All steps completed")
        assert f"notes on find {subject}-b" in reply.result
        assert (await client.get_plan_status(plan_id)).result == reply.result
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.COMPLETED

    async def test_a_resume_that_says_no_ends_the_plan(self, client, world, subject, confirming):
        plan_id, workflow_id = confirming
        await client.resume_plan(plan_id)
        reply = await client.resume_plan(plan_id, approved=False)
        assert (reply.plan_id, reply.status, reply.approved) == (plan_id, "rejected", False)
        found = await client.get_plan_status(plan_id)
        assert found.status == "failed"
        assert "rejected" in found.error
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.ABORTED
        assert paths(world, subject) == ["/search"]

    async def test_an_approval_lets_a_step_run_only_with_the_resume(self, client, world, subject, confirming):
        plan_id, workflow_id = confirming
        approval = await client.approve_step(workflow_id, "step_1_searcher", comment="Looks harmless")
        assert approval.status == "approved"
        await asyncio.sleep(0.2)
        assert paths(world, subject) == []
        reply = await client.resume_plan(plan_id)
        assert (reply.status, reply.next_step_name) == ("awaiting_approval", "searcher-2")
        assert paths(world, subject) == ["/search"]

    async def test_rejecting_the_step_ends_the_plan(self, client, world, subject, confirming):
        plan_id, workflow_id = confirming
        await client.reject_step(workflow_id, "step_1_searcher", reason="Not on a Friday")
        found = await plan_over(client, plan_id)
        assert found.status == "failed"
        refusal = await refusal_of(client.resume_plan(plan_id))
        assert (refusal.status, refusal.code) == (400, "PLAN_NOT_EXECUTING")
        assert paths(world, subject) == []

    async def test_it_can_be_cancelled_while_it_waits(self, client, confirming):
        plan_id, workflow_id = confirming
        await client.cancel_plan(plan_id, reason="Nobody is here")
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.ABORTED
        refusal = await refusal_of(client.approve_step(workflow_id, "step_1_searcher", comment="Looks harmless"))
        assert (refusal.status, refusal.code) == (409, "WORKFLOW_TERMINAL")


class TestStep:
    async def test_the_first_step_needs_no_approval_but_the_resume(self, client, world, subject):
        plan, execution = await executed(client, f"Find {subject}-a; find {subject}-b", ExecutionMode.STEP)
        assert execution.status == "awaiting_approval"
        assert execution.workflow_id
        assert (await client.get_pending_plan_approvals(plan_id=plan.plan_id)).count == 0
        reply = await client.resume_plan(plan.plan_id)
        assert (reply.status, reply.next_step_name) == ("awaiting_approval", "searcher-2")
        assert paths(world, subject) == ["/search"]
        [entry] = (await client.get_pending_plan_approvals(plan_id=plan.plan_id)).pending_approvals
        assert entry.step_id == "step_2_searcher-2"
        await client.resume_plan(plan.plan_id)
        assert (await client.resume_plan(plan.plan_id)).status == "completed"

    async def test_a_plan_of_one_step_says_that_its_only_step_is_next(self, client, subject):
        plan = await client.generate_plan(subject, domain="travel", execution_mode=ExecutionMode.STEP)
        assert (await client.execute_plan(plan.plan_id)).status == "executing_first_step"
        assert (await client.resume_plan(plan.plan_id)).status == "completed"

    async def test_a_step_that_policy_blocks_is_withheld_from_the_resume(self, client, world, subject):
        plan, _ = await executed(client, f"Find drop table {subject}", ExecutionMode.STEP)
        with pytest.raises(PolicyViolationError) as raised:
            await client.resume_plan(plan.plan_id)
        assert raised.value.block_reason == "An agent does not drop tables"
        assert raised.value.policy == "no-table-drops"
        assert (await client.get_plan_status(plan.plan_id)).status == "failed"
        assert paths(world, subject) == []


class TestNothingToResume:
    async def test_a_plan_that_was_not_executed(self, client, subject):
        plan = await client.generate_plan(f"Find {subject}", execution_mode=ExecutionMode.CONFIRM)
        refusal = await refusal_of(client.resume_plan(plan.plan_id))
        assert (refusal.status, refusal.code) == (400, "PLAN_NOT_EXECUTING")
        assert "pending" in refusal.message

    async def test_a_plan_that_is_over(self, client, subject):
        plan, _ = await executed(client, f"Find {subject}")
        refusal = await refusal_of(client.resume_plan(plan.plan_id))
        assert (refusal.status, refusal.code) == (400, "PLAN_NOT_EXECUTING")

    async def test_a_plan_that_runs_by_itself(self, client, world, subject):
        plan_id, execution = await waiting_at(client, world, subject, f"Wait for {subject}")
        assert (await refusal_of(client.resume_plan(plan_id))).status == 400
        world.open_door(f"Wait for {subject}")
        assert (await execution).status == "completed"
