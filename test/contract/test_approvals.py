"""A person decides about a held step: approve, reject, the list of what waits, and what happens when nobody does."""

import asyncio

import pytest
from axonflow.adapters import AxonFlowLangGraphAdapter, WorkflowApprovalRequiredError, WorkflowBlockedError
from axonflow.workflow import CreateWorkflowRequest, WorkflowStatus
from refusals import refusal_of
from steps import allowed_step, held_step, tool_step


@pytest.fixture
async def held(client, workflow_id):
    """A workflow whose step `rollout` waits for approval."""
    await client.step_gate(workflow_id, "rollout", held_step())
    return workflow_id


@pytest.fixture
async def reviewer(connect):
    """A second client of the same tenant, as another person would use."""
    return connect()


async def step_of(client, workflow_id, step_id="rollout"):
    return next(step for step in (await client.get_workflow(workflow_id)).steps if step.step_id == step_id)


class TestApproving:
    async def test_an_approved_step_is_allowed_when_it_asks_again(self, client, reviewer, held):
        reply = await reviewer.approve_step(held, "rollout", comment="Checked the change")
        assert (reply.workflow_id, reply.step_id, reply.status) == (held, "rollout", "approved")
        gate = await client.step_gate(held, "rollout", held_step())
        assert gate.is_allowed() and gate.cached
        assert gate.reason == "Previously approved: Deploy service needs a reviewer"
        assert gate.approval_url is None
        assert gate.retry_context.last_decision.value == "require_approval"

    async def test_the_step_names_who_approved_it(self, client, reviewer, held, tenant):
        await reviewer.approve_step(held, "rollout", comment="Checked the change")
        step = await step_of(client, held)
        assert (step.decision.value, step.approval_status.value) == ("require_approval", "approved")
        assert step.approved_by == tenant

    async def test_other_steps_go_on_after_the_approval(self, client, reviewer, held):
        await reviewer.approve_step(held, "rollout", comment="Checked the change")
        assert (await client.step_gate(held, "after", allowed_step())).is_allowed()
        await client.complete_workflow(held)

    async def test_a_second_approval_finds_nothing_pending(self, client, held):
        await client.approve_step(held, "rollout", comment="Checked the change")
        refusal = await refusal_of(client.approve_step(held, "rollout", comment="Checked the change"))
        assert (refusal.status, refusal.code) == (409, "NOT_PENDING")

    async def test_of_two_reviewers_at_once_one_decides(self, client, reviewer, held):
        outcomes = await asyncio.gather(
            client.approve_step(held, "rollout", comment="Checked the change"),
            reviewer.reject_step(held, "rollout", reason="Not on a Friday"),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
        status = (await step_of(client, held)).approval_status.value
        assert status == ("approved" if isinstance(outcomes[1], Exception) else "rejected")

    async def test_a_held_step_of_an_ended_workflow_cannot_be_approved(self, client, held):
        await client.abort_workflow(held)
        refusal = await refusal_of(client.approve_step(held, "rollout", comment="Checked the change"))
        assert (refusal.status, refusal.code) == (409, "WORKFLOW_TERMINAL")

    @pytest.mark.parametrize("comment", ["", "ok", "   123456789   "])
    async def test_a_comment_has_at_least_ten_characters(self, client, held, comment):
        refusal = await refusal_of(client.approve_step(held, "rollout", comment=comment))
        assert (refusal.status, refusal.code) == (400, "BAD_REQUEST")
        assert (await step_of(client, held)).approval_status.value == "pending"

    async def test_a_comment_of_ten_characters_is_enough(self, client, held):
        assert (await client.approve_step(held, "rollout", comment="0123456789")).status == "approved"


class TestRejecting:
    async def test_a_rejection_aborts_the_workflow(self, client, reviewer, held):
        reply = await reviewer.reject_step(held, "rollout", reason="Not on a Friday")
        assert (reply.workflow_id, reply.step_id, reply.status) == (held, "rollout", "rejected")
        found = await client.get_workflow(held)
        assert found.status is WorkflowStatus.ABORTED
        assert found.completed_at is not None
        assert found.total_steps == 1
        assert found.steps[0].approval_status.value == "rejected"

    async def test_a_rejected_step_is_not_gated_again(self, client, held):
        await client.reject_step(held, "rollout", reason="Not on a Friday")
        refusal = await refusal_of(client.step_gate(held, "rollout", held_step()))
        assert (refusal.status, refusal.code) == (409, "WORKFLOW_TERMINAL")

    @pytest.mark.parametrize("reason", ["", "no", "   123456789   "])
    async def test_a_reason_has_at_least_ten_characters(self, client, held, reason):
        refusal = await refusal_of(client.reject_step(held, "rollout", reason=reason))
        assert (refusal.status, refusal.code) == (400, "BAD_REQUEST")
        assert (await client.get_workflow(held)).status is WorkflowStatus.IN_PROGRESS

    async def test_an_approved_step_is_not_rejected_afterwards(self, client, held):
        await client.approve_step(held, "rollout", comment="Checked the change")
        refusal = await refusal_of(client.reject_step(held, "rollout", reason="Changed my mind"))
        assert (refusal.status, refusal.code) == (409, "NOT_PENDING")


@pytest.mark.parametrize("decide", ["approve_step", "reject_step"])
class TestNothingToDecide:
    async def test_a_step_that_was_never_gated_is_not_found(self, client, workflow_id, decide):
        refusal = await refusal_of(getattr(client, decide)(workflow_id, "never", "long enough text"))
        assert (refusal.status, refusal.code, refusal.message) == (404, "NOT_FOUND", "Step not found")

    async def test_a_step_that_was_allowed_needs_no_decision(self, client, workflow_id, decide):
        await client.step_gate(workflow_id, "step", allowed_step())
        refusal = await refusal_of(getattr(client, decide)(workflow_id, "step", "long enough text"))
        assert (refusal.status, refusal.code) == (409, "NO_APPROVAL_NEEDED")

    async def test_a_text_that_is_too_short_is_refused_before_the_step_is_looked_for(
        self, client, workflow_id, decide
    ):
        assert (await refusal_of(getattr(client, decide)(workflow_id, "never", "short"))).status == 400


class TestPendingList:
    async def test_it_is_empty_where_nothing_waits(self, client, workflow_id):
        pending = await client.get_pending_approvals()
        assert (pending.pending_approvals, pending.count) == ([], 0)

    async def test_an_entry_says_what_a_reviewer_needs_to_know(self, client, reviewer, workflow_id):
        await client.step_gate(workflow_id, "before", allowed_step())
        await client.step_gate(workflow_id, "rollout", held_step())
        [entry] = (await reviewer.get_pending_approvals()).pending_approvals
        assert (entry.workflow_id, entry.workflow_name) == (workflow_id, "contract")
        assert (entry.step_id, entry.step_index, entry.step_name) == ("rollout", 2, "Deploy service")
        assert (entry.step_type, entry.decision) == ("connector_call", "require_approval")
        assert entry.decision_reason == "Deploy service needs a reviewer"
        assert entry.approval_status == "pending"
        assert entry.step_input == {"version": 7}
        assert entry.plan_id is None
        assert entry.created_at
        [match] = entry.policies_matched
        assert match["policy_id"] == "deployments-need-approval"
        assert match["action"] == "require_approval"

    async def test_a_decided_step_leaves_it(self, client, held):
        assert (await client.get_pending_approvals()).count == 1
        await client.approve_step(held, "rollout", comment="Checked the change")
        assert (await client.get_pending_approvals()).count == 0

    async def test_the_newest_comes_first_and_the_count_is_of_all_that_wait(self, client):
        ids = []
        for _ in range(3):
            created = await client.create_workflow(CreateWorkflowRequest(workflow_name="many"))
            await client.step_gate(created.workflow_id, "pay", tool_step("payments.transfer"))
            ids.append(created.workflow_id)
        pending = await client.get_pending_approvals(limit=2)
        assert [entry.workflow_id for entry in pending.pending_approvals] == [ids[2], ids[1]]
        assert pending.count == 3


class TestWaiting:
    """AxonFlowLangGraphAdapter.wait_for_approval polls the workflow while somebody else decides."""

    @pytest.fixture
    async def waiting(self, client):
        """An adapter whose step was held, and the id it was told to wait for."""
        adapter = AxonFlowLangGraphAdapter(client, "release")
        await adapter.start_workflow()
        with pytest.raises(WorkflowApprovalRequiredError) as raised:
            await adapter.check_gate("Deploy", "connector_call")
        assert raised.value.approval_url
        assert raised.value.reason == "Deploy needs a reviewer"
        return adapter, raised.value.step_id

    async def test_an_approval_from_another_client_ends_the_wait_with_true(self, waiting, reviewer):
        adapter, step_id = waiting
        wait = asyncio.create_task(adapter.wait_for_approval(step_id, poll_interval=0.05, timeout=20))
        await asyncio.sleep(0.12)
        assert not wait.done()
        await reviewer.approve_step(adapter.workflow_id, step_id, comment="Checked the change")
        assert await wait is True
        assert await adapter.check_gate("Deploy", "connector_call", step_id=step_id)
        await adapter.step_completed("Deploy", step_id=step_id, output={"live": True})
        await adapter.complete_workflow()

    async def test_a_rejection_from_another_client_ends_the_wait_with_false(self, waiting, reviewer):
        adapter, step_id = waiting
        wait = asyncio.create_task(adapter.wait_for_approval(step_id, poll_interval=0.05, timeout=20))
        await asyncio.sleep(0.12)
        assert not wait.done()
        await reviewer.reject_step(adapter.workflow_id, step_id, reason="Not on a Friday")
        assert await wait is False

    async def test_a_wait_that_nobody_ends_times_out_and_the_step_stays_pending(self, client, waiting):
        adapter, step_id = waiting
        with pytest.raises(TimeoutError):
            await adapter.wait_for_approval(step_id, poll_interval=0.05, timeout=0.1)
        assert (await step_of(client, adapter.workflow_id, step_id)).approval_status.value == "pending"


class TestExpiry:
    """A hold that timed out counts as denied; the client has no word for `expired` and must not meet it."""

    @pytest.fixture
    async def expired(self, client):
        """An adapter whose step was held for a second, after that second."""
        adapter = AxonFlowLangGraphAdapter(client, "maintenance")
        await adapter.start_workflow()
        with pytest.raises(WorkflowApprovalRequiredError):
            await adapter.check_gate("Maintenance", "tool_call", step_id="maintenance")
        await asyncio.sleep(1.1)
        return adapter

    async def test_it_ends_a_wait_with_false(self, expired):
        assert await expired.wait_for_approval("maintenance", poll_interval=0.1, timeout=10) is False

    async def test_the_workflow_can_still_be_read_and_listed(self, client, expired):
        for _ in range(2):
            found = await client.get_workflow(expired.workflow_id)
            assert found.steps[0].approval_status.value == "rejected"
            [listed] = (await client.list_workflows()).workflows
            assert listed.workflow_id == expired.workflow_id
            # The second round is after a gate has run into the expiry.
            await asyncio.gather(
                client.step_gate(expired.workflow_id, "maintenance", tool_step("x")), return_exceptions=True
            )

    async def test_its_gate_answers_block_and_says_why(self, expired):
        with pytest.raises(WorkflowBlockedError) as raised:
            await expired.check_gate("Maintenance", "tool_call", step_id="maintenance")
        assert raised.value.reason == (
            "Previously expired (approval timed out): Maintenance needs a reviewer at once"
        )
        assert raised.value.policy_ids == ["maintenance-window-closes"]

    async def test_it_cannot_be_approved_any_more(self, client, expired):
        refusal = await refusal_of(
            client.approve_step(expired.workflow_id, "maintenance", comment="Sorry, was at lunch")
        )
        assert (refusal.status, refusal.code) == (409, "APPROVAL_EXPIRED")

    async def test_it_no_longer_waits_in_the_pending_list(self, client, expired):
        pending = await client.get_pending_approvals()
        assert (pending.pending_approvals, pending.count) == ([], 0)

    async def test_the_deployment_says_how_long_a_hold_waits_where_its_policy_does_not(
        self, start_sidecar, connect
    ):
        client = connect(endpoint=start_sidecar(approval_ttl="1s").url)
        created = await client.create_workflow(CreateWorkflowRequest(workflow_name="short"))
        adapter = AxonFlowLangGraphAdapter(client, "short")
        adapter.workflow_id = created.workflow_id
        await client.step_gate(created.workflow_id, "rollout", held_step())
        assert await adapter.wait_for_approval("rollout", poll_interval=0.2, timeout=15) is False
