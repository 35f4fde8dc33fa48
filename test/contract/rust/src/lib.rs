//! What the published Rust client sends and needs, held against a live sidecar. Nothing here is for use by others.
#![cfg(test)]

mod hitl;
mod plans;

use axonflow_sdk_rust::{AxonFlowClient, AxonFlowConfig, AxonFlowError};
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Where the sidecar of this run listens.
fn endpoint() -> String {
    std::env::var("STEPGATE_URL").expect("STEPGATE_URL is set by run.mjs, which starts the sidecar")
}

/// A client as most users make it, of the tenant that its credentials name.
fn client_of(tenant: &str) -> AxonFlowClient {
    let config = AxonFlowConfig::new(endpoint()).with_auth(tenant, "secret");
    AxonFlowClient::new(config).expect("the client is made without asking anybody")
}

/// A client of a tenant that no other test has.
fn client() -> AxonFlowClient {
    client_of(&fresh_tenant())
}

fn fresh_tenant() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("rust-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The status and body of a refusal; a call that succeeds fails the test.
fn refusal<T>(outcome: Result<T, AxonFlowError>) -> (u16, serde_json::Value) {
    match outcome {
        Err(AxonFlowError::ApiError { status, message }) => {
            let body = serde_json::from_str(&message);
            (status, body.expect("a refusal's body is JSON"))
        }
        Err(other) => panic!("not an error reply: {other}"),
        Ok(_) => panic!("the call was not refused"),
    }
}

/// What is read, once it is as it should be.
async fn until<T, F: Future<Output = T>>(read: impl Fn() -> F, met: impl Fn(&T) -> bool) -> T {
    for _ in 0..400 {
        let found = read().await;
        if met(&found) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("this did not change in 10 seconds")
}
