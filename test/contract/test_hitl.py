"""The queue of decisions that people owe: requests made by programs, and the holds of workflow steps beside them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from axonflow.exceptions import AxonFlowError
from axonflow.hitl import HITLCreateInput, HITLQueueListOptions, HITLReviewInput
from axonflow.workflow import WorkflowStatus
from refusals import read_refusal, refusal_of
from steps import held_step

REVIEW = HITLReviewInput(
    reviewer_id="rita", reviewer_email="rita@example.com", reviewer_role="risk", comment="Read and understood"
)
REQUEST = {
    "client_id": "loan-desk",
    "original_query": "disburse 50000 to customer 1",
    "request_type": "adk-tool",
}


def asked(**more) -> HITLCreateInput:
    return HITLCreateInput(**{**REQUEST, **more})


class TestCreating:
    async def test_a_request_waits_with_everything_it_said(self, client, tenant):
        said = {
            "user_id": "u-7",
            "request_context": {"amount": 50000, "nested": {"list": [1, 2]}},
            "triggered_policy_id": "loan-amount-cap",
            "triggered_policy_name": "Loan amount cap",
            "trigger_reason": "More than 10000",
            "severity": "critical",
            "notify_url": "https://flows.example.com/hook",
            "eu_ai_act_article": "Article 14",
            "compliance_framework": "GDPR",
            "risk_classification": "high",
        }
        created = await client.create_hitl_request(asked(**said))
        assert created.request_id
        assert (created.status, created.tenant_id) == ("pending", tenant)
        assert created.org_id
        for name, value in {**REQUEST, **said}.items():
            assert getattr(created, name) == value
        assert (created.reviewer_id, created.reviewed_at) == (None, None)
        assert await client.get_hitl_request(created.request_id) == created

    async def test_the_least_a_request_says_is_enough(self, client):
        created = await client.create_hitl_request(asked())
        assert (created.triggered_policy_id, created.triggered_policy_name, created.trigger_reason) == ("", "", "")
        assert created.severity == "high"

    async def test_it_waits_as_long_as_it_asked_for(self, client):
        created = await client.create_hitl_request(asked(expires_in_seconds=600))
        wait = datetime.fromisoformat(created.expires_at) - datetime.fromisoformat(created.created_at)
        assert wait == timedelta(minutes=10)
        assert datetime.fromisoformat(created.created_at) <= datetime.now(UTC)

    @pytest.mark.parametrize(
        ("said", "complaint"),
        [
            ({"client_id": ""}, "client_id is required"),
            ({"original_query": ""}, "original_query is required"),
            ({"request_type": ""}, "request_type is required"),
            ({"severity": "urgent"}, "severity must be one of"),
            ({"notify_url": "ftp://flows.example.com"}, "notify_url must be an http or https URL"),
        ],
    )
    async def test_a_request_that_cannot_be_is_refused(self, client, said, complaint):
        refusal = await refusal_of(client.create_hitl_request(asked(**said)))
        assert refusal.status == 400
        assert refusal.message.startswith(complaint)
        assert (await client.get_hitl_stats()).total_pending == 0


class TestDeciding:
    @pytest.mark.parametrize(("decide", "status"), [("approve", "approved"), ("reject", "rejected")])
    async def test_the_one_who_asked_reads_the_decision(self, client, connect, decide, status):
        created = await client.create_hitl_request(asked())
        reply = await getattr(connect(), f"{decide}_hitl_request")(created.request_id, REVIEW)
        assert reply is None
        found = await client.get_hitl_request(created.request_id)
        assert (found.status, found.reviewer_id) == (status, "rita")
        assert (found.reviewer_email, found.review_comment) == ("rita@example.com", "Read and understood")
        assert found.reviewed_at

    async def test_the_first_decision_stands(self, client):
        created = await client.create_hitl_request(asked())
        await client.approve_hitl_request(created.request_id, REVIEW)
        for decide in (client.approve_hitl_request, client.reject_hitl_request):
            assert (await refusal_of(decide(created.request_id, REVIEW))).status == 409
        assert (await client.get_hitl_request(created.request_id)).status == "approved"

    async def test_of_two_reviewers_at_once_one_decides(self, client, connect):
        created = await client.create_hitl_request(asked())
        outcomes = await asyncio.gather(
            client.approve_hitl_request(created.request_id, REVIEW),
            connect().reject_hitl_request(created.request_id, REVIEW),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, AxonFlowError) for outcome in outcomes) == 1
        status = (await client.get_hitl_request(created.request_id)).status
        assert status == ("rejected" if outcomes[0] else "approved")

    async def test_a_request_that_timed_out_is_expired_and_cannot_be_approved(self, client):
        created = await client.create_hitl_request(asked(expires_in_seconds=1))
        await asyncio.sleep(1.1)
        assert (await client.get_hitl_request(created.request_id)).status == "expired"
        refusal = await refusal_of(client.approve_hitl_request(created.request_id, REVIEW))
        assert refusal.status == 409
        assert (await client.get_hitl_stats()).total_pending == 0


class TestList:
    async def test_it_is_empty_where_nobody_asked(self, client):
        found = await client.list_hitl_queue()
        assert (found.items, found.total, found.has_more) == ([], 0, False)

    async def test_the_newest_comes_first_page_by_page(self, client):
        made = [await client.create_hitl_request(asked(user_id=f"u-{i}")) for i in range(3)]
        ids = [each.request_id for each in reversed(made)]
        assert [item.request_id for item in (await client.list_hitl_queue()).items] == ids
        page = await client.list_hitl_queue(HITLQueueListOptions(limit=2))
        assert ([item.request_id for item in page.items], page.total, page.has_more) == (ids[:2], 3, True)
        rest = await client.list_hitl_queue(HITLQueueListOptions(limit=2, offset=2))
        assert ([item.request_id for item in rest.items], rest.has_more) == (ids[2:], False)

    async def test_it_can_be_of_a_status_and_of_severities(self, client):
        low = await client.create_hitl_request(asked(severity="low"))
        critical = await client.create_hitl_request(asked(severity="critical"))
        await client.approve_hitl_request(low.request_id, REVIEW)

        async def ids(**options):
            return [item.request_id for item in (await client.list_hitl_queue(HITLQueueListOptions(**options))).items]

        assert await ids(status="pending") == [critical.request_id]
        assert await ids(status="approved") == [low.request_id]
        assert await ids(severity="critical,high") == [critical.request_id]
        assert await ids(status="approved", severity="critical") == []


class TestStats:
    async def test_they_count_what_waits(self, client):
        assert (await client.get_hitl_stats()).model_dump(exclude_none=True) == {
            "total_pending": 0,
            "high_priority": 0,
            "critical_priority": 0,
        }
        for severity in ("low", "high", "high", "critical"):
            last = await client.create_hitl_request(asked(severity=severity))
        stats = await client.get_hitl_stats()
        assert (stats.total_pending, stats.high_priority, stats.critical_priority) == (4, 2, 1)
        assert 0 <= stats.oldest_pending_hours < 0.1
        await client.reject_hitl_request(last.request_id, REVIEW)
        assert (await client.get_hitl_stats()).critical_priority == 0


class TestHolds:
    """A step that its gate held waits in the same queue."""

    @pytest.fixture
    async def item(self, client, workflow_id):
        await client.step_gate(workflow_id, "rollout", held_step())
        [item] = (await client.list_hitl_queue()).items
        return item

    async def test_it_says_what_is_held_and_why(self, client, tenant, workflow_id, item):
        assert (item.status, item.tenant_id, item.client_id) == ("pending", tenant, tenant)
        assert (item.triggered_policy_id, item.triggered_policy_name) == (
            "deployments-need-approval",
            "Deployments need approval",
        )
        assert item.trigger_reason == "Deploy service needs a reviewer"
        assert "Deploy service" in item.original_query
        assert item.request_context["workflow_id"] == workflow_id
        assert item.request_context["step_id"] == "rollout"
        assert item.request_context["step_input"] == {"version": 7}
        assert await client.get_hitl_request(item.request_id) == item
        assert (await client.get_hitl_stats()).high_priority == 1

    async def test_an_approval_here_lets_the_step_run(self, client, workflow_id, item):
        await client.approve_hitl_request(item.request_id, REVIEW)
        assert (await client.step_gate(workflow_id, "rollout", held_step())).is_allowed()
        [step] = (await client.get_workflow(workflow_id)).steps
        assert (step.approval_status.value, step.approved_by) == ("approved", "rita")
        assert (await client.get_pending_approvals()).count == 0

    async def test_a_rejection_here_aborts_the_workflow(self, client, workflow_id, item):
        await client.reject_hitl_request(item.request_id, REVIEW)
        assert (await client.get_workflow(workflow_id)).status is WorkflowStatus.ABORTED
        assert (await client.get_hitl_request(item.request_id)).status == "rejected"

    async def test_an_approval_of_the_step_shows_here(self, client, workflow_id, item):
        await client.approve_step(workflow_id, "rollout", comment="Checked the change")
        found = await client.get_hitl_request(item.request_id)
        assert (found.status, found.review_comment) == ("approved", "Checked the change")
        assert (await refusal_of(client.reject_hitl_request(item.request_id, REVIEW))).status == 409


@pytest.mark.parametrize("call", ["get_hitl_request", "approve_hitl_request", "reject_hitl_request"])
async def test_another_tenants_request_is_answered_like_an_unknown_one_and_stays_as_it_was(client, connect, call):
    created = await client.create_hitl_request(asked())
    rest = () if call == "get_hitl_request" else (REVIEW,)
    ids = (created.request_id, "00000000-0000-4000-8000-000000000000")
    foreign, unknown = [await refusal_of(getattr(connect("somebody-else"), call)(each, *rest)) for each in ids]
    assert foreign == unknown
    assert foreign.status == 404
    assert await client.get_hitl_request(created.request_id) == created


async def test_an_id_that_is_none_is_refused(client):
    with pytest.raises(AxonFlowError) as raised:
        await client.get_hitl_request("not-an-id")
    assert read_refusal(raised.value).status == 400
