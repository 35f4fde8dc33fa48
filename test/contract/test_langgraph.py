"""wrap_langgraph around real LangGraph graphs: every node and every tool is gated, and the graph knows nothing of it."""

import operator
from typing import Annotated, TypedDict

import pytest
from axonflow.adapters import (
    AxonFlowLangGraphAdapter,
    NodeConfig,
    WorkflowApprovalRequiredError,
    WorkflowBlockedError,
    wrap_langgraph,
)
from axonflow.workflow import WorkflowSource, WorkflowStatus
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    question: str
    # Parallel nodes write at once, so their answers are joined.
    answers: Annotated[list[str], operator.add]


def node(name, does=None):
    """A node that answers with its own name, after doing what it is told."""

    async def run(state: State, config: RunnableConfig) -> State:
        said = await does(state, config) if does else name
        return {"answers": [said]}

    return run


def chain(*nodes):
    """A compiled graph of (name, node) pairs, one after the other."""
    graph = StateGraph(State)
    for name, function in nodes:
        graph.add_node(name, function)
    names = [START, *(name for name, _ in nodes), END]
    for before, after in zip(names, names[1:], strict=False):
        graph.add_edge(before, after)
    return graph.compile()


@tool
async def search(query: str) -> str:
    """Search the web."""
    return f"found {query}"


@tool("payments.transfer")
async def transfer(amount: int) -> str:
    """Move money."""
    raise AssertionError("a held tool must not run")


async def only_workflow(client):
    """The one workflow of this test's tenant."""
    [found] = (await client.list_workflows()).workflows
    return found


async def test_a_graph_of_plain_nodes_runs_and_its_workflow_completes(client):
    graph = chain(("read", node("read")), ("think", node("think")), ("write", node("write")))
    governed = wrap_langgraph(
        graph, client=client, workflow_name="essay", metadata={"team": "docs"}, trace_id="langsmith-9"
    )
    result = await governed.ainvoke({"question": "why"})
    assert result == {"question": "why", "answers": ["read", "think", "write"]}
    found = await only_workflow(client)
    assert (found.workflow_name, found.source) == ("essay", WorkflowSource.LANGGRAPH)
    assert (found.metadata, found.trace_id) == ({"team": "docs"}, "langsmith-9")
    assert found.status is WorkflowStatus.COMPLETED
    assert [step.step_name for step in found.steps] == ["read", "think", "write"]
    assert all(step.completed_at for step in found.steps)
    assert found.total_steps == 3


async def test_each_run_of_a_graph_is_a_workflow_of_its_own(client):
    governed = wrap_langgraph(chain(("read", node("read"))), client=client, workflow_name="twice")
    for question in ("one", "two"):
        await governed.ainvoke({"question": question})
    assert [found.status for found in (await client.list_workflows()).workflows] == [WorkflowStatus.COMPLETED] * 2


async def test_a_node_with_tools_inside_finishes_although_the_wrapper_completes_a_step_it_never_gated(client):
    async def act(state, config):
        return await search.ainvoke({"query": state["question"]}, config)

    governed = wrap_langgraph(chain(("plan", node("plan")), ("act", node("act", act))), client=client, workflow_name="x")
    assert (await governed.ainvoke({"question": "why"}))["answers"] == ["plan", "found why"]
    found = await only_workflow(client)
    assert found.status is WorkflowStatus.COMPLETED
    gated = [step.step_id for step in found.steps if step.decision.value == "allow"]
    assert {"step-1-plan", "step-2-act", "step-3-tools-search"} <= set(gated)


async def test_tools_of_several_nodes_in_a_row_do_not_confuse_the_record(client):
    async def act(state, config):
        first = await search.ainvoke({"query": "a"}, config)
        return first + await search.ainvoke({"query": "b"}, config)

    governed = wrap_langgraph(
        chain(("first", node("first", act)), ("second", node("second", act))), client=client, workflow_name="x"
    )
    assert (await governed.ainvoke({"question": "why"}))["answers"] == ["found afound b"] * 2
    assert (await only_workflow(client)).status is WorkflowStatus.COMPLETED


async def test_parallel_nodes_run_side_by_side_and_the_workflow_completes(client):
    graph = StateGraph(State)
    graph.add_node("split", node("split"))
    graph.add_node("join", node("join"))
    graph.add_edge(START, "split")
    for name in ("a", "b", "c", "d"):
        graph.add_node(name, node(name))
        graph.add_edge("split", name)
    graph.add_edge(["a", "b", "c", "d"], "join")
    graph.add_edge("join", END)
    governed = wrap_langgraph(graph.compile(), client=client, workflow_name="fan")
    result = await governed.ainvoke({"question": "why"})
    assert sorted(result["answers"]) == ["a", "b", "c", "d", "join", "split"]
    found = await only_workflow(client)
    assert found.status is WorkflowStatus.COMPLETED
    indexes = [step.step_index for step in found.steps]
    assert len(set(indexes)) == len(indexes)
    assert {"split", "a", "b", "c", "d", "join"} <= {step.step_name for step in found.steps}


async def test_a_loop_gates_each_round_as_a_step_of_its_own(client):
    graph = StateGraph(State)
    graph.add_node("refine", node("refine"))
    graph.add_edge(START, "refine")
    graph.add_conditional_edges("refine", lambda state: END if len(state["answers"]) == 3 else "refine")
    governed = wrap_langgraph(graph.compile(), client=client, workflow_name="loop")
    await governed.ainvoke({"question": "why"})
    found = await only_workflow(client)
    assert found.status is WorkflowStatus.COMPLETED
    rounds = [step for step in found.steps if step.step_name == "refine"]
    assert len({step.step_id for step in rounds}) >= 3


async def test_a_blocked_node_stops_the_graph_before_it_runs_and_aborts_the_workflow(client):
    async def must_not_run(state, config):
        raise AssertionError("a blocked node must not run")

    governed = wrap_langgraph(
        chain(("read", node("read")), ("generate", node("generate", must_not_run)), ("publish", node("publish"))),
        client=client,
        workflow_name="x",
        metadata={"environment": "production"},
        node_config={"generate": NodeConfig(step_type="llm_call", model="gpt-4", provider="openai")},
    )
    with pytest.raises(WorkflowBlockedError) as raised:
        await governed.ainvoke({"question": "why"})
    assert raised.value.policy_ids == ["gpt4-blocked-in-production"]
    assert raised.value.reason == "gpt-4 is not allowed in production"
    found = await only_workflow(client)
    assert found.status is WorkflowStatus.ABORTED
    assert [step.step_name for step in found.steps] == ["read", "generate"]
    assert found.steps[1].step_type.value == "llm_call"


async def test_a_node_is_blocked_for_what_stands_in_the_state_it_reads(client):
    governed = wrap_langgraph(chain(("query", node("query"))), client=client, workflow_name="x")
    with pytest.raises(WorkflowBlockedError) as raised:
        await governed.ainvoke({"question": "please DROP TABLE users"})
    assert raised.value.policy_ids == ["no-table-drops"]
    assert (await only_workflow(client)).status is WorkflowStatus.ABORTED


async def test_a_blocked_tool_stops_the_graph_for_its_arguments(client):
    async def act(state, config):
        return await search.ainvoke({"query": "536-22-8726 is whose SSN"}, config)

    governed = wrap_langgraph(chain(("act", node("act", act))), client=client, workflow_name="x")
    with pytest.raises(WorkflowBlockedError) as raised:
        await governed.ainvoke({"question": "why"})
    assert raised.value.policy_ids == ["no-social-security-numbers"]
    found = await only_workflow(client)
    assert found.status is WorkflowStatus.ABORTED
    assert found.steps[-1].step_name == "tools/search"


async def test_a_held_node_raises_and_leaves_the_workflow_in_progress_for_a_reviewer(client):
    governed = wrap_langgraph(
        chain(("build", node("build")), ("deploy", node("deploy"))), client=client, workflow_name="release"
    )
    with pytest.raises(WorkflowApprovalRequiredError) as raised:
        await governed.ainvoke({"question": "ship it"})
    assert raised.value.step_id == "step-2-deploy"
    assert raised.value.reason == "deploy needs a reviewer"
    assert raised.value.approval_url
    found = await only_workflow(client)
    assert found.status is WorkflowStatus.IN_PROGRESS
    assert found.steps[1].approval_status.value == "pending"

    await client.approve_step(found.workflow_id, raised.value.step_id, comment="Checked the change")
    adapter = AxonFlowLangGraphAdapter(client, "release")
    adapter.workflow_id = found.workflow_id
    assert await adapter.wait_for_approval(raised.value.step_id, poll_interval=0.05, timeout=5) is True


async def test_a_held_tool_raises_and_leaves_the_workflow_in_progress(client):
    async def act(state, config):
        return await transfer.ainvoke({"amount": 250}, config)

    governed = wrap_langgraph(chain(("pay", node("pay", act))), client=client, workflow_name="x")
    with pytest.raises(WorkflowApprovalRequiredError) as raised:
        await governed.ainvoke({"question": "pay the invoice"})
    assert raised.value.reason == "A transfer of 250 needs a reviewer"
    assert (await only_workflow(client)).status is WorkflowStatus.IN_PROGRESS
    [entry] = (await client.get_pending_approvals()).pending_approvals
    assert entry.step_id == raised.value.step_id


async def test_a_node_that_breaks_fails_the_workflow(client):
    async def breaks(state, config):
        raise LookupError("no such document")

    governed = wrap_langgraph(chain(("read", node("read", breaks))), client=client, workflow_name="x")
    with pytest.raises(LookupError):
        await governed.ainvoke({"question": "why"})
    assert (await only_workflow(client)).status is WorkflowStatus.FAILED


async def test_a_skipped_node_is_not_gated(client):
    governed = wrap_langgraph(
        chain(("read", node("read")), ("deploy", node("deploy"))),
        client=client,
        workflow_name="x",
        node_config={"deploy": NodeConfig(skip=True)},
    )
    assert (await governed.ainvoke({"question": "why"}))["answers"] == ["read", "deploy"]
    assert [step.step_name for step in (await only_workflow(client)).steps] == ["read"]


async def test_a_streamed_graph_yields_its_chunks_and_completes(client):
    governed = wrap_langgraph(
        chain(("read", node("read")), ("write", node("write"))), client=client, workflow_name="x"
    )
    chunks = [chunk async for chunk in governed.astream({"question": "why"}, stream_mode="updates")]
    assert chunks == [{"read": {"answers": ["read"]}}, {"write": {"answers": ["write"]}}]
    assert (await only_workflow(client)).status is WorkflowStatus.COMPLETED


async def test_a_blocked_node_ends_a_stream_and_aborts_the_workflow(client):
    governed = wrap_langgraph(chain(("query", node("query"))), client=client, workflow_name="x")
    with pytest.raises(WorkflowBlockedError):
        async for _ in governed.astream({"question": "drop table users"}):
            pass
    assert (await only_workflow(client)).status is WorkflowStatus.ABORTED
