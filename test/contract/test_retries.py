"""Gating a step again: cached answers, re-evaluation, idempotency keys."""

import pytest
from axonflow.exceptions import IdempotencyKeyMismatchError
from axonflow.workflow import MarkStepCompletedRequest, RetryPolicy, StepType
from refusals import refusal_of
from steps import allowed_step, blocked_step, held_step, tool_step

IDEMPOTENT, REEVALUATE = RetryPolicy.IDEMPOTENT, RetryPolicy.REEVALUATE


class TestCachedAnswers:
    async def test_the_same_gate_five_times_counts_to_five_and_repeats_the_first_decision(self, client, workflow_id):
        gates = [await client.step_gate(workflow_id, "step", allowed_step()) for _ in range(5)]
        contexts = [gate.retry_context for gate in gates]
        assert [context.gate_count for context in contexts] == [1, 2, 3, 4, 5]
        assert [gate.cached for gate in gates] == [False, True, True, True, True]
        assert [gate.decision_source for gate in gates] == ["fresh"] + ["cached"] * 4
        assert len({gate.decision_id for gate in gates}) == 1
        assert len({context.first_attempt_at for context in contexts}) == 1
        attempts = [context.last_attempt_at for context in contexts]
        assert attempts == sorted(attempts)
        assert len((await client.get_workflow(workflow_id)).steps) == 1

    async def test_a_cached_block_repeats_its_reason_and_its_policies(self, client, workflow_id):
        fresh = await client.step_gate(workflow_id, "step", blocked_step())
        cached = await client.step_gate(workflow_id, "step", blocked_step())
        assert cached.cached
        for part in ("decision", "decision_id", "reason", "policy_ids", "policies_evaluated", "policies_matched"):
            assert getattr(cached, part) == getattr(fresh, part), part

    async def test_a_cached_hold_keeps_its_link_and_stays_one_hold(self, client, workflow_id):
        fresh = await client.step_gate(workflow_id, "rollout", held_step())
        cached = await client.step_gate(workflow_id, "rollout", held_step())
        assert cached.requires_approval() and cached.cached
        assert cached.approval_url == fresh.approval_url
        assert (await client.get_pending_approvals()).count == 1

    async def test_the_order_of_keys_makes_no_difference(self, client, workflow_id):
        await client.step_gate(workflow_id, "step", allowed_step(step_input={"a": 1, "b": {"c": 2, "d": 3}}))
        again = await client.step_gate(workflow_id, "step", allowed_step(step_input={"b": {"d": 3, "c": 2}, "a": 1}))
        assert again.cached

    async def test_a_name_and_the_metrics_may_change(self, client, workflow_id):
        await client.step_gate(workflow_id, "step", allowed_step(step_name="Draft", tokens_in=1))
        again = await client.step_gate(
            workflow_id, "step", allowed_step(step_name="Draft again", tokens_in=2, cost_usd=0.5)
        )
        assert again.cached

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (allowed_step(step_input={"a": 1}), allowed_step(step_input={"a": 2})),
            (allowed_step(step_input={"a": 1}), allowed_step(step_input={"a": 1, "b": 2})),
            (allowed_step(step_input={"a": 1}), allowed_step()),
            (allowed_step(step_input={"a": 1}), allowed_step(step_input={"a": "1"})),
            (allowed_step(step_input={"a": [1, 2]}), allowed_step(step_input={"a": [2, 1]})),
            (tool_step("search", {"q": 1}), tool_step("search", {"q": 2})),
            (tool_step("search", {"q": 1}), tool_step("find", {"q": 1}, step_name="tools/search")),
            (tool_step("search", {"q": 1}), tool_step("search", {"q": 1}, tool_context=None)),
            (allowed_step(model="small"), allowed_step(model="large")),
            (allowed_step(provider="here"), allowed_step(provider="there")),
            (allowed_step(), allowed_step(step_type=StepType.TOOL_CALL)),
        ],
        ids=[
            "a changed value",
            "an added key",
            "no input",
            "another type",
            "another order of a list",
            "other tool arguments",
            "another tool",
            "no tool",
            "another model",
            "another provider",
            "another step type",
        ],
    )
    async def test_other_content_is_refused_and_not_counted(self, client, workflow_id, first, second):
        await client.step_gate(workflow_id, "step", first)
        refusal = await refusal_of(client.step_gate(workflow_id, "step", second))
        assert (refusal.status, refusal.code) == (409, "STEP_INPUT_MISMATCH")
        assert refusal.body["error"]["details"] == {
            "workflow_id": workflow_id,
            "step_id": "step",
            "expected_idempotency_key": "",
            "received_idempotency_key": "",
        }
        assert (await client.step_gate(workflow_id, "step", first)).retry_context.gate_count == 2


class TestReevaluation:
    async def test_policy_is_asked_again_with_what_has_happened_since(self, client, workflow_id):
        flaky = allowed_step(step_name="Flaky")
        first = await client.step_gate(workflow_id, "step", flaky)
        second = await client.step_gate(workflow_id, "step", flaky.model_copy(update={"retry_policy": REEVALUATE}))
        assert first.is_allowed() and second.is_blocked()
        assert (second.cached, second.decision_source) == (False, "fresh")
        assert second.policy_ids == ["one-try-for-flaky-steps"]
        assert second.decision_id != first.decision_id
        assert second.retry_context.gate_count == 2
        assert second.retry_context.last_decision.value == "allow"
        third = await client.step_gate(workflow_id, "step", flaky)
        assert third.is_blocked() and third.cached
        assert third.decision_id == second.decision_id
        assert third.retry_context.last_decision.value == "block"

    async def test_it_may_bring_other_content_which_then_is_the_content(self, client, workflow_id):
        old, new = {"query": "select 1"}, {"query": "drop table users"}
        await client.step_gate(workflow_id, "step", tool_step("sql", old))
        gate = await client.step_gate(workflow_id, "step", tool_step("sql", new, retry_policy=REEVALUATE))
        assert gate.is_blocked()
        refusal = await refusal_of(client.step_gate(workflow_id, "step", tool_step("sql", old)))
        assert refusal.code == "STEP_INPUT_MISMATCH"
        assert (await client.step_gate(workflow_id, "step", tool_step("sql", new, retry_policy=IDEMPOTENT))).cached

    async def test_a_step_keeps_its_place_and_its_first_attempt(self, client, workflow_id):
        first = await client.step_gate(workflow_id, "one", allowed_step())
        await client.step_gate(workflow_id, "two", allowed_step())
        again = await client.step_gate(workflow_id, "one", allowed_step(retry_policy=REEVALUATE))
        assert again.retry_context.first_attempt_at == first.retry_context.first_attempt_at
        steps = (await client.get_workflow(workflow_id)).steps
        assert [(step.step_id, step.step_index) for step in steps] == [("one", 1), ("two", 2)]

    async def test_a_pending_hold_is_not_re_evaluated(self, client, workflow_id):
        await client.step_gate(workflow_id, "rollout", held_step())
        refusal = await refusal_of(client.step_gate(workflow_id, "rollout", held_step(retry_policy=REEVALUATE)))
        assert (refusal.status, refusal.code) == (409, "APPROVAL_HOLD")
        assert (await client.step_gate(workflow_id, "rollout", held_step())).retry_context.gate_count == 2

    async def test_an_approved_step_is_re_evaluated_and_held_again(self, client, workflow_id):
        await client.step_gate(workflow_id, "rollout", held_step())
        await client.approve_step(workflow_id, "rollout", comment="Checked the change")
        again = await client.step_gate(workflow_id, "rollout", held_step(retry_policy=REEVALUATE))
        assert again.requires_approval()
        [step] = (await client.get_workflow(workflow_id)).steps
        assert (step.approval_status.value, step.approved_by) == ("pending", None)
        await client.approve_step(workflow_id, "rollout", comment="Checked it once more")
        assert (await client.step_gate(workflow_id, "rollout", held_step())).is_allowed()


class TestPriorCompletion:
    async def test_a_gate_after_a_gate_says_that_the_step_was_not_completed(self, client, workflow_id):
        await client.step_gate(workflow_id, "step", allowed_step())
        context = (await client.step_gate(workflow_id, "step", allowed_step())).retry_context
        assert context.prior_completion_status.value == "gated_not_completed"
        assert (context.completion_count, context.prior_output_available) == (0, False)

    async def test_a_gate_after_a_completion_says_so_and_keeps_the_output_to_itself(self, client, workflow_id):
        await client.step_gate(workflow_id, "step", allowed_step())
        await client.mark_step_completed(workflow_id, "step", MarkStepCompletedRequest(output={"text": "done"}))
        context = (await client.step_gate(workflow_id, "step", allowed_step())).retry_context
        assert (context.gate_count, context.completion_count) == (2, 1)
        assert context.prior_completion_status.value == "completed"
        assert context.prior_output_available is True
        assert context.prior_output is None
        assert context.prior_completion_at == (await client.get_workflow(workflow_id)).steps[0].completed_at

    @pytest.mark.parametrize("policy", [IDEMPOTENT, REEVALUATE])
    async def test_the_output_is_handed_back_when_it_is_asked_for(self, client, workflow_id, policy):
        output = {"text": "done", "parts": [{"n": 1}, None, "ž"]}
        await client.step_gate(workflow_id, "step", allowed_step())
        await client.mark_step_completed(workflow_id, "step", MarkStepCompletedRequest(output=output))
        gate = await client.step_gate(
            workflow_id, "step", allowed_step(retry_policy=policy), include_prior_output=True
        )
        assert gate.retry_context.prior_output == output

    async def test_there_is_no_output_to_hand_back_before_a_completion(self, client, workflow_id):
        await client.step_gate(workflow_id, "step", allowed_step(), include_prior_output=True)
        gate = await client.step_gate(workflow_id, "step", allowed_step(), include_prior_output=True)
        assert gate.retry_context.prior_output is None


class TestIdempotencyKeys:
    async def test_a_step_answers_to_the_key_it_was_first_gated_with(self, client, workflow_id):
        keyed = allowed_step(idempotency_key="invoice-7721")
        await client.step_gate(workflow_id, "pay", keyed)
        again = await client.step_gate(workflow_id, "pay", keyed)
        assert again.cached
        assert again.retry_context.idempotency_key == "invoice-7721"
        await client.mark_step_completed(
            workflow_id, "pay", MarkStepCompletedRequest(idempotency_key="invoice-7721")
        )

    @pytest.mark.parametrize("policy", [IDEMPOTENT, REEVALUATE])
    @pytest.mark.parametrize(("bound", "sent"), [(None, "k"), ("k", None), ("k", "l")])
    async def test_a_gate_with_another_key_is_a_mismatch_and_changes_nothing(
        self, client, workflow_id, policy, bound, sent
    ):
        await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key=bound))
        with pytest.raises(IdempotencyKeyMismatchError) as raised:
            await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key=sent, retry_policy=policy))
        assert raised.value.workflow_id == workflow_id
        assert raised.value.step_id == "pay"
        assert raised.value.expected_idempotency_key == (bound or "")
        assert raised.value.received_idempotency_key == (sent or "")
        assert raised.value.message
        again = await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key=bound))
        assert again.retry_context.gate_count == 2

    @pytest.mark.parametrize(("bound", "sent"), [(None, "k"), ("k", None), ("k", "l")])
    async def test_a_completion_with_another_key_is_a_mismatch_and_completes_nothing(
        self, client, workflow_id, bound, sent
    ):
        await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key=bound))
        with pytest.raises(IdempotencyKeyMismatchError) as raised:
            await client.mark_step_completed(workflow_id, "pay", MarkStepCompletedRequest(idempotency_key=sent))
        assert raised.value.expected_idempotency_key == (bound or "")
        assert raised.value.received_idempotency_key == (sent or "")
        again = await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key=bound))
        assert again.retry_context.completion_count == 0

    async def test_a_completion_without_a_body_lacks_the_key(self, client, workflow_id):
        await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key="k"))
        with pytest.raises(IdempotencyKeyMismatchError) as raised:
            await client.mark_step_completed(workflow_id, "pay")
        assert raised.value.received_idempotency_key == ""

    async def test_the_key_is_compared_before_the_content(self, client, workflow_id):
        await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key="k"))
        with pytest.raises(IdempotencyKeyMismatchError):
            await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key="l", step_input={"other": 1}))
        refusal = await refusal_of(
            client.step_gate(workflow_id, "pay", allowed_step(idempotency_key="k", step_input={"other": 1}))
        )
        assert refusal.code == "STEP_INPUT_MISMATCH"
        assert refusal.body["error"]["details"]["expected_idempotency_key"] == "k"

    async def test_the_same_key_may_stand_on_two_steps(self, client, workflow_id):
        for step_id in ("one", "two"):
            assert (await client.step_gate(workflow_id, step_id, allowed_step(idempotency_key="k"))).is_allowed()

    async def test_a_key_of_255_characters_is_kept_whole(self, client, workflow_id):
        gate = await client.step_gate(workflow_id, "pay", allowed_step(idempotency_key="ž" * 255))
        assert gate.retry_context.idempotency_key == "ž" * 255
