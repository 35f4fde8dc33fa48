"""A run told as it goes, in server-sent events that the client reads."""

import asyncio

import pytest
from axonflow.exceptions import AxonFlowError
from axonflow.execution import ExecutionStatusValue, StepStatusValue
from axonflow.workflow import CreateWorkflowRequest
from plans import executed, step_of
from steps import allowed_step, held_step


class Reader:
    """Reads a stream beside the test; `seen` is everything it has been told."""

    def __init__(self, client, execution_id):
        self.seen = []
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._read(client, execution_id))

    async def _read(self, client, execution_id):
        try:
            async for status in client.stream_execution_status(execution_id, timeout=20):
                self.seen.append(status)
                self._changed.set()
        finally:
            self._changed.set()

    async def told(self, met):
        """What it is told, once it is as it should be."""
        async with asyncio.timeout(10):
            while not (self.seen and met(self.seen[-1])):
                assert not self._task.done(), f"the stream ended before: {self.seen[-1:]}"
                self._changed.clear()
                await self._changed.wait()
        return self.seen[-1]

    async def end(self):
        """Everything it was told, once the server has ended the stream."""
        async with asyncio.timeout(10):
            await self._task
        return self.seen

    async def close(self):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def follow():
    """Opens streams; they are closed with the test."""
    readers = []

    async def open_stream(client, execution_id):
        readers.append(Reader(client, execution_id))
        await readers[-1].told(lambda _: True)
        return readers[-1]

    yield open_stream
    for each in readers:
        await each.close()


class TestWorkflows:
    async def test_it_begins_with_the_state_and_ends_with_the_run(self, client, follow, workflow_id):
        reader = await follow(client, workflow_id)
        assert reader.seen[0].status is ExecutionStatusValue.RUNNING
        assert reader.seen[0].steps == []
        await client.complete_workflow(workflow_id)
        assert (await reader.end())[-1].status is ExecutionStatusValue.COMPLETED

    async def test_gates_approvals_and_completions_are_told_as_they_happen(self, client, connect, follow, workflow_id):
        reader = await follow(client, workflow_id)
        worker = connect()
        await worker.step_gate(workflow_id, "read", allowed_step())
        await reader.told(lambda run: [step.status for step in run.steps] == [StepStatusValue.RUNNING])
        await worker.mark_step_completed(workflow_id, "read")
        await reader.told(lambda run: run.steps[0].status is StepStatusValue.COMPLETED)
        await worker.step_gate(workflow_id, "rollout", held_step())
        held = await reader.told(lambda run: len(run.steps) == 2)
        assert held.steps[1].status is StepStatusValue.APPROVAL
        await worker.approve_step(workflow_id, "rollout", comment="Checked the change")
        await reader.told(lambda run: run.steps[1].status is StepStatusValue.RUNNING)
        await worker.mark_step_completed(workflow_id, "rollout")
        await worker.complete_workflow(workflow_id)
        last = (await reader.end())[-1]
        assert (last.status, last.progress_percent) == (ExecutionStatusValue.COMPLETED, 100)
        assert [step.status for step in last.steps] == [StepStatusValue.COMPLETED] * 2

    async def test_what_it_tells_last_is_what_can_be_read(self, client, follow, workflow_id):
        reader = await follow(client, workflow_id)
        await client.step_gate(workflow_id, "read", allowed_step())
        await client.abort_workflow(workflow_id, "Enough of it")
        assert (await reader.end())[-1] == await client.get_execution_status(workflow_id)

    async def test_a_rejection_ends_it(self, client, follow, workflow_id):
        await client.step_gate(workflow_id, "rollout", held_step())
        reader = await follow(client, workflow_id)
        await client.reject_step(workflow_id, "rollout", reason="Not on a Friday")
        assert (await reader.end())[-1].status is ExecutionStatusValue.ABORTED

    async def test_everybody_who_follows_is_told_the_same_end(self, client, connect, follow, workflow_id):
        readers = [await follow(connect(), workflow_id) for _ in range(5)]
        for i in range(3):
            await client.step_gate(workflow_id, f"step-{i}", allowed_step())
        await client.complete_workflow(workflow_id)
        lasts = [(await reader.end())[-1] for reader in readers]
        assert all(last == lasts[0] for last in lasts)
        assert len(lasts[0].steps) == 3

    async def test_it_tells_of_no_other_run(self, client, follow, workflow_id):
        reader = await follow(client, workflow_id)
        other = await client.create_workflow(CreateWorkflowRequest(workflow_name="other"))
        await client.step_gate(other.workflow_id, "read", allowed_step())
        await client.complete_workflow(other.workflow_id)
        await client.complete_workflow(workflow_id)
        assert {run.execution_id for run in await reader.end()} == {workflow_id}
        assert reader.seen[-1].steps == []


class TestPlans:
    async def test_from_its_execution_to_its_end(self, client, world, follow, subject):
        plan = await client.generate_plan(f"Wait for {subject}; write about {subject}")
        reader = await follow(client, plan.plan_id)
        assert reader.seen[0].status is ExecutionStatusValue.PENDING
        execution = asyncio.create_task(client.execute_plan(plan.plan_id))
        running = await reader.told(lambda run: run.get_current_step() is not None)
        assert running.get_current_step().step_id == "step_1_watcher"
        world.open_door(f"Wait for {subject}")
        await reader.told(lambda run: step_of(run, "step_1_watcher").status is StepStatusValue.COMPLETED)
        assert (await execution).status == "completed"
        seen = await reader.end()
        assert (seen[-1].status, seen[-1].progress_percent) == (ExecutionStatusValue.COMPLETED, 100)
        progress = [run.progress_percent for run in seen]
        assert progress == sorted(progress)

    async def test_a_hold_and_its_approval(self, client, connect, follow, subject):
        plan = await client.generate_plan(f"Deploy {subject}")
        reader = await follow(client, plan.plan_id)
        execution = await client.execute_plan(plan.plan_id)
        held = await reader.told(lambda run: run.steps[0].status is StepStatusValue.APPROVAL)
        assert held.steps[0].decision_reason == "deployer needs a reviewer"
        await connect().approve_step(execution.workflow_id, "step_1_deployer", comment="Checked the change")
        last = (await reader.end())[-1]
        assert last.status is ExecutionStatusValue.COMPLETED
        assert last.steps[0].approval_status.value == "approved"

    async def test_a_cancellation_ends_it(self, client, follow, subject):
        plan = await client.generate_plan(f"Find {subject}")
        reader = await follow(client, plan.plan_id)
        await client.cancel_plan(plan.plan_id, reason="Enough of it")
        last = (await reader.end())[-1]
        assert (last.status, last.error) == (ExecutionStatusValue.CANCELLED, "Enough of it")


class TestWhatIsOver:
    async def test_a_workflow_is_told_once_and_the_stream_ends(self, client, workflow_id):
        await client.complete_workflow(workflow_id)
        seen = [run async for run in client.stream_execution_status(workflow_id)]
        assert [run.status for run in seen] == [ExecutionStatusValue.COMPLETED]

    async def test_a_plan_is_told_once_and_the_stream_ends(self, client, subject):
        plan, _ = await executed(client, f"Find {subject}")
        seen = [run async for run in client.stream_execution_status(plan.plan_id)]
        assert [(run.execution_id, run.status) for run in seen] == [(plan.plan_id, ExecutionStatusValue.COMPLETED)]


async def refused(client, execution_id) -> str:
    with pytest.raises(AxonFlowError) as raised:
        async for _ in client.stream_execution_status(execution_id):
            pass
    return raised.value.message


async def test_an_unknown_run_and_another_tenants_have_no_stream(client, connect, workflow_id):
    assert "HTTP 404" in await refused(client, "wf_none")
    assert "HTTP 404" in await refused(connect("somebody-else"), workflow_id)


async def test_a_stream_too_many_is_refused_until_another_one_ends_and_each_tenant_has_its_own_limit(
    start_sidecar, connect, follow
):
    limited = start_sidecar(max_streams="1")

    async def run_of(client):
        return (await client.create_workflow(CreateWorkflowRequest(workflow_name="run"))).workflow_id

    client, stranger = [connect(tenant, endpoint=limited.url) for tenant in ("ours", "theirs")]
    first, second = await run_of(client), await run_of(client)
    reader = await follow(client, first)
    assert "HTTP 429" in await refused(client, second)
    await follow(stranger, await run_of(stranger))
    await client.complete_workflow(first)
    await reader.end()
    await follow(client, second)


async def test_a_sidecar_that_is_told_to_stop_ends_its_streams_and_the_run_can_be_followed_again(
    start_sidecar, connect, follow
):
    sidecar = start_sidecar()
    client = connect(endpoint=sidecar.url)
    run = (await client.create_workflow(CreateWorkflowRequest(workflow_name="run"))).workflow_id
    reader = await follow(client, run)
    await asyncio.to_thread(sidecar.stop)
    assert [status.status for status in await reader.end()] == [ExecutionStatusValue.RUNNING]
    sidecar.start()
    again = connect(endpoint=sidecar.url)
    reader = await follow(again, run)
    await again.complete_workflow(run)
    assert (await reader.end())[-1].status is ExecutionStatusValue.COMPLETED
