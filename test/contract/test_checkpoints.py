"""Checkpoints: every step's gate is a place to resume from, unless it blocked."""

import pytest
from axonflow.workflow import CreateWorkflowRequest, RetryPolicy, WorkflowStatus
from refusals import refusal_of
from steps import allowed_step, blocked_step, held_step


async def test_a_workflow_without_gates_has_none(client, workflow_id):
    listed = await client.get_checkpoints(workflow_id)
    assert (listed.workflow_id, listed.checkpoints) == (workflow_id, [])


async def test_there_is_one_for_each_step_in_order_and_it_says_what_the_gate_decided(client, workflow_id):
    await client.step_gate(workflow_id, "read", allowed_step())
    await client.step_gate(workflow_id, "drop", blocked_step())
    await client.step_gate(workflow_id, "rollout", held_step())
    listed = (await client.get_checkpoints(workflow_id)).checkpoints
    assert [(point.step_id, point.step_index) for point in listed] == [("read", 1), ("drop", 2), ("rollout", 3)]
    assert [point.gate_decision for point in listed] == ["allow", "block", "require_approval"]
    assert [point.checkpoint_type for point in listed] == ["step_gate", "step_gate", "approval_boundary"]
    assert [point.is_resumable for point in listed] == [True, False, True]
    assert [point.resume_count for point in listed] == [0, 0, 0]
    assert [point.step_type for point in listed] == ["llm_call", "llm_call", "connector_call"]
    assert listed[1].gate_reason == "An agent does not drop tables"
    assert len({point.id for point in listed}) == 3
    assert all(point.workflow_id == workflow_id and point.created_at for point in listed)


async def test_a_re_evaluation_keeps_one_checkpoint_and_brings_it_up_to_date(client, workflow_id):
    flaky = allowed_step(step_name="Flaky")
    await client.step_gate(workflow_id, "step", flaky)
    [before] = (await client.get_checkpoints(workflow_id)).checkpoints
    await client.step_gate(workflow_id, "step", flaky.model_copy(update={"retry_policy": RetryPolicy.REEVALUATE}))
    [after] = (await client.get_checkpoints(workflow_id)).checkpoints
    assert after.id == before.id
    assert (after.gate_decision, after.is_resumable) == ("block", False)


class TestResuming:
    async def test_the_last_resumable_checkpoint_is_taken_and_policy_asked_again(self, client, workflow_id):
        await client.step_gate(workflow_id, "one", allowed_step())
        await client.step_gate(workflow_id, "two", allowed_step())
        await client.step_gate(workflow_id, "drop", blocked_step())
        resumed = await client.resume_from_last_checkpoint(workflow_id)
        assert resumed.workflow_id == workflow_id
        assert (resumed.resumed_from_checkpoint, resumed.resumed_from_index) == ("two", 2)
        assert (resumed.new_decision, resumed.decision_source) == ("allow", "fresh")
        assert resumed.resume_count == 1
        assert resumed.message

    async def test_each_resume_is_counted(self, client, workflow_id):
        await client.step_gate(workflow_id, "one", allowed_step())
        resumes = [await client.resume_from_last_checkpoint(workflow_id) for _ in range(2)]
        assert [resumed.resume_count for resumed in resumes] == [1, 2]
        assert (await client.get_checkpoints(workflow_id)).checkpoints[0].resume_count == 2

    async def test_an_earlier_checkpoint_is_taken_by_its_number(self, client, workflow_id):
        await client.step_gate(workflow_id, "one", allowed_step())
        await client.step_gate(workflow_id, "two", allowed_step())
        first = (await client.get_checkpoints(workflow_id)).checkpoints[0]
        resumed = await client.resume_from_checkpoint(workflow_id, first.id)
        assert (resumed.resumed_from_checkpoint, resumed.resumed_from_index) == ("one", 1)

    async def test_the_new_decision_may_be_another_one(self, client, workflow_id):
        await client.step_gate(workflow_id, "step", allowed_step(step_name="Flaky"))
        assert (await client.resume_from_last_checkpoint(workflow_id)).new_decision == "block"
        refusal = await refusal_of(client.resume_from_last_checkpoint(workflow_id))
        assert (refusal.status, refusal.code) == (409, "NOT_RESUMABLE")

    async def test_an_aborted_workflow_goes_on_from_its_checkpoint(self, client, workflow_id):
        await client.step_gate(workflow_id, "one", allowed_step())
        await client.abort_workflow(workflow_id, "operator")
        assert (await client.resume_from_last_checkpoint(workflow_id)).new_decision == "allow"
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.IN_PROGRESS
        assert (await client.step_gate(workflow_id, "two", allowed_step())).is_allowed()

    @pytest.mark.parametrize("end", ["complete_workflow", "fail_workflow"])
    async def test_a_completed_or_failed_workflow_does_not(self, client, workflow_id, end):
        await client.step_gate(workflow_id, "one", allowed_step())
        await getattr(client, end)(workflow_id)
        refusal = await refusal_of(client.resume_from_last_checkpoint(workflow_id))
        assert (refusal.status, refusal.code) == (409, "NOT_RESUMABLE")

    async def test_a_blocked_step_is_no_place_to_resume_from(self, client, workflow_id):
        await client.step_gate(workflow_id, "drop", blocked_step())
        [point] = (await client.get_checkpoints(workflow_id)).checkpoints
        refusal = await refusal_of(client.resume_from_checkpoint(workflow_id, point.id))
        assert (refusal.status, refusal.code) == (409, "NOT_RESUMABLE")

    async def test_a_workflow_without_gates_has_nothing_to_resume_from(self, client, workflow_id):
        refusal = await refusal_of(client.resume_from_last_checkpoint(workflow_id))
        assert (refusal.status, refusal.code) == (409, "NOT_RESUMABLE")

    async def test_nothing_resumes_past_a_rejection(self, client, workflow_id):
        await client.step_gate(workflow_id, "one", allowed_step())
        await client.step_gate(workflow_id, "rollout", held_step())
        await client.reject_step(workflow_id, "rollout", reason="Not on a Friday")
        first = (await client.get_checkpoints(workflow_id)).checkpoints[0]
        refusal = await refusal_of(client.resume_from_checkpoint(workflow_id, first.id))
        assert (refusal.status, refusal.code) == (409, "APPROVAL_HOLD")
        assert "rollout" in refusal.message
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.ABORTED

    async def test_an_unknown_checkpoint_or_one_of_another_workflow_is_not_found(self, client, workflow_id):
        other = await client.create_workflow(CreateWorkflowRequest(workflow_name="other"))
        await client.step_gate(other.workflow_id, "one", allowed_step())
        await client.step_gate(workflow_id, "one", allowed_step())
        [foreign] = (await client.get_checkpoints(other.workflow_id)).checkpoints
        for checkpoint_id in (foreign.id, 2**31 - 1):
            refusal = await refusal_of(client.resume_from_checkpoint(workflow_id, checkpoint_id))
            assert (refusal.status, refusal.code) == (404, "NOT_FOUND")
