"""Plans: made from a query, executed, watched, cancelled."""

import asyncio

import pytest
from axonflow.exceptions import AxonFlowError, PlanExecutionError, PolicyViolationError, VersionConflictError
from axonflow.types import ExecutionMode
from axonflow.workflow import WorkflowStatus
from plans import executed, plan_over, step_of, until, waiting_at
from refusals import read_refusal, refusal_of


class TestMaking:
    async def test_a_query_becomes_steps_of_the_agents_that_match_it(self, client, subject):
        plan = await client.generate_plan(f"Find {subject}; write about {subject}")
        assert plan.success is True
        assert plan.plan_id.startswith("plan_")
        assert (plan.status, plan.domain, plan.version, plan.complexity) == ("pending", "generic", 1, 3)
        assert plan.parallel is True
        assert (plan.result, plan.error) == (None, None)
        search, write, closing = plan.steps
        assert (search.id, search.name, search.type) == ("step_1_searcher", "searcher", "connector-call")
        assert (search.agent, search.depends_on) == ("searcher", [])
        assert search.description == "Looks things up"
        assert search.parameters == {"query": f"Find {subject}"}
        assert (write.id, write.type) == ("step_2_writer", "llm-call")
        assert write.depends_on == [search.id]
        assert (closing.id, closing.depends_on) == ("step_3_synthesize-results", [search.id, write.id])

    async def test_nothing_is_called_before_it_is_executed(self, client, world, subject):
        plan = await client.generate_plan(f"Find {subject}; write about {subject}")
        assert (await client.get_plan_status(plan.plan_id)).status == "pending"
        assert world.about(subject) == []

    async def test_it_says_what_policy_thinks_of_it(self, client, subject):
        plan = await client.generate_plan(f"Find {subject}")
        assert plan.policy_info.allowed is True
        assert plan.policy_info.applied_policies == []
        assert plan.policy_info.required_actions is None

    async def test_the_agents_of_the_domain_take_it_in_their_own_mode(self, client, subject):
        plan = await client.generate_plan(f"{subject} on Monday", domain="travel")
        assert plan.domain == "travel"
        assert plan.metadata["execution_mode"] == "sequential"
        assert plan.parallel is False
        [step] = plan.steps
        assert step.parameters == {"query": f"{subject} on Monday", "kind": "flight"}

    @pytest.mark.parametrize("mode", ExecutionMode)
    async def test_the_caller_may_choose_the_mode(self, client, subject, mode):
        plan = await client.generate_plan(f"Find {subject}", execution_mode=mode)
        assert plan.metadata["execution_mode"] == mode.value
        assert plan.parallel is (mode in (ExecutionMode.AUTO, ExecutionMode.PARALLEL))

    async def test_a_query_that_no_agent_takes_is_refused_with_what_to_add(self, client):
        refusal = await refusal_of(client.generate_plan("Sing to me"))
        assert (refusal.status, refusal.code) == (422, "NO_AGENT")
        assert "No routing rule of generic/desk matches the query" in refusal.message
        refusal = await refusal_of(client.generate_plan("Sing to me", domain="opera"))
        assert (refusal.status, refusal.code) == (422, "NO_AGENT")
        assert "domain opera" in refusal.message

    async def test_an_empty_query_is_refused(self, client):
        refusal = await refusal_of(client.generate_plan(""))
        assert (refusal.status, refusal.message) == (400, "Query is required")

    async def test_a_client_without_credentials_makes_plans(self, connect, subject):
        anonymous = connect(None, client_secret=None)
        _, execution = await executed(anonymous, f"Find {subject}")
        assert execution.status == "completed"


class TestExecuting:
    async def test_the_agents_are_called_and_the_model_answers_from_what_they_found(self, client, world, subject):
        plan, execution = await executed(client, f"Find {subject}; write about {subject}")
        assert (execution.plan_id, execution.status) == (plan.plan_id, "completed")
        assert execution.error is None
        assert execution.duration
        assert f"notes on Find {subject}" in execution.result
        search, write, closing = world.about(subject)
        assert (search.path, search.body) == ("/search", {"query": f"Find {subject}"})
        assert write.path == closing.path == "/v1/chat/completions"
        assert f"notes on Find {subject}" in str(write.body)
        assert "Briefly: write about" in str(closing.body)
        assert len({search.idempotency_key, write.idempotency_key, closing.idempotency_key}) == 3

    async def test_what_each_step_brought_is_in_the_answer(self, client, subject):
        _, execution = await executed(client, f"Find {subject}; write about {subject}")
        results = execution.step_results
        assert list(results) == ["searcher", "writer", "synthesize-results"]
        assert {each["status"] for each in results.values()} == {"completed"}
        assert results["searcher"]["result"]["body"] == {"found": f"notes on Find {subject}"}
        assert results["synthesize-results"]["result"]["text"] == execution.result

    async def test_it_can_be_read_afterwards(self, client, subject):
        plan, execution = await executed(client, f"Find {subject}")
        found = await client.get_plan_status(plan.plan_id)
        assert (found.plan_id, found.status) == (plan.plan_id, "completed")
        assert (found.result, found.duration) == (execution.result, execution.duration)
        assert found.workflow_id == execution.workflow_id
        assert found.policy_info.allowed is True

    async def test_it_is_a_workflow_whose_steps_were_gated(self, client, subject):
        plan, execution = await executed(client, f"Find {subject}")
        workflow = await client.get_workflow(execution.workflow_id)
        assert workflow.status is WorkflowStatus.COMPLETED
        assert workflow.metadata["plan_id"] == plan.plan_id
        assert [step.step_id for step in workflow.steps] == [step.id for step in plan.steps]
        assert {step.decision.value for step in workflow.steps} == {"allow"}

    async def test_a_call_that_fails_once_is_made_again_with_the_same_key(self, client, world, subject):
        _, execution = await executed(client, f"Insist on {subject}")
        assert execution.status == "completed"
        first, second = [call for call in world.about(subject) if call.path == "/flaky"]
        assert first.idempotency_key == second.idempotency_key != ""

    async def test_a_step_that_fails_fails_the_plan_with_its_reason(self, client, world, subject):
        plan = await client.generate_plan(f"Buy {subject}")
        with pytest.raises(PlanExecutionError) as raised:
            await client.execute_plan(plan.plan_id)
        assert raised.value.plan_id == plan.plan_id
        assert raised.value.message.startswith("Step buyer failed: ")
        assert "the shop is closed" in raised.value.message
        found = await client.get_plan_status(plan.plan_id)
        assert (found.status, found.result, found.error) == ("failed", None, raised.value.message)
        assert [call.path for call in world.about(subject)] == ["/refuse"]

    async def test_a_plan_runs_once(self, client, world, subject):
        plan, _ = await executed(client, f"Find {subject}")
        calls = len(world.about(subject))
        with pytest.raises(PlanExecutionError, match=f"Plan has already been executed: {plan.plan_id}"):
            await client.execute_plan(plan.plan_id)
        assert len(world.about(subject)) == calls

    async def test_of_two_that_execute_it_at_once_one_does(self, client, connect, world, subject):
        plan = await client.generate_plan(f"Find {subject}")
        outcomes = await asyncio.gather(
            *(each.execute_plan(plan.plan_id) for each in (client, connect())), return_exceptions=True
        )
        assert sum(isinstance(outcome, PlanExecutionError) for outcome in outcomes) == 1
        assert (await plan_over(client, plan.plan_id)).status == "completed"
        assert len([call for call in world.about(subject) if call.path == "/search"]) == 1

    async def test_a_plan_that_nobody_executed_in_its_time_has_expired(self, start_sidecar, connect, subject):
        client = connect(endpoint=start_sidecar(plan_ttl="1s").url)
        plan = await client.generate_plan(f"Find {subject}")
        await asyncio.sleep(1.1)
        found = await client.get_plan_status(plan.plan_id)
        assert found.status == "expired"
        with pytest.raises(PlanExecutionError, match=f"Plan has expired: {plan.plan_id}"):
            await client.execute_plan(plan.plan_id)

    async def test_a_run_too_many_is_refused_and_can_be_tried_again(self, start_sidecar, connect, subject):
        client = connect(endpoint=start_sidecar(max_concurrent_executions="1").url)
        first, _ = await executed(client, f"Deploy {subject}")
        second = await client.generate_plan(f"Find {subject}")
        refusal = await refusal_of(client.execute_plan(second.plan_id))
        assert (refusal.status, refusal.code) == (429, "CONCURRENT_EXECUTION_LIMIT")
        assert (await client.get_plan_status(second.plan_id)).status == "pending"
        await client.cancel_plan(first.plan_id)
        assert (await client.execute_plan(second.plan_id)).status == "completed"


class TestPolicy:
    async def test_a_plan_that_policy_blocks_is_kept_but_not_executed(self, client, world, subject):
        plan = await client.generate_plan(f"Pay {subject}; find {subject}")
        assert plan.policy_info.allowed is False
        assert plan.policy_info.applied_policies == ["plans-do-not-pay"]
        with pytest.raises(PolicyViolationError) as raised:
            await client.execute_plan(plan.plan_id)
        assert raised.value.block_reason == "A plan does not pay"
        assert raised.value.policy == "plans-do-not-pay"
        found = await client.get_plan_status(plan.plan_id)
        assert (found.status, found.policy_info.allowed) == ("failed", False)
        assert found.error == "Policy blocked MAP execution: A plan does not pay"
        assert world.about(subject) == []

    async def test_a_step_that_policy_blocks_on_the_way_ends_the_plan(self, client, world, subject):
        plan = await client.generate_plan(f"Find drop table {subject}")
        with pytest.raises(PolicyViolationError) as raised:
            await client.execute_plan(plan.plan_id)
        assert raised.value.block_reason == "An agent does not drop tables"
        assert raised.value.policy == "no-table-drops"
        found = await client.get_plan_status(plan.plan_id)
        assert found.status == "failed"
        assert found.error == "Step searcher was blocked: policy: An agent does not drop tables"
        assert world.about(subject) == []


class TestCancelling:
    async def test_a_cancelled_plan_cannot_be_executed(self, client, world, subject):
        plan = await client.generate_plan(f"Find {subject}")
        reply = await client.cancel_plan(plan.plan_id, reason="Asked for the wrong thing")
        assert (reply.plan_id, reply.status, reply.success) == (plan.plan_id, "cancelled", True)
        with pytest.raises(PlanExecutionError, match=f"Plan has been cancelled: {plan.plan_id}") as raised:
            await client.execute_plan(plan.plan_id)
        assert raised.value.plan_id == plan.plan_id
        found = await client.get_plan_status(plan.plan_id)
        assert (found.status, found.error) == ("cancelled", "Asked for the wrong thing")
        assert world.about(subject) == []

    async def test_it_needs_no_reason(self, client, subject):
        plan = await client.generate_plan(f"Find {subject}")
        assert (await client.cancel_plan(plan.plan_id)).status == "cancelled"
        assert (await client.get_plan_status(plan.plan_id)).error

    async def test_a_running_plan_stops_and_its_workflow_is_aborted(self, client, connect, world, subject):
        plan_id, execution = await waiting_at(client, world, subject, f"Wait for {subject}")
        operator = connect()
        assert (await operator.get_plan_status(plan_id)).status == "running"
        await operator.cancel_plan(plan_id, reason="Takes too long")
        with pytest.raises(PlanExecutionError, match="Takes too long"):
            await execution
        found = await client.get_plan_status(plan_id)
        assert (found.status, found.error) == ("cancelled", "Takes too long")
        assert (await client.get_workflow(found.workflow_id)).status is WorkflowStatus.ABORTED
        assert [call.path for call in world.about(subject)] == ["/wait"]

    async def test_a_plan_that_is_over_is_not_cancelled(self, client, subject):
        """The client takes every 409 for a conflict of versions: it has the plan's own version to say."""
        plan, _ = await executed(client, f"Find {subject}")
        with pytest.raises(VersionConflictError) as raised:
            await client.cancel_plan(plan.plan_id)
        assert (raised.value.plan_id, raised.value.current_version) == (plan.plan_id, 1)
        assert (await client.get_plan_status(plan.plan_id)).status == "completed"


CALLS = {
    "execute_plan": (),
    "get_plan_status": (),
    "cancel_plan": (),
    "get_plan_versions": (),
    "rollback_plan": (1,),
    "resume_plan": (),
}


@pytest.mark.parametrize("call", CALLS)
async def test_another_tenants_plan_is_answered_like_an_unknown_one_and_stays_as_it_was(
    client, connect, subject, call
):
    plan = await client.generate_plan(f"Find {subject}")
    stranger = connect("somebody-else")
    foreign, unknown = [
        await refusal_of(getattr(stranger, call)(plan_id, *CALLS[call])) for plan_id in (plan.plan_id, "plan_none")
    ]
    assert (foreign.status, foreign.code) == (unknown.status, unknown.code)
    assert foreign.status == 404
    assert foreign.text.replace(plan.plan_id, "plan_none") == unknown.text
    assert (await client.get_plan_status(plan.plan_id)).status == "pending"


async def test_the_rest_of_the_clients_requests_is_refused_as_not_served(client):
    with pytest.raises(AxonFlowError) as raised:
        await client.proxy_llm_call(user_token="u", query="What is tin?", request_type="chat")
    assert read_refusal(raised.value).status == 400


async def test_a_plan_goes_on_after_the_process_was_killed_and_calls_nothing_twice_that_was_recorded(
    start_sidecar, connect, world, subject
):
    sidecar = start_sidecar()
    before = connect(endpoint=sidecar.url)
    query = f"Find {subject}; wait for {subject}"
    plan_id, execution = await waiting_at(before, world, subject, query)
    await until(
        lambda: before.get_execution_status(plan_id),
        lambda status: step_of(status, "step_1_searcher").status.value == "completed",
    )

    sidecar.kill()
    [outcome] = await asyncio.gather(execution, return_exceptions=True)
    assert isinstance(outcome, Exception)
    sidecar.start()
    after = connect(endpoint=sidecar.url)
    assert (await after.get_plan_status(plan_id)).status == "running"
    world.open_door(f"wait for {subject}")

    assert (await plan_over(after, plan_id)).status == "completed"
    calls = world.about(subject)
    assert len([call for call in calls if call.path == "/search"]) == 1
    assert len({call.idempotency_key for call in calls if call.path == "/wait"}) == 1
