"""Gate requests that the tests ask most often, and what the suite's policies say to them."""

from axonflow.workflow import StepGateRequest, StepType, ToolContext


def allowed_step(**changes) -> StepGateRequest:
    """No policy speaks about this one."""
    return StepGateRequest(**{"step_name": "Read ticket", "step_type": StepType.LLM_CALL, **changes})


def blocked_step(**changes) -> StepGateRequest:
    """Blocked in every workflow, by no-table-drops."""
    return allowed_step(**{"step_input": {"query": "DROP TABLE customers"}, **changes})


def held_step(**changes) -> StepGateRequest:
    """Held by deployments-need-approval."""
    return StepGateRequest(
        **{"step_name": "Deploy service", "step_type": StepType.CONNECTOR_CALL, "step_input": {"version": 7}, **changes}
    )


def tool_step(tool_name: str, tool_input: dict | None = None, **changes) -> StepGateRequest:
    """A tool call as the LangGraph adapter makes it: arguments in the tool context alone."""
    return StepGateRequest(
        **{
            "step_name": f"tools/{tool_name}",
            "step_type": StepType.TOOL_CALL,
            "tool_context": ToolContext(tool_name=tool_name, tool_type="function", tool_input=tool_input or {}),
            **changes,
        }
    )
