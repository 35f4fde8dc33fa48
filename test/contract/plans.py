"""Plans that the tests make, and waiting for what happens by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from axonflow import AxonFlow
from axonflow.execution import ExecutionStatus, UnifiedStepStatus
from axonflow.types import ExecutionMode, PlanExecutionResponse, PlanResponse

T = TypeVar("T")


async def until(read: Callable[[], Awaitable[T]], met: Callable[[T], bool]) -> T:
    """What is read, once it is as it should be."""
    for _ in range(400):
        found = await read()
        if met(found):
            return found
        await asyncio.sleep(0.025)
    raise AssertionError(f"this did not change in 10 seconds: {found!r}")


async def executed(
    client: AxonFlow, query: str, mode: ExecutionMode | None = None
) -> tuple[PlanResponse, PlanExecutionResponse]:
    """A plan for the query, and what its execution answered."""
    plan = await client.generate_plan(query, execution_mode=mode)
    return plan, await client.execute_plan(plan.plan_id)


async def plan_over(client: AxonFlow, plan_id: str) -> PlanExecutionResponse:
    """The plan, once it has ended."""
    return await until(
        lambda: client.get_plan_status(plan_id), lambda plan: plan.status not in ("pending", "running")
    )


async def waiting_at(client: AxonFlow, world, subject: str, query: str):
    """A plan whose execution is in the midst of a call that has no answer yet: its id, and the execute call."""
    plan = await client.generate_plan(query)
    execution = asyncio.create_task(client.execute_plan(plan.plan_id))

    async def calls():
        return [call for call in world.about(subject) if call.path == "/wait"]

    await until(calls, bool)
    return plan.plan_id, execution


def step_of(execution: ExecutionStatus, step_id: str) -> UnifiedStepStatus:
    return next(step for step in execution.steps if step.step_id == step_id)
