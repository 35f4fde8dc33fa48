//! Plans: made from a query, executed, watched, cancelled.

use crate::{client, client_of, endpoint, fresh_tenant, refusal, until};
use axonflow_sdk_rust::{
    AxonFlowClient, AxonFlowConfig, HITLQueueListOptions, HITLReviewInput, PlanExecutionResponse,
    PlanResponse,
};

async fn made(client: &AxonFlowClient, query: &str) -> PlanResponse {
    client.generate_plan(query, "generic", None).await.unwrap()
}

async fn executed(client: &AxonFlowClient, query: &str) -> (String, PlanExecutionResponse) {
    let plan_id = made(client, query).await.plan_id;
    let execution = client.execute_plan(&plan_id, None).await.unwrap();
    (plan_id, execution)
}

async fn over(client: &AxonFlowClient, plan_id: &str) -> PlanExecutionResponse {
    let read = || async { client.get_plan_status(plan_id).await.unwrap() };
    until(read, |plan| {
        !["pending", "running"].contains(&plan.status.as_str())
    })
    .await
}

#[tokio::test]
async fn a_query_becomes_steps_of_the_agents_that_match_it() {
    let plan = made(&client(), "Find tin; write about tin").await;
    assert!(plan.success);
    assert!(plan.plan_id.starts_with("plan_"));
    assert_eq!(
        (plan.status.as_str(), plan.domain.as_str()),
        ("pending", "generic")
    );
    assert_eq!((plan.version, plan.complexity, plan.parallel), (1, 3, true));
    assert_eq!(plan.error, None);
    let [search, write, closing] = &plan.steps[..] else {
        panic!("three steps, not {:?}", plan.steps)
    };
    assert_eq!(
        (search.id.as_str(), search.r#type.as_str()),
        ("step_1_searcher", "connector-call")
    );
    assert_eq!(
        (search.name.as_str(), search.agent.as_str()),
        ("searcher", "searcher")
    );
    assert_eq!(search.description, "Looks things up");
    assert_eq!(search.parameters["query"], "Find tin");
    assert!(search.dependencies.is_empty());
    assert_eq!(write.dependencies, [search.id.clone()]);
    assert_eq!(closing.dependencies, [search.id.clone(), write.id.clone()]);
}

#[tokio::test]
async fn the_agents_of_the_domain_take_it() {
    let plan = client()
        .generate_plan("Rome on Monday", "travel", None)
        .await
        .unwrap();
    assert_eq!((plan.domain.as_str(), plan.parallel), ("travel", false));
    assert_eq!(plan.steps.len(), 1);
    assert_eq!(plan.steps[0].parameters["kind"], "flight");
}

#[tokio::test]
async fn no_domain_is_the_generic_one() {
    let plan = client().generate_plan("Find tin", "", None).await.unwrap();
    assert_eq!(plan.domain, "generic");
}

#[tokio::test]
async fn a_plan_runs_to_the_result() {
    let client = client();
    let (plan_id, execution) = executed(&client, "Find tin; write about tin").await;
    assert_eq!(
        (execution.plan_id.as_str(), execution.status.as_str()),
        (plan_id.as_str(), "completed")
    );
    assert_eq!(execution.error, None);
    assert!(
        execution
            .result
            .as_ref()
            .unwrap()
            .contains("notes on Find tin")
    );
    assert!(execution.workflow_id.unwrap().starts_with("wf_"));
    assert_eq!((execution.completed_steps, execution.total_steps), (3, 3));
    assert!(!execution.duration.is_empty());
    let names: Vec<_> = execution
        .step_results
        .iter()
        .map(|step| step.step_name.as_str())
        .collect();
    assert_eq!(names, ["searcher", "writer", "synthesize-results"]);
    let search = &execution.step_results[0];
    assert_eq!(
        (search.step_id.as_str(), search.status.as_str()),
        ("step_1_searcher", "completed")
    );
    assert_eq!(
        search.result.as_ref().unwrap()["body"]["found"],
        "notes on Find tin"
    );

    let found = client.get_plan_status(&plan_id).await.unwrap();
    assert_eq!(
        (found.status.as_str(), &found.result),
        ("completed", &execution.result)
    );
    assert_eq!((found.completed_steps, found.total_steps), (3, 3));
    assert_eq!(found.duration, execution.duration);
}

#[tokio::test]
async fn a_step_that_fails_fails_the_plan_with_its_reason() {
    let client = client();
    let (plan_id, execution) = executed(&client, "Buy tin").await;
    assert_eq!(execution.status, "failed");
    assert!(
        execution
            .error
            .as_ref()
            .unwrap()
            .contains("the shop is closed")
    );
    assert!(
        execution.step_results[0]
            .error
            .as_ref()
            .unwrap()
            .contains("the shop is closed")
    );
    let found = client.get_plan_status(&plan_id).await.unwrap();
    assert_eq!(
        (found.status.as_str(), found.error),
        ("failed", execution.error)
    );
}

#[tokio::test]
async fn a_plan_that_policy_blocks_never_reads_as_completed() {
    let client = client();
    let (plan_id, execution) = executed(&client, "Pay for tin").await;
    assert_eq!(execution.status, "failed");
    assert_eq!(
        execution.error.as_deref(),
        Some("Policy blocked MAP execution")
    );
    let found = client.get_plan_status(&plan_id).await.unwrap();
    assert_eq!(found.status, "failed");
    assert_eq!(
        found.error.as_deref(),
        Some("Policy blocked MAP execution: A plan does not pay")
    );
}

#[tokio::test]
async fn a_step_that_policy_blocks_ends_the_plan() {
    let client = client();
    let (plan_id, execution) = executed(&client, "Find drop table tin").await;
    assert_eq!(execution.status, "failed");
    assert!(
        execution
            .error
            .unwrap()
            .contains("An agent does not drop tables")
    );
    assert_eq!(
        client.get_plan_status(&plan_id).await.unwrap().status,
        "failed"
    );
}

#[tokio::test]
async fn a_plan_runs_once() {
    let client = client();
    let (plan_id, _) = executed(&client, "Find tin").await;
    let again = client.execute_plan(&plan_id, None).await.unwrap();
    let sentence = format!("Plan has already been executed: {plan_id}");
    assert_eq!(again.error, Some(sentence));
    assert!(again.step_results.is_empty());
}

#[tokio::test]
async fn a_cancelled_plan_cannot_be_executed() {
    let client = client();
    let plan_id = made(&client, "Find tin").await.plan_id;
    let reply = client
        .cancel_plan(&plan_id, Some("wrong metal"))
        .await
        .unwrap();
    assert_eq!(
        (reply.plan_id.as_str(), reply.status.as_str()),
        (plan_id.as_str(), "cancelled")
    );
    assert!(reply.success);
    let execution = client.execute_plan(&plan_id, None).await.unwrap();
    assert_eq!(execution.status, "cancelled");
    assert_eq!(
        execution.error,
        Some(format!("Plan has been cancelled: {plan_id}"))
    );
    let found = client.get_plan_status(&plan_id).await.unwrap();
    assert_eq!(
        (found.status.as_str(), found.error.as_deref()),
        ("cancelled", Some("wrong metal"))
    );
}

#[tokio::test]
async fn a_running_plan_is_cancelled_in_the_midst_of_its_call() {
    let client = client();
    let plan_id = made(&client, "Wait for tin").await.plan_id;
    let executing = {
        let (client, plan_id) = (client.clone(), plan_id.clone());
        tokio::spawn(async move { client.execute_plan(&plan_id, None).await.unwrap() })
    };
    let read = || async { client.get_plan_status(&plan_id).await.unwrap() };
    let running = until(read, |plan| plan.status != "pending").await;
    assert_eq!(running.status, "running");
    let reply = client.cancel_plan(&plan_id, None).await.unwrap();
    assert_eq!(reply.status, "cancelled");
    let execution = executing.await.unwrap();
    assert_eq!(
        (execution.status.as_str(), execution.error.as_deref()),
        ("cancelled", Some("user_cancelled"))
    );
}

#[tokio::test]
async fn a_plan_that_is_over_is_not_cancelled() {
    let client = client();
    let (plan_id, _) = executed(&client, "Find tin").await;
    let (status, body) = refusal(client.cancel_plan(&plan_id, None).await);
    assert_eq!(
        (status, body["code"].as_str()),
        (409, Some("PLAN_NOT_CANCELLABLE"))
    );
    assert_eq!(
        client.get_plan_status(&plan_id).await.unwrap().status,
        "completed"
    );
}

#[tokio::test]
async fn a_plan_that_policy_holds_goes_on_after_its_approval_in_the_queue() {
    let client = client();
    let (plan_id, execution) = executed(&client, "Deploy tin").await;
    assert_eq!(execution.status, "awaiting_approval");
    let queue = client
        .list_hitl_queue(HITLQueueListOptions::default())
        .await
        .unwrap();
    let item = &queue.items[0];
    assert_eq!(
        item.request_context.as_ref().unwrap()["plan_id"],
        plan_id.as_str()
    );
    assert_eq!(item.triggered_policy_id, "deployments-need-approval");
    let review = HITLReviewInput {
        reviewer_id: "rita".into(),
        reviewer_email: "rita@example.com".into(),
        reviewer_role: None,
        comment: Some("Read and understood".into()),
    };
    client
        .approve_hitl_request(&item.request_id, review)
        .await
        .unwrap();
    assert_eq!(over(&client, &plan_id).await.status, "completed");
}

#[tokio::test]
async fn a_query_that_no_agent_takes_is_refused_with_what_to_add() {
    let (status, body) = refusal(client().generate_plan("Sing to me", "generic", None).await);
    assert_eq!((status, body["code"].as_str()), (422, Some("NO_AGENT")));
    assert!(
        body["error"]
            .as_str()
            .unwrap()
            .contains("No routing rule of generic/desk")
    );
}

#[tokio::test]
async fn another_tenants_plan_is_answered_like_an_unknown_one() {
    let plan_id = made(&client(), "Find tin").await.plan_id;
    let stranger = client();
    for id in [plan_id.as_str(), "plan_none", "a plan/that?never was"] {
        assert_eq!(refusal(stranger.execute_plan(id, None).await).0, 404);
        assert_eq!(refusal(stranger.get_plan_status(id).await).0, 404);
        assert_eq!(refusal(stranger.cancel_plan(id, None).await).0, 404);
    }
}

#[tokio::test]
async fn a_user_token_changes_nothing_about_whose_plan_it_is() {
    let tenant = fresh_tenant();
    let made_by = client_of(&tenant);
    let plan = made_by
        .generate_plan("Find tin", "generic", Some("ada"))
        .await
        .unwrap();
    let run_by = client_of(&tenant).as_user("grace");
    let execution = run_by
        .execute_plan(&plan.plan_id, Some("grace"))
        .await
        .unwrap();
    assert_eq!(execution.status, "completed");
}

#[tokio::test]
async fn a_client_without_credentials_makes_and_runs_plans() {
    let client = AxonFlowClient::new(AxonFlowConfig::new(endpoint())).unwrap();
    assert_eq!(executed(&client, "Find tin").await.1.status, "completed");
}
