"""Creating, reading, listing and ending workflows (WorkflowControlPlane, lifecycle)."""

import pytest
from axonflow.workflow import (
    CreateWorkflowRequest,
    ListWorkflowsOptions,
    WorkflowSource,
    WorkflowStatus,
)
from refusals import refusal_of
from steps import allowed_step, blocked_step, held_step


async def create(client, name="contract", **fields):
    return await client.create_workflow(CreateWorkflowRequest(workflow_name=name, **fields))


async def test_a_created_workflow_is_in_progress_and_has_an_id_a_start_and_its_trace(client):
    created = await create(client, "nightly", source=WorkflowSource.CREWAI, trace_id="langsmith-run-1")
    assert created.workflow_id.startswith("wf_")
    assert created.workflow_name == "nightly"
    assert created.status is WorkflowStatus.IN_PROGRESS
    assert created.trace_id == "langsmith-run-1"
    assert created.started_at == (await client.get_workflow(created.workflow_id)).started_at


async def test_two_workflows_of_one_name_are_two_workflows(client):
    assert (await create(client, "same")).workflow_id != (await create(client, "same")).workflow_id


async def test_a_workflow_without_a_source_is_external_and_without_a_trace_has_none(client):
    found = await client.get_workflow((await create(client)).workflow_id)
    assert found.source is WorkflowSource.EXTERNAL
    assert found.trace_id is None


@pytest.mark.parametrize("source", list(WorkflowSource))
async def test_every_source_the_client_knows_is_kept(client, source):
    created = await create(client, source=source)
    assert (await client.get_workflow(created.workflow_id)).source is source


async def test_metadata_comes_back_as_it_was_sent(client):
    metadata = {"customer": "Žižek & <Söhne>", "nested": {"list": [1, 2.5, None, True]}, "emoji": "🚦"}
    created = await create(client, metadata=metadata)
    assert (await client.get_workflow(created.workflow_id)).metadata == metadata


async def test_a_trace_id_has_at_most_255_characters(client):
    assert (await create(client, trace_id="ž" * 255)).trace_id == "ž" * 255
    refusal = await refusal_of(create(client, trace_id="x" * 256))
    assert (refusal.status, refusal.code) == (400, "INVALID_TRACE_ID")


async def test_a_fresh_workflow_has_no_steps_no_end_and_no_total(client, workflow_id):
    found = await client.get_workflow(workflow_id)
    assert found.steps == []
    assert found.current_step_index == 0
    assert found.total_steps is None
    assert found.completed_at is None
    assert not found.is_terminal()


async def test_steps_are_listed_in_the_order_of_their_first_gate_with_what_was_decided(client, workflow_id):
    await client.step_gate(workflow_id, "b", allowed_step(step_name="Bake"))
    await client.step_gate(workflow_id, "a", blocked_step())
    await client.step_gate(workflow_id, "b", allowed_step(step_name="Bake"))
    await client.mark_step_completed(workflow_id, "b")
    found = await client.get_workflow(workflow_id)
    assert [(step.step_id, step.step_index) for step in found.steps] == [("b", 1), ("a", 2)]
    bake, drop = found.steps
    assert (bake.step_name, bake.step_type.value, bake.decision.value) == ("Bake", "llm_call", "allow")
    assert bake.approval_status is None
    assert bake.completed_at is not None and bake.completed_at >= bake.gate_checked_at
    assert (drop.decision.value, drop.decision_reason) == ("block", "An agent does not drop tables")
    assert drop.completed_at is None
    assert found.current_step_index == 2


class TestEnding:
    async def test_completing_ends_a_workflow_and_counts_its_distinct_steps(self, client, workflow_id):
        await client.step_gate(workflow_id, "one", allowed_step())
        await client.step_gate(workflow_id, "two", allowed_step())
        await client.step_gate(workflow_id, "two", allowed_step(retry_policy="reevaluate"))
        await client.complete_workflow(workflow_id)
        found = await client.get_workflow(workflow_id)
        assert found.status is WorkflowStatus.COMPLETED
        assert found.is_terminal()
        assert found.completed_at is not None and found.completed_at >= found.started_at
        assert found.total_steps == 2

    async def test_a_workflow_without_steps_ends_with_a_total_of_zero(self, client, workflow_id):
        await client.complete_workflow(workflow_id)
        assert (await client.get_workflow(workflow_id)).total_steps == 0

    async def test_blocked_and_uncompleted_steps_do_not_stop_a_workflow_from_completing(self, client, workflow_id):
        await client.step_gate(workflow_id, "blocked", blocked_step())
        await client.step_gate(workflow_id, "never-completed", allowed_step())
        await client.complete_workflow(workflow_id)
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.COMPLETED

    async def test_a_workflow_with_a_pending_step_cannot_be_completed(self, client, workflow_id):
        await client.step_gate(workflow_id, "rollout", held_step())
        refusal = await refusal_of(client.complete_workflow(workflow_id))
        assert (refusal.status, refusal.code) == (409, "APPROVAL_PENDING")
        assert "rollout" in refusal.message
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.IN_PROGRESS

    @pytest.mark.parametrize("reason", ["Stage crashed", None])
    async def test_failing_needs_no_reason(self, client, workflow_id, reason):
        await client.fail_workflow(workflow_id, reason)
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.FAILED

    @pytest.mark.parametrize("reason", ["User cancelled", None])
    async def test_aborting_needs_no_reason(self, client, workflow_id, reason):
        await client.abort_workflow(workflow_id, reason)
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.ABORTED

    @pytest.mark.parametrize("end", ["fail_workflow", "abort_workflow"])
    async def test_a_pending_step_does_not_stop_failing_or_aborting(self, client, workflow_id, end):
        await client.step_gate(workflow_id, "rollout", held_step())
        await getattr(client, end)(workflow_id, "out of time")
        found = await client.get_workflow(workflow_id)
        assert found.is_terminal()
        assert found.total_steps == 1

    @pytest.mark.parametrize("end", ["complete_workflow", "fail_workflow", "abort_workflow"])
    @pytest.mark.parametrize(
        "then", ["complete_workflow", "fail_workflow", "abort_workflow", "resume_workflow", "step_gate"]
    )
    async def test_an_ended_workflow_refuses_to_go_on_or_to_end_again(self, client, workflow_id, end, then):
        await client.step_gate(workflow_id, "done-before", allowed_step())
        await getattr(client, end)(workflow_id)
        before = await client.get_workflow(workflow_id)
        arguments = ["done-before", allowed_step()] if then == "step_gate" else []
        refusal = await refusal_of(getattr(client, then)(workflow_id, *arguments))
        assert (refusal.status, refusal.code) == (409, "WORKFLOW_TERMINAL")
        assert before.status.value in refusal.message
        assert await client.get_workflow(workflow_id) == before


class TestResuming:
    async def test_a_workflow_in_progress_can_be_resumed_and_stays_so(self, client, workflow_id):
        await client.resume_workflow(workflow_id)
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.IN_PROGRESS

    async def test_a_workflow_resumes_after_its_held_step_was_approved_and_not_before(self, client, workflow_id):
        await client.step_gate(workflow_id, "rollout", held_step())
        refusal = await refusal_of(client.resume_workflow(workflow_id))
        assert (refusal.status, refusal.code) == (409, "APPROVAL_PENDING")
        await client.approve_step(workflow_id, "rollout", comment="Checked the change")
        await client.resume_workflow(workflow_id)

    async def test_a_workflow_whose_step_was_rejected_does_not_resume(self, client, workflow_id):
        await client.step_gate(workflow_id, "rollout", held_step())
        await client.reject_step(workflow_id, "rollout", reason="Not on a Friday")
        assert (await refusal_of(client.resume_workflow(workflow_id))).status == 409


class TestListing:
    async def test_a_tenant_without_workflows_gets_an_empty_page(self, client):
        page = await client.list_workflows()
        assert (page.workflows, page.total, page.limit, page.offset) == ([], 0, 20, 0)

    async def test_the_newest_workflow_comes_first_with_its_steps(self, client):
        ids = [(await create(client, f"run {n}")).workflow_id for n in range(3)]
        await client.step_gate(ids[0], "only", allowed_step())
        page = await client.list_workflows()
        assert [found.workflow_id for found in page.workflows] == ids[::-1]
        assert [step.step_id for step in page.workflows[2].steps] == ["only"]

    async def test_limit_and_offset_page_through_all_of_them(self, client):
        ids = [(await create(client)).workflow_id for _ in range(5)]
        pages = [await client.list_workflows(ListWorkflowsOptions(limit=2, offset=at)) for at in (0, 2, 4)]
        assert [found.workflow_id for page in pages for found in page.workflows] == ids[::-1]
        assert [len(page.workflows) for page in pages] == [2, 2, 1]
        assert [(page.total, page.limit, page.offset) for page in pages] == [(5, 2, 0), (5, 2, 2), (5, 2, 4)]

    async def test_a_page_past_the_end_is_empty_and_keeps_the_total(self, client, workflow_id):
        page = await client.list_workflows(ListWorkflowsOptions(offset=10))
        assert (page.workflows, page.total) == ([], 1)

    async def test_a_page_has_20_workflows_when_nothing_is_asked_and_up_to_100_when_it_is(self, client):
        for _ in range(21):
            await create(client)
        assert len((await client.list_workflows()).workflows) == 20
        page = await client.list_workflows(ListWorkflowsOptions(limit=100))
        assert (len(page.workflows), page.total, page.limit) == (21, 21, 100)

    async def test_filters_by_status_source_and_trace_combine(self, client):
        ours = await create(client, source=WorkflowSource.LANGGRAPH, trace_id="run/7.1:a")
        other_trace = await create(client, source=WorkflowSource.LANGGRAPH, trace_id="run/7.1")
        other_source = await create(client, trace_id="run/7.1:a")
        ended = await create(client, source=WorkflowSource.LANGGRAPH, trace_id="run/7.1:a")
        await client.complete_workflow(ended.workflow_id)

        async def ids(**options):
            page = await client.list_workflows(ListWorkflowsOptions(**options))
            assert page.total == len(page.workflows)
            return {found.workflow_id for found in page.workflows}

        everything = {ours.workflow_id, other_trace.workflow_id, other_source.workflow_id, ended.workflow_id}
        assert await ids() == everything
        assert await ids(trace_id="run/7.1:a") == everything - {other_trace.workflow_id}
        assert await ids(source=WorkflowSource.LANGGRAPH) == everything - {other_source.workflow_id}
        assert await ids(status=WorkflowStatus.COMPLETED) == {ended.workflow_id}
        assert await ids(
            status=WorkflowStatus.IN_PROGRESS, source=WorkflowSource.LANGGRAPH, trace_id="run/7.1:a"
        ) == {ours.workflow_id}
        assert await ids(trace_id="unheard-of") == set()
