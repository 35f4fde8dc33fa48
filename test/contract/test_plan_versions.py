"""Changing a plan before it runs, and going back."""

import pytest
from axonflow.exceptions import PlanExecutionError, VersionConflictError
from axonflow.types import ExecutionMode, UpdatePlanRequest
from plans import executed
from refusals import refusal_of


@pytest.fixture
async def plan_id(client, subject):
    """A plan at version 1, in mode `auto`."""
    return (await client.generate_plan(f"Find {subject}")).plan_id


def change(version: int, **changes) -> UpdatePlanRequest:
    return UpdatePlanRequest(expected_version=version, **changes)


class TestUpdating:
    async def test_a_change_raises_the_version(self, client, plan_id):
        reply = await client.update_plan(plan_id, change(1, execution_mode=ExecutionMode.SEQUENTIAL))
        assert (reply.plan_id, reply.version, reply.status, reply.success) == (plan_id, 2, "pending", True)
        reply = await client.update_plan(plan_id, change(2, domain="errands", metadata={"ticket": "T-1"}))
        assert reply.version == 3

    async def test_a_stale_version_is_a_conflict_that_names_both_and_changes_nothing(self, client, plan_id):
        await client.update_plan(plan_id, change(1, execution_mode=ExecutionMode.SEQUENTIAL))
        with pytest.raises(VersionConflictError) as raised:
            await client.update_plan(plan_id, change(1, execution_mode=ExecutionMode.CONFIRM))
        conflict = raised.value
        assert (conflict.plan_id, conflict.expected_version, conflict.current_version) == (plan_id, 1, 2)
        assert [entry.version for entry in (await client.get_plan_versions(plan_id)).versions] == [1]

    async def test_what_makes_no_difference_makes_no_version(self, client, plan_id):
        reply = await client.update_plan(plan_id, change(1, execution_mode=ExecutionMode.AUTO))
        assert (reply.version, reply.success) == (1, True)
        assert (await client.get_plan_versions(plan_id)).versions == []

    async def test_it_runs_in_the_mode_it_was_changed_to(self, client, world, subject, plan_id):
        await client.update_plan(plan_id, change(1, execution_mode=ExecutionMode.CONFIRM))
        assert (await client.execute_plan(plan_id)).status == "awaiting_approval"
        assert world.about(subject) == []

    async def test_its_metadata_is_seen_by_the_gates_of_its_run(self, client, plan_id):
        await client.update_plan(plan_id, change(1, metadata={"ticket": "T-1"}))
        execution = await client.execute_plan(plan_id)
        assert (await client.get_workflow(execution.workflow_id)).metadata["ticket"] == "T-1"

    async def test_a_plan_that_was_executed_is_not_changed(self, client, subject):
        plan, _ = await executed(client, f"Find {subject}")
        refusal = await refusal_of(
            client.update_plan(plan.plan_id, change(1, execution_mode=ExecutionMode.SEQUENTIAL))
        )
        assert (refusal.status, refusal.code) == (400, "PLAN_NOT_PENDING")

    async def test_another_tenants_plan_is_not_found(self, connect, plan_id):
        refusal = await refusal_of(connect("somebody-else").update_plan(plan_id, change(1, domain="theirs")))
        assert refusal.status == 404


class TestVersions:
    async def test_there_are_none_before_a_change(self, client, plan_id):
        versions = await client.get_plan_versions(plan_id)
        assert (versions.plan_id, versions.versions) == (plan_id, [])

    async def test_each_says_what_was_changed_by_whom_and_when(self, client, tenant, plan_id):
        await client.update_plan(plan_id, change(1, execution_mode=ExecutionMode.STEP, metadata={"ticket": "T-1"}))
        [entry] = (await client.get_plan_versions(plan_id)).versions
        assert (entry.version, entry.change_type, entry.changed_by) == (1, "update", tenant)
        assert entry.change_summary == "Changed metadata, mode"
        assert entry.changed_at.endswith("Z")


class TestGoingBack:
    async def test_a_rollback_is_a_version_of_its_own_and_brings_the_old_plan_back(self, client, plan_id):
        await client.update_plan(plan_id, change(1, execution_mode=ExecutionMode.CONFIRM))
        reply = await client.rollback_plan(plan_id, 1)
        assert (reply.plan_id, reply.version, reply.previous_version, reply.status) == (plan_id, 3, 2, "pending")
        changes = [entry.change_type for entry in (await client.get_plan_versions(plan_id)).versions]
        assert changes == ["update", "rollback"]
        assert (await client.execute_plan(plan_id)).status == "completed"

    @pytest.mark.parametrize("version", [1, 7])
    async def test_a_version_that_is_not_in_the_past_is_not_found(self, client, plan_id, version):
        refusal = await refusal_of(client.rollback_plan(plan_id, version))
        assert (refusal.status, refusal.message) == (404, f"Version {version} not found for plan {plan_id}")

    async def test_a_plan_that_is_over_stays_as_it_was(self, client, plan_id):
        await client.update_plan(plan_id, change(1, execution_mode=ExecutionMode.CONFIRM))
        await client.cancel_plan(plan_id)
        assert (await refusal_of(client.rollback_plan(plan_id, 1))).code == "PLAN_NOT_PENDING"
        with pytest.raises(PlanExecutionError):
            await client.execute_plan(plan_id)
