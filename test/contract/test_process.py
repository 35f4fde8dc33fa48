"""The process as its clients meet it: health, limits, restarts."""

import logging

from axonflow import AxonFlow
from axonflow.workflow import CreateWorkflowRequest, MarkStepCompletedRequest, WorkflowStatus
from refusals import refusal_of
from steps import allowed_step, blocked_step, held_step


async def create(client):
    return (await client.create_workflow(CreateWorkflowRequest(workflow_name="run"))).workflow_id


class TestHealth:
    async def test_a_running_sidecar_is_healthy(self, client):
        assert await client.health_check() is True

    async def test_it_needs_no_credentials(self, sidecar):
        async with AxonFlow(endpoint=sidecar.url) as anonymous:
            assert await anonymous.health_check() is True

    async def test_it_names_the_service_and_its_version(self, client):
        health = await client.health_check_detailed()
        assert health.status == "healthy"
        assert health.service
        assert health.version

    async def test_the_client_finds_nothing_to_warn_about(self, client, caplog):
        with caplog.at_level(logging.WARNING):
            await client.health_check_detailed()
        assert caplog.records == []

    async def test_a_stopped_sidecar_is_not_healthy(self, start_sidecar, connect):
        sidecar = start_sidecar()
        client = connect(endpoint=sidecar.url)
        assert await client.health_check() is True
        sidecar.stop()
        assert await client.health_check() is False


class TestConcurrentExecutionLimit:
    async def test_a_run_too_many_is_refused_until_another_one_ends_and_each_tenant_has_its_own_limit(
        self, start_sidecar, connect
    ):
        limited = start_sidecar(max_concurrent_executions="2")
        client = connect(endpoint=limited.url)
        first, second = await create(client), await create(client)
        refusal = await refusal_of(create(client))
        assert (refusal.status, refusal.code) == (429, "CONCURRENT_EXECUTION_LIMIT")
        assert (await client.list_workflows()).total == 2

        assert await create(connect("another-tenant", endpoint=limited.url))

        for end in (client.complete_workflow, client.fail_workflow, client.abort_workflow):
            assert (await refusal_of(create(client))).status == 429
            await end(first)
            first, second = second, await create(client)

        # Gates of the runs that are in progress are never refused for their number.
        assert (await client.step_gate(second, "step", allowed_step())).is_allowed()


class TestRestart:
    async def test_whatever_was_answered_is_still_true_after_the_process_was_killed(self, start_sidecar, connect):
        sidecar = start_sidecar()
        before = connect(endpoint=sidecar.url)
        held, blocked = await create(before), await create(before)
        done = await before.step_gate(held, "done", allowed_step(idempotency_key="k"))
        await before.mark_step_completed(
            held, "done", MarkStepCompletedRequest(output={"text": "kept"}, idempotency_key="k")
        )
        await before.step_gate(held, "rollout", held_step())
        refused = await before.step_gate(blocked, "drop", blocked_step())
        await before.abort_workflow(blocked)
        seen = [await before.get_workflow(each) for each in (held, blocked)]

        sidecar.kill()
        sidecar.start()
        after = connect(endpoint=sidecar.url)

        assert [await after.get_workflow(each) for each in (held, blocked)] == seen
        again = await after.step_gate(held, "done", allowed_step(idempotency_key="k"), include_prior_output=True)
        assert (again.cached, again.decision_id) == (True, done.decision_id)
        assert again.retry_context.prior_output == {"text": "kept"}
        assert refused.is_blocked() and seen[1].status is WorkflowStatus.ABORTED
        assert [entry.step_id for entry in (await after.get_pending_approvals()).pending_approvals] == ["rollout"]
        await after.approve_step(held, "rollout", comment="Checked the change")
        assert (await after.step_gate(held, "rollout", held_step())).is_allowed()

    async def test_a_sidecar_that_is_told_to_stop_ends_well_and_starts_again_with_everything(
        self, start_sidecar, connect
    ):
        sidecar = start_sidecar()
        workflow_id = await create(connect(endpoint=sidecar.url))
        sidecar.stop()
        sidecar.start()
        assert (await connect(endpoint=sidecar.url).get_workflow(workflow_id)).workflow_id == workflow_id
