"""What the Python client makes of an error reply: an AxonFlowError whose text is `HTTP <status>: <body>`."""

import json
import re
from collections.abc import Awaitable
from dataclasses import dataclass

import pytest
from axonflow.exceptions import AxonFlowError


@dataclass(frozen=True)
class Refusal:
    status: int
    code: str
    message: str
    body: dict
    text: str


async def refusal_of(call: Awaitable) -> Refusal:
    """The refusal that ends the call; a call that succeeds fails the test."""
    with pytest.raises(AxonFlowError) as raised:
        await call
    return read_refusal(raised.value)


def read_refusal(error: AxonFlowError) -> Refusal:
    found = re.fullmatch(r"HTTP (\d{3}): (.*)", error.message, re.DOTALL)
    assert found, f"not an error reply: {error!r}"
    body = json.loads(found[2])
    # Two mismatches put their code inside `error`, where the client looks for it; all other refusals are flat.
    inner = body["error"] if isinstance(body["error"], dict) else body
    return Refusal(int(found[1]), inner["code"], inner["message"], body, found[2])
