//! The queue of decisions that people owe.

use crate::{client, client_of, fresh_tenant, refusal};
use axonflow_sdk_rust::{HITLCreateInput, HITLQueueListOptions, HITLReviewInput};
use serde_json::json;
use std::collections::HashMap;

fn asked() -> HITLCreateInput {
    HITLCreateInput {
        client_id: "loan-desk".into(),
        original_query: "disburse 50000 to customer 1".into(),
        request_type: "adk-tool".into(),
        ..Default::default()
    }
}

fn review() -> HITLReviewInput {
    HITLReviewInput {
        reviewer_id: "rita".into(),
        reviewer_email: "rita@example.com".into(),
        reviewer_role: Some("risk".into()),
        comment: Some("Read and understood".into()),
    }
}

#[tokio::test]
async fn a_request_waits_with_everything_it_said() {
    let tenant = fresh_tenant();
    let client = client_of(&tenant);
    let context = HashMap::from([("amount".to_string(), json!(50000))]);
    let input = HITLCreateInput {
        user_id: Some("u-7".into()),
        request_context: Some(context.clone()),
        triggered_policy_id: Some("loan-amount-cap".into()),
        triggered_policy_name: Some("Loan amount cap".into()),
        trigger_reason: Some("More than 10000".into()),
        severity: Some("critical".into()),
        notify_url: Some("https://flows.example.com/hook".into()),
        eu_ai_act_article: Some("Article 14".into()),
        compliance_framework: Some("GDPR".into()),
        risk_classification: Some("high".into()),
        expires_in_seconds: Some(600),
        ..asked()
    };
    let created = client.create_hitl_request(input).await.unwrap();
    let found = client.get_hitl_request(&created.request_id).await.unwrap();
    for item in [created, found] {
        assert_eq!(
            (item.status.as_str(), item.tenant_id.as_str()),
            ("pending", tenant.as_str())
        );
        assert_eq!(item.client_id, "loan-desk");
        assert_eq!(item.original_query, "disburse 50000 to customer 1");
        assert_eq!(item.request_type, "adk-tool");
        assert_eq!(item.user_id.as_deref(), Some("u-7"));
        assert_eq!(item.request_context.as_ref(), Some(&context));
        assert_eq!(item.triggered_policy_id, "loan-amount-cap");
        assert_eq!(item.triggered_policy_name, "Loan amount cap");
        assert_eq!(item.trigger_reason, "More than 10000");
        assert_eq!(item.severity, "critical");
        assert_eq!(
            item.notify_url.as_deref(),
            Some("https://flows.example.com/hook")
        );
        assert_eq!(item.eu_ai_act_article.as_deref(), Some("Article 14"));
        assert_eq!(item.compliance_framework.as_deref(), Some("GDPR"));
        assert_eq!(item.risk_classification.as_deref(), Some("high"));
        assert_eq!((item.reviewer_id, item.reviewed_at), (None, None));
    }
}

#[tokio::test]
async fn the_least_a_request_says_is_enough() {
    let created = client().create_hitl_request(asked()).await.unwrap();
    assert_eq!(
        (
            created.triggered_policy_id.as_str(),
            created.trigger_reason.as_str()
        ),
        ("", "")
    );
    assert_eq!(
        (created.severity.as_str(), created.request_context),
        ("high", None)
    );
}

#[tokio::test]
async fn the_one_who_asked_reads_the_decision_and_the_first_stands() {
    let client = client();
    let approved = client
        .create_hitl_request(asked())
        .await
        .unwrap()
        .request_id;
    let rejected = client
        .create_hitl_request(asked())
        .await
        .unwrap()
        .request_id;
    client
        .approve_hitl_request(&approved, review())
        .await
        .unwrap();
    client
        .reject_hitl_request(&rejected, review())
        .await
        .unwrap();
    for (id, status) in [(&approved, "approved"), (&rejected, "rejected")] {
        assert_eq!(
            refusal(client.approve_hitl_request(id, review()).await).0,
            409
        );
        assert_eq!(
            refusal(client.reject_hitl_request(id, review()).await).0,
            409
        );
        let found = client.get_hitl_request(id).await.unwrap();
        assert_eq!(
            (found.status.as_str(), found.reviewer_id.as_deref()),
            (status, Some("rita"))
        );
        assert_eq!(found.reviewer_email.as_deref(), Some("rita@example.com"));
        assert_eq!(found.review_comment.as_deref(), Some("Read and understood"));
        assert!(found.reviewed_at.is_some());
    }
}

#[tokio::test]
async fn the_list_has_pages_and_filters() {
    let client = client();
    let empty = client
        .list_hitl_queue(HITLQueueListOptions::default())
        .await
        .unwrap();
    assert_eq!(
        (empty.items.len(), empty.total, empty.has_more),
        (0, 0, false)
    );
    let mut ids = Vec::new();
    for severity in ["low", "high", "critical"] {
        let input = HITLCreateInput {
            severity: Some(severity.into()),
            ..asked()
        };
        ids.insert(
            0,
            client.create_hitl_request(input).await.unwrap().request_id,
        );
    }
    let options = HITLQueueListOptions {
        limit: Some(2),
        offset: Some(0),
        ..Default::default()
    };
    let page = client.list_hitl_queue(options).await.unwrap();
    let listed: Vec<_> = page
        .items
        .iter()
        .map(|item| item.request_id.clone())
        .collect();
    assert_eq!(
        (listed.as_slice(), page.total, page.has_more),
        (&ids[..2], 3, true)
    );
    client
        .approve_hitl_request(&ids[0], review())
        .await
        .unwrap();
    let options = HITLQueueListOptions {
        status: Some("pending".into()),
        severity: Some("high,critical".into()),
        ..Default::default()
    };
    let found = client.list_hitl_queue(options).await.unwrap();
    assert_eq!(
        (found.total, found.items[0].request_id.as_str()),
        (1, ids[1].as_str())
    );
}

#[tokio::test]
async fn the_stats_count_what_waits() {
    let client = client();
    let before = client.get_hitl_stats().await.unwrap();
    assert_eq!(
        (before.total_pending, before.oldest_pending_hours),
        (0, None)
    );
    for severity in ["low", "high", "critical"] {
        let input = HITLCreateInput {
            severity: Some(severity.into()),
            ..asked()
        };
        client.create_hitl_request(input).await.unwrap();
    }
    let stats = client.get_hitl_stats().await.unwrap();
    assert_eq!(
        (
            stats.total_pending,
            stats.high_priority,
            stats.critical_priority
        ),
        (3, 1, 1)
    );
    assert!(stats.oldest_pending_hours.unwrap() >= 0.0);
}

#[tokio::test]
async fn a_request_that_cannot_be_is_refused_with_the_field_s_name() {
    let input = HITLCreateInput {
        notify_url: Some("ftp://flows.example.com".into()),
        ..asked()
    };
    let (status, body) = refusal(client().create_hitl_request(input).await);
    assert_eq!(
        (status, body["error"].as_str()),
        (400, Some("notify_url must be an http or https URL"))
    );
}

#[tokio::test]
async fn another_tenants_request_is_answered_like_an_unknown_one() {
    let created = client().create_hitl_request(asked()).await.unwrap();
    let stranger = client();
    for id in [
        created.request_id.as_str(),
        "00000000-0000-4000-8000-000000000000",
    ] {
        assert_eq!(refusal(stranger.get_hitl_request(id).await).0, 404);
        assert_eq!(
            refusal(stranger.approve_hitl_request(id, review()).await).0,
            404
        );
    }
}
