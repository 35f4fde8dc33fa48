"""Runs as they went: what an operator reads afterwards, keeps, and deletes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from axonflow.exceptions import PlanExecutionError
from axonflow.types import ExecutionExportOptions, ListExecutionsOptions
from axonflow.workflow import CreateWorkflowRequest, MarkStepCompletedRequest
from plans import executed
from refusals import refusal_of
from steps import allowed_step, blocked_step, held_step, tool_step


@pytest.fixture
async def run_id(client, workflow_id):
    """A workflow that is over: a step that ran, one that was blocked, one that was approved and ran."""
    await client.step_gate(
        workflow_id, "read", allowed_step(model="gpt-4o", provider="openai", step_input={"ticket": 7})
    )
    await client.mark_step_completed(
        workflow_id,
        "read",
        MarkStepCompletedRequest(output={"text": "broken"}, tokens_in=30, tokens_out=12, cost_usd=0.5),
    )
    await client.step_gate(workflow_id, "drop", blocked_step())
    await client.step_gate(workflow_id, "rollout", held_step())
    await client.approve_step(workflow_id, "rollout", comment="Checked the change")
    await client.step_gate(workflow_id, "rollout", held_step())
    await client.mark_step_completed(workflow_id, "rollout")
    await client.complete_workflow(workflow_id)
    return workflow_id


@pytest.fixture
async def plan_id(client, subject):
    """A plan that ran to its end."""
    return (await executed(client, f"Find {subject}; write about {subject}"))[0].plan_id


class TestOneRun:
    async def test_a_workflow_with_its_steps(self, client, tenant, run_id):
        found = await client.get_execution(run_id)
        summary = found.summary
        assert (summary.request_id, summary.workflow_name, summary.status) == (run_id, "contract", "completed")
        assert (summary.total_steps, summary.completed_steps) == (3, 2)
        assert (summary.total_tokens, summary.total_cost_usd) == (42, 0.5)
        assert (summary.tenant_id, summary.error_message) == (tenant, "")
        assert summary.completed_at >= summary.started_at
        assert summary.duration_ms >= 0
        read, drop, rollout = found.steps
        assert (read.step_index, read.step_name, read.status) == (0, "Read ticket", "completed")
        assert (read.provider, read.model) == ("openai", "gpt-4o")
        assert (read.tokens_in, read.tokens_out, read.cost_usd) == (30, 12, 0.5)
        assert (read.input, read.output) == ({"ticket": 7}, {"text": "broken"})
        assert drop.status == "failed"
        assert drop.policies_triggered == ["no-table-drops"]
        assert "An agent does not drop tables" in drop.error_message
        assert (rollout.approval_required, rollout.approved_by) == (True, tenant)
        assert datetime.fromisoformat(rollout.approved_at) >= rollout.started_at
        assert rollout.policies_triggered == ["deployments-need-approval"]

    async def test_a_plan_with_its_steps(self, client, subject, plan_id):
        found = await client.get_execution(plan_id)
        assert (found.summary.request_id, found.summary.status) == (plan_id, "completed")
        assert found.summary.workflow_name == f"Find {subject}; write about {subject}"
        assert (found.summary.total_steps, found.summary.total_tokens) == (3, 3000)
        assert found.summary.total_cost_usd == pytest.approx(0.004)
        assert f"notes on Find {subject}" in found.summary.output_summary
        search, write, closing = found.steps
        assert [step.step_index for step in found.steps] == [0, 1, 2]
        assert search.input["parameters"] == {"query": f"Find {subject}"}
        assert search.output["body"] == {"found": f"notes on Find {subject}"}
        assert (write.provider, write.model, write.tokens_in) == ("local", "small", 1000)
        assert f"notes on Find {subject}" in write.input["prompt"]
        assert closing.output["text"].startswith("Answer to:")

    async def test_a_plan_that_failed_says_which_step_and_why(self, client, subject):
        plan = await client.generate_plan(f"Buy {subject}")
        with pytest.raises(PlanExecutionError):
            await client.execute_plan(plan.plan_id)
        found = await client.get_execution(plan.plan_id)
        assert found.summary.status == "failed"
        assert "the shop is closed" in found.summary.error_message
        assert found.steps[0].status == "failed"
        assert "the shop is closed" in found.steps[0].error_message

    async def test_how_often_a_step_was_tried_again(self, client, subject):
        plan, _ = await executed(client, f"Insist on {subject}")
        [stubborn, _] = await client.get_execution_steps(plan.plan_id)
        assert (stubborn.status, stubborn.retry_count) == ("completed", 1)

    async def test_the_steps_alone_are_those_of_the_run(self, client, run_id, plan_id):
        for execution_id in (run_id, plan_id):
            steps = await client.get_execution_steps(execution_id)
            assert steps == (await client.get_execution(execution_id)).steps
            assert {step.request_id for step in steps} == {execution_id}

    async def test_a_step_that_waits_is_paused(self, client, workflow_id):
        await client.step_gate(workflow_id, "rollout", held_step())
        [step] = await client.get_execution_steps(workflow_id)
        assert (step.status, step.approval_required, step.approved_by) == ("paused", True, "")
        [entry] = await client.get_execution_timeline(workflow_id)
        assert (entry.status, entry.has_approval, entry.completed_at) == ("paused", True, None)
        assert (await client.get_execution(workflow_id)).summary.status == "running"


class TestTimeline:
    async def test_of_a_workflow(self, client, run_id):
        read, drop, rollout = await client.get_execution_timeline(run_id)
        assert [entry.step_index for entry in (read, drop, rollout)] == [0, 1, 2]
        assert (read.step_name, read.status, read.has_error) == ("Read ticket", "completed", False)
        assert (drop.status, drop.has_error) == ("failed", True)
        # It tells what is: an approved step waits no more.
        assert (rollout.status, rollout.has_approval) == ("completed", False)
        assert read.started_at <= drop.started_at <= rollout.started_at

    async def test_of_a_plan(self, client, plan_id):
        entries = await client.get_execution_timeline(plan_id)
        assert [entry.step_name for entry in entries] == ["searcher", "writer", "synthesize-results"]
        assert all(entry.completed_at >= entry.started_at for entry in entries)
        assert [entry.has_error for entry in entries] == [False] * 3


class TestExport:
    async def test_it_holds_the_run_whole(self, client, run_id):
        export = await client.export_execution(run_id)
        assert export["format"] == "json"
        assert datetime.fromisoformat(export["exported_at"]) <= datetime.now(UTC)
        execution = export["execution"]
        assert execution["summary"]["request_id"] == run_id
        read, drop, _ = execution["steps"]
        assert (read["input"], read["output"]) == ({"ticket": 7}, {"text": "broken"})
        [match] = drop["policies_triggered"]
        assert (match["policy_id"], match["action"], match["matched"]) == ("no-table-drops", "block", True)

    async def test_options_that_the_client_sends(self, client, plan_id):
        options = ExecutionExportOptions(include_input=True, include_output=True, include_policies=True)
        steps = (await client.export_execution(plan_id, options))["execution"]["steps"]
        assert all(step["input"] and step["output"] for step in steps)


class TestList:
    async def test_it_is_empty_where_nothing_ran(self, client):
        found = await client.list_executions()
        assert (found.executions, found.total) == ([], 0)

    async def test_workflows_and_plans_are_in_it_the_newest_first(self, client, run_id, plan_id):
        found = await client.list_executions()
        assert [each.request_id for each in found.executions] == [plan_id, run_id]
        assert (found.total, found.offset) == (2, 0)
        assert [each.status for each in found.executions] == ["completed", "completed"]

    async def test_page_by_page(self, client):
        ids = []
        for i in range(3):
            created = await client.create_workflow(CreateWorkflowRequest(workflow_name=f"run {i}"))
            ids.append(created.workflow_id)
        page = await client.list_executions(ListExecutionsOptions(limit=2, offset=1))
        assert [each.request_id for each in page.executions] == [ids[1], ids[0]]
        assert (page.total, page.limit, page.offset) == (3, 2, 1)

    async def test_it_can_be_of_a_status(self, client, run_id):
        running = await client.create_workflow(CreateWorkflowRequest(workflow_name="going"))
        for status, ids in (("completed", [run_id]), ("running", [running.workflow_id]), ("failed", [])):
            found = await client.list_executions(ListExecutionsOptions(status=status))
            assert [each.request_id for each in found.executions] == ids

    async def test_it_can_be_of_one_run_by_its_id_or_name(self, client, run_id, plan_id):
        for asked, expected in ((run_id, run_id), ("contract", run_id), (plan_id, plan_id), ("no-such", None)):
            found = await client.list_executions(ListExecutionsOptions(workflow_id=asked))
            assert [each.request_id for each in found.executions] == ([] if expected is None else [expected])

    @pytest.mark.parametrize(
        "zone", [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8)), None]
    )
    async def test_it_can_be_of_a_time_whatever_its_zone(self, client, run_id, zone):
        """The client sends the `+` of an offset as it is, and a time without a zone without one: that is UTC."""
        started = (await client.get_execution(run_id)).summary.started_at

        def at(seconds):
            moment = started + timedelta(seconds=seconds)
            return moment.astimezone(zone) if zone else moment.astimezone(UTC).replace(tzinfo=None)

        async def total(**options):
            return (await client.list_executions(ListExecutionsOptions(**options))).total

        assert await total(start_time=at(-60)) == 1
        assert await total(start_time=at(60)) == 0
        assert await total(end_time=at(-60)) == 0
        assert await total(start_time=at(-60), end_time=at(60)) == 1


class TestDeleting:
    async def test_a_run_that_is_over_is_gone(self, client, run_id, plan_id):
        for execution_id in (run_id, plan_id):
            assert await client.delete_execution(execution_id) is None
            for read in (client.get_execution, client.get_execution_steps, client.delete_execution):
                assert (await refusal_of(read(execution_id))).status == 404
        assert (await client.list_executions()).total == 0

    async def test_a_run_in_progress_is_kept(self, client, workflow_id):
        await client.step_gate(workflow_id, "read", tool_step("search"))
        refusal = await refusal_of(client.delete_execution(workflow_id))
        assert (refusal.status, refusal.code) == (409, "EXECUTION_NOT_OVER")
        assert len(await client.get_execution_steps(workflow_id)) == 1


CALLS = ["get_execution", "get_execution_steps", "get_execution_timeline", "export_execution", "delete_execution"]


@pytest.mark.parametrize("call", CALLS)
async def test_another_tenants_run_is_answered_like_an_unknown_one(client, connect, run_id, call):
    stranger = connect("somebody-else")
    foreign, unknown = [await refusal_of(getattr(stranger, call)(each)) for each in (run_id, "wf_none")]
    assert (foreign.status, foreign.code) == (unknown.status, unknown.code) == (404, "NOT_FOUND")
    assert (await client.get_execution(run_id)).summary.status == "completed"
