"""Plans that wait for a person: found, approved and rejected through every door that the client has."""

import asyncio

import pytest
from axonflow.hitl import HITLQueueListOptions, HITLReviewInput
from axonflow.workflow import CreateWorkflowRequest, WorkflowStatus
from plans import executed, plan_over
from refusals import refusal_of
from steps import held_step

REVIEW = HITLReviewInput(reviewer_id="rita", reviewer_email="rita@example.com", comment="Read and understood")


@pytest.fixture
async def held(client, subject):
    """A plan that runs by itself, and waits at its step `step_1_deployer`: its id and its workflow's."""
    plan, execution = await executed(client, f"Deploy {subject}; find {subject}")
    assert execution.status == "awaiting_approval"
    return plan.plan_id, execution.workflow_id


@pytest.fixture
async def unread(client, subject):
    """A plan that policy wants to be read as a whole before it runs: its id and its workflow's."""
    plan = await client.generate_plan(f"Publish {subject}")
    assert plan.policy_info.allowed is False
    assert plan.policy_info.required_actions == ["require_approval"]
    execution = await client.execute_plan(plan.plan_id)
    assert execution.status == "awaiting_approval"
    return plan.plan_id, execution.workflow_id


async def queued(client, workflow_id):
    """The hold of this workflow, as the queue has it."""
    [item] = [
        item
        for item in (await client.list_hitl_queue(HITLQueueListOptions(status="pending"))).items
        if item.request_context["workflow_id"] == workflow_id
    ]
    return item


class TestList:
    async def test_an_entry_says_what_a_reviewer_needs_to_know(self, client, subject, held):
        plan_id, workflow_id = held
        [entry] = (await client.get_pending_plan_approvals()).pending_approvals
        assert (entry.plan_id, entry.workflow_id) == (plan_id, workflow_id)
        assert plan_id in entry.workflow_name
        assert (entry.step_id, entry.step_name) == ("step_1_deployer", "deployer")
        assert (entry.step_type, entry.decision) == ("connector_call", "require_approval")
        assert entry.decision_reason == "deployer needs a reviewer"
        assert entry.approval_status == "pending"
        assert entry.step_input["connector"] == "shop"
        assert entry.step_input["parameters"] == {"query": f"Deploy {subject}"}
        assert entry.policies_matched[0]["policy_id"] == "deployments-need-approval"
        assert entry.created_at

    async def test_it_holds_plans_alone(self, client, held):
        created = await client.create_workflow(CreateWorkflowRequest(workflow_name="not a plan"))
        await client.step_gate(created.workflow_id, "rollout", held_step())
        assert (await client.get_pending_plan_approvals()).count == 1
        everything = (await client.get_pending_approvals()).pending_approvals
        assert [entry.plan_id for entry in everything] == [None, held[0]]

    async def test_it_can_be_of_one_plan(self, client, subject, held):
        other, _ = await executed(client, f"Deploy {subject}-2")
        for plan_id in (held[0], other.plan_id):
            found = await client.get_pending_plan_approvals(plan_id=plan_id)
            assert ([entry.plan_id for entry in found.pending_approvals], found.count) == ([plan_id], 1)
        nothing = await client.get_pending_plan_approvals(plan_id="no/such plan?")
        assert (nothing.pending_approvals, nothing.count) == ([], 0)

    async def test_the_newest_comes_first_and_the_count_is_of_all_that_wait(self, client, subject):
        plans = [await executed(client, f"Deploy {subject}-{i}") for i in range(3)]
        found = await client.get_pending_plan_approvals(limit=2)
        assert [entry.plan_id for entry in found.pending_approvals] == [plans[2][0].plan_id, plans[1][0].plan_id]
        assert found.count == 3

    async def test_another_tenant_sees_nothing_of_it(self, connect, held):
        found = await connect("somebody-else").get_pending_plan_approvals(plan_id=held[0])
        assert (found.pending_approvals, found.count) == ([], 0)


async def by_step(client, workflow_id, step_id):
    assert (await client.approve_step(workflow_id, step_id, comment="Read and understood")).status == "approved"


async def by_queue(client, workflow_id, _):
    await client.approve_hitl_request((await queued(client, workflow_id)).request_id, REVIEW)


async def no_by_step(client, workflow_id, step_id):
    assert (await client.reject_step(workflow_id, step_id, reason="Not on a Friday")).status == "rejected"


async def no_by_queue(client, workflow_id, _):
    await client.reject_hitl_request((await queued(client, workflow_id)).request_id, REVIEW)


class TestApproving:
    @pytest.mark.parametrize("approve", [by_step, by_queue])
    async def test_the_plan_goes_on_by_itself(self, client, connect, world, subject, held, approve):
        plan_id, workflow_id = held
        assert "/deploy" not in [call.path for call in world.about(subject)]
        await approve(connect(), workflow_id, "step_1_deployer")
        assert (await plan_over(client, plan_id)).status == "completed"
        assert [call.path for call in world.about(subject)].count("/deploy") == 1
        assert (await client.get_pending_plan_approvals()).count == 0
        assert (await client.list_hitl_queue(HITLQueueListOptions(status="pending"))).total == 0

    async def test_what_does_not_depend_on_it_does_not_wait(self, client, subject, held):
        status = await client.get_execution_status(held[0])
        assert {step.step_name: step.status.value for step in status.steps} == {
            "deployer": "approval",
            "searcher": "completed",
            "synthesize-results": "pending",
        }

    async def test_resume_decides_the_hold_as_well(self, client, world, subject, held):
        reply = await client.resume_plan(held[0])
        assert (reply.status, reply.approved) == ("completed", True)
        assert [call.path for call in world.about(subject)].count("/deploy") == 1

    async def test_a_second_approval_finds_nothing_pending(self, client, held):
        plan_id, workflow_id = held
        item = await queued(client, workflow_id)
        await by_step(client, workflow_id, "step_1_deployer")
        await plan_over(client, plan_id)
        assert (await refusal_of(client.approve_hitl_request(item.request_id, REVIEW))).status == 409
        assert (await refusal_of(client.approve_step(workflow_id, "step_1_deployer", "Read it again"))).status == 409

    async def test_of_reviewers_at_every_door_at_once_one_decides(self, client, connect, world, subject, held):
        plan_id, workflow_id = held
        item = await queued(client, workflow_id)
        outcomes = await asyncio.gather(
            connect().approve_step(workflow_id, "step_1_deployer", comment="Read and understood"),
            connect().approve_hitl_request(item.request_id, REVIEW),
            connect().reject_hitl_request(item.request_id, REVIEW),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 2
        rejected = not isinstance(outcomes[2], Exception)
        assert (await plan_over(client, plan_id)).status == ("failed" if rejected else "completed")
        assert [call.path for call in world.about(subject)].count("/deploy") == (0 if rejected else 1)


class TestRejecting:
    @pytest.mark.parametrize("reject", [no_by_step, no_by_queue])
    async def test_the_plan_fails_and_its_workflow_is_aborted(self, client, world, subject, held, reject):
        plan_id, workflow_id = held
        await reject(client, workflow_id, "step_1_deployer")
        found = await plan_over(client, plan_id)
        assert (found.status, found.result) == ("failed", None)
        assert found.error == "Step deployer was rejected: its approval was rejected"
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.ABORTED
        assert "/deploy" not in [call.path for call in world.about(subject)]


class TestWholePlans:
    async def test_nothing_runs_before_it_was_read(self, client, world, subject, unread):
        plan_id, workflow_id = unread
        [entry] = (await client.get_pending_plan_approvals(plan_id=plan_id)).pending_approvals
        assert (entry.step_id, entry.step_type) == ("plan-approval", "human_task")
        assert entry.decision_reason == "A person reads a plan that publishes"
        assert entry.step_input["query"] == f"Publish {subject}"
        assert (await queued(client, workflow_id)).triggered_policy_id == "publications-are-read-first"
        assert world.about(subject) == []

    @pytest.mark.parametrize("approve", [by_step, by_queue])
    async def test_an_approval_lets_it_run_to_its_end(self, client, world, subject, unread, approve):
        plan_id, workflow_id = unread
        await approve(client, workflow_id, "plan-approval")
        assert (await plan_over(client, plan_id)).status == "completed"
        assert [call.path for call in world.about(subject)].count("/publish") == 1

    @pytest.mark.parametrize("reject", [no_by_step, no_by_queue])
    async def test_a_rejection_ends_it_before_it_began(self, client, world, subject, unread, reject):
        plan_id, workflow_id = unread
        await reject(client, workflow_id, "plan-approval")
        found = await plan_over(client, plan_id)
        assert (found.status, found.error) == ("failed", "The plan was not approved")
        assert world.about(subject) == []


async def test_a_hold_outlives_the_process_and_its_approval_lets_the_plan_go_on(
    start_sidecar, connect, world, subject
):
    sidecar = start_sidecar()
    plan, execution = await executed(connect(endpoint=sidecar.url), f"Deploy {subject}")
    sidecar.kill()
    sidecar.start()
    client = connect(endpoint=sidecar.url)
    [entry] = (await client.get_pending_plan_approvals()).pending_approvals
    assert (entry.plan_id, entry.workflow_id) == (plan.plan_id, execution.workflow_id)
    assert "/deploy" not in [call.path for call in world.about(subject)]
    await by_step(client, entry.workflow_id, entry.step_id)
    assert (await plan_over(client, plan.plan_id)).status == "completed"
    assert [call.path for call in world.about(subject)].count("/deploy") == 1
