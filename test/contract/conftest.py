import os
from itertools import count

import pytest

# Before the client is imported: it reads these once. The tests talk to their own sidecars and to nobody else.
for name in list(os.environ):
    if name.startswith(("AXONFLOW_", "LANGSMITH_", "LANGCHAIN_")) or name.upper().endswith("_PROXY"):
        del os.environ[name]
os.environ["AXONFLOW_TELEMETRY"] = "off"

from axonflow import AxonFlow  # noqa: E402
from axonflow.workflow import CreateWorkflowRequest  # noqa: E402
from sidecar import Sidecar, policy_folder  # noqa: E402
from world import World  # noqa: E402


@pytest.fixture(scope="session")
def world():
    """What plans call: the connector's service and the model."""
    running = World()
    yield running
    running.close()


@pytest.fixture(scope="session")
def shared_settings(tmp_path_factory, world):
    """The policies and their compiled form, for all sidecars."""
    folder = tmp_path_factory.mktemp("policies")
    return {
        "policies": policy_folder(folder / "policies", world.port),
        "policy_cache": str(folder / "cache"),
    }


@pytest.fixture(scope="session")
def sidecar(tmp_path_factory, shared_settings):
    """The sidecar that most tests share. Each test is a tenant of its own, so none sees another's workflows."""
    running = Sidecar(tmp_path_factory.mktemp("shared"), **shared_settings).start()
    yield running
    running.stop()


@pytest.fixture
def start_sidecar(tmp_path, shared_settings):
    """Starts a sidecar for one test, with settings of its own."""
    running = []

    def start(**settings):
        folder = tmp_path / f"sidecar-{len(running) + 1}"
        running.append(Sidecar(folder, **shared_settings, **settings).start())
        return running[-1]

    yield start
    for each in running:
        each.stop()


_tenants = count(1)
_subjects = count(1)


@pytest.fixture
def tenant():
    """The client id of this test, which is its tenant."""
    return f"tenant-{next(_tenants)}"


@pytest.fixture
def subject():
    """A word that nothing but this test's plans speaks of, so that their calls can be told from others."""
    return f"lot-{next(_subjects):04}"


@pytest.fixture
async def connect(sidecar, tenant):
    """Opens clients; without arguments, one of this test's tenant at the shared sidecar."""
    opened = []

    def open_client(client_id=tenant, *, endpoint=sidecar.url, client_secret="secret"):
        opened.append(AxonFlow(endpoint=endpoint, client_id=client_id, client_secret=client_secret))
        return opened[-1]

    yield open_client
    for each in opened:
        await each.close()


@pytest.fixture
async def client(connect):
    """A client of this test's own tenant."""
    return connect()


@pytest.fixture
async def workflow_id(client):
    """A workflow in progress, nothing gated yet."""
    created = await client.create_workflow(CreateWorkflowRequest(workflow_name="contract"))
    return created.workflow_id
