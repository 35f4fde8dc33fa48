"""Many gates of one workflow at the same time."""

import asyncio

from axonflow.exceptions import AxonFlowError
from refusals import read_refusal
from steps import allowed_step, held_step


async def test_steps_that_are_gated_at_once_have_indexes_of_their_own(client, connect, workflow_id):
    clients = [client, connect(), connect(), connect()]
    gates = await asyncio.gather(
        *(clients[n % 4].step_gate(workflow_id, f"node-{n}", allowed_step(step_input={"n": n})) for n in range(60))
    )
    assert all(gate.is_allowed() and not gate.cached for gate in gates)
    found = await client.get_workflow(workflow_id)
    assert sorted(step.step_index for step in found.steps) == list(range(1, 61))
    assert found.current_step_index == 60


async def test_of_equal_first_gates_at_once_one_is_fresh_and_every_one_is_counted(client, workflow_id):
    gates = await asyncio.gather(*(client.step_gate(workflow_id, "same", allowed_step()) for _ in range(20)))
    assert sorted(gate.cached for gate in gates) == [False] + [True] * 19
    assert sorted(gate.retry_context.gate_count for gate in gates) == list(range(1, 21))
    assert len({gate.decision_id for gate in gates}) == 1


async def test_of_different_first_gates_at_once_one_wins_and_the_others_are_mismatches(client, workflow_id):
    outcomes = await asyncio.gather(
        *(client.step_gate(workflow_id, "same", allowed_step(step_input={"n": n})) for n in range(10)),
        return_exceptions=True,
    )
    losers = [outcome for outcome in outcomes if isinstance(outcome, AxonFlowError)]
    assert len(losers) == 9
    assert {read_refusal(loser).code for loser in losers} == {"STEP_INPUT_MISMATCH"}


async def test_of_two_steps_to_be_held_at_once_one_waits_and_the_other_is_refused(client, workflow_id):
    outcomes = await asyncio.gather(
        *(client.step_gate(workflow_id, f"rollout-{n}", held_step()) for n in range(6)), return_exceptions=True
    )
    losers = [outcome for outcome in outcomes if isinstance(outcome, AxonFlowError)]
    assert len(losers) == 5
    assert {read_refusal(loser).code for loser in losers} == {"APPROVAL_PENDING"}
    assert (await client.get_pending_approvals()).count == 1


async def test_completions_at_once_are_all_counted(client, workflow_id):
    await client.step_gate(workflow_id, "step", allowed_step())
    await asyncio.gather(*(client.mark_step_completed(workflow_id, "step") for _ in range(20)))
    context = (await client.step_gate(workflow_id, "step", allowed_step())).retry_context
    assert context.completion_count == 20


async def test_of_many_who_end_a_workflow_at_once_one_does(client, workflow_id):
    outcomes = await asyncio.gather(
        *(client.complete_workflow(workflow_id) for _ in range(8)), return_exceptions=True
    )
    losers = [outcome for outcome in outcomes if isinstance(outcome, AxonFlowError)]
    assert len(losers) == 7
    assert {read_refusal(loser).code for loser in losers} == {"WORKFLOW_TERMINAL"}
