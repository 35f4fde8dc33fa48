"""AxonFlowLangGraphAdapter, called by hand around each step."""

import pytest
from axonflow.adapters import AxonFlowLangGraphAdapter, WorkflowApprovalRequiredError, WorkflowBlockedError
from axonflow.workflow import WorkflowSource, WorkflowStatus


@pytest.fixture
async def adapter(client):
    started = AxonFlowLangGraphAdapter(client, "code review")
    await started.start_workflow(metadata={"environment": "production"}, trace_id="langsmith-1")
    return started


async def test_a_started_workflow_is_a_langgraph_workflow_with_its_metadata_and_trace(client, adapter):
    found = await client.get_workflow(adapter.workflow_id)
    assert (found.workflow_name, found.source) == ("code review", WorkflowSource.LANGGRAPH)
    assert (found.metadata, found.trace_id) == ({"environment": "production"}, "langsmith-1")


async def test_steps_and_tools_run_from_gate_to_completion(client, adapter):
    assert await adapter.check_gate("Read Diff", "tool_call", step_input={"pr": 7})
    await adapter.step_completed("Read Diff", output={"lines": 120})
    assert await adapter.check_gate("review/draft", "llm_call", model="claude", provider="anthropic")
    await adapter.step_completed(
        "review/draft", output={"text": "fine"}, metadata={"n": 1}, tokens_in=150, tokens_out=20, cost_usd=0.01
    )
    assert await adapter.check_tool_gate("git.comment", "function", tool_input={"text": "LGTM"})
    await adapter.tool_completed("git.comment", output={"id": 1}, tokens_in=1, tokens_out=2, cost_usd=0.0)
    await adapter.complete_workflow()
    found = await client.get_workflow(adapter.workflow_id)
    assert found.status is WorkflowStatus.COMPLETED
    assert [step.step_id for step in found.steps] == [
        "step-1-read-diff",
        "step-2-review-draft",
        "step-3-tools-git.comment",
    ]
    assert [step.step_name for step in found.steps] == ["Read Diff", "review/draft", "tools/git.comment"]
    assert all(step.completed_at for step in found.steps)


async def test_a_blocked_step_raises_with_its_id_reason_and_policies(adapter):
    with pytest.raises(WorkflowBlockedError) as raised:
        await adapter.check_gate("Generate Code", "llm_call", model="gpt-4", provider="openai")
    assert raised.value.step_id == "step-1-generate-code"
    assert raised.value.reason == "gpt-4 is not allowed in production"
    assert raised.value.policy_ids == ["gpt4-blocked-in-production"]
    assert "gpt-4 is not allowed in production" in str(raised.value)


async def test_a_blocked_step_is_a_false_where_the_caller_asked_for_that(client):
    lenient = AxonFlowLangGraphAdapter(client, "lenient", auto_block=False)
    await lenient.start_workflow()
    assert await lenient.check_tool_gate("sql.run", tool_input={"query": "drop table x"}) is False
    assert await lenient.check_tool_gate("sql.run", tool_input={"query": "select 1"}) is True


async def test_tool_arguments_are_judged_although_the_step_input_is_empty(adapter):
    with pytest.raises(WorkflowBlockedError) as raised:
        await adapter.check_tool_gate("crm.write", "mcp", tool_input={"rows": [{"note": "SSN 536-22-8726"}]})
    assert raised.value.policy_ids == ["no-social-security-numbers"]


async def test_a_held_tool_raises_with_the_link_and_goes_on_under_the_same_id_after_approval(client, adapter):
    with pytest.raises(WorkflowApprovalRequiredError) as raised:
        await adapter.check_tool_gate("payments.transfer", "api", tool_input={"amount": 900})
    step_id = raised.value.step_id
    assert step_id == "step-1-tools-payments.transfer"
    assert raised.value.reason == "A transfer of 900 needs a reviewer"
    assert step_id in raised.value.approval_url
    await client.approve_step(adapter.workflow_id, step_id, comment="Invoice checked")
    assert await adapter.wait_for_approval(step_id, poll_interval=0.05, timeout=5)
    assert await adapter.check_tool_gate("payments.transfer", "api", step_id=step_id, tool_input={"amount": 900})
    await adapter.tool_completed("payments.transfer", step_id=step_id, output={"ok": True})
    await adapter.complete_workflow()


async def test_leaving_the_context_completes_the_workflow(client):
    async with AxonFlowLangGraphAdapter(client, "context") as adapter:
        await adapter.start_workflow()
        await adapter.check_gate("only", "human_task")
    assert (await client.get_workflow(adapter.workflow_id)).status is WorkflowStatus.COMPLETED


async def test_an_exception_in_the_context_aborts_the_workflow_also_when_it_is_a_hold(client):
    adapter = AxonFlowLangGraphAdapter(client, "context")
    with pytest.raises(WorkflowApprovalRequiredError):
        async with adapter:
            await adapter.start_workflow()
            await adapter.check_gate("Deploy", "tool_call")
    assert (await client.get_workflow(adapter.workflow_id)).status is WorkflowStatus.ABORTED


@pytest.mark.parametrize(
    ("end", "status"),
    [("abort_workflow", WorkflowStatus.ABORTED), ("fail_workflow", WorkflowStatus.FAILED)],
)
async def test_an_adapter_can_abort_and_fail_its_workflow(client, adapter, end, status):
    await getattr(adapter, end)("Pipeline stage crashed")
    assert (await client.get_workflow(adapter.workflow_id)).status is status
