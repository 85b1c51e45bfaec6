//! Spans on their way to a collector, and what becomes of a host whose collector is away.

use std::collections::BTreeSet;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use reqwest::StatusCode;
use rustix::process::Signal;
use serde_json::json;
use tokio::net::TcpListener;

use crate::collector::Collector;
use crate::support::{Ended, Host, folder, within};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// Creates a task within a trace, if one is named.
async fn create(host: &Host, token: &str, title: &str, traceparent: Option<&str>) {
    let url = host.url("/api/execute/task_manager/create?access_token=in-the-query");
    let mut request = host.client.post(url).bearer_auth(token).json(&json!({ "title": title }));
    if let Some(traceparent) = traceparent {
        request = request.header("traceparent", traceparent);
    }
    assert_eq!(within("a task", request.send()).await.unwrap().status(), StatusCode::OK);
}

/// Ends a host, with which the last of its spans leave.
async fn end(host: Host) -> Ended {
    host.signal(Signal::TERM);
    let ended = host.ended().await;
    assert_eq!(ended.code, Some(0), "{}", ended.log);
    ended
}

#[tokio::test]
async fn a_request_its_call_and_whoever_hears_of_it_are_in_the_callers_trace() {
    let (folder, collector) = (folder(), Collector::start().await);
    let host = Host::start_in(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint())], folder.path()).await;
    let token = host.token().await;
    create(&host, &token, "a secret title", Some(&format!("00-{TRACE}-{CALLER}-01"))).await;
    end(host).await;

    let request = collector.span(TRACE, "POST");
    assert_eq!(request.parent(), CALLER);
    assert_eq!(request.span.kind(), SpanKind::Server);
    assert_eq!(request.resource["service.name"], "host");
    assert_eq!(request.attributes["http.request.method"], "POST");
    assert_eq!(request.attributes["url.path"], "/api/execute/task_manager/create");
    assert_eq!(request.attributes["http.response.status_code"], "200");

    let call = collector.span(TRACE, "task_manager create");
    assert_eq!(call.parent(), request.id());
    assert_eq!(call.span.kind(), SpanKind::Internal);
    for (name, value) in [
        ("app", "mozaiks"),
        ("user", "alice"),
        ("plugin", "task_manager"),
        ("action", "create"),
        ("outcome", "OK"),
        ("target", "mozaiks_plugins::task_manager"),
    ] {
        assert_eq!(call.attributes[name], value, "{name}");
    }

    let heard = collector.span(TRACE, "activity task_manager:item_created");
    assert_eq!(heard.parent(), call.id());
    assert_eq!(heard.attributes["outcome"], "OK");

    for secret in [token.as_str(), "a secret title", "in-the-query", "access_token"] {
        assert!(!collector.has_seen(secret), "{secret} was exported");
    }
}

#[tokio::test]
async fn requests_without_a_trace_begin_one_each_and_the_service_has_the_name_that_it_was_given() {
    let (folder, collector) = (folder(), Collector::start().await);
    let endpoint = format!("{}/v1/traces", collector.endpoint());
    let environment = [("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &*endpoint), ("OTEL_SERVICE_NAME", "shop")];
    let host = Host::start_in(&environment, folder.path()).await;
    let token = host.token().await;
    for title in ["one", "two"] {
        create(&host, &token, title, None).await;
    }
    end(host).await;

    let spans = collector.spans();
    let requests: Vec<_> = spans.iter().filter(|exported| exported.span.name == "POST").collect();
    let traces: BTreeSet<_> = requests.iter().map(|request| request.trace()).collect();
    assert_eq!((requests.len(), traces.len()), (2, 2), "{spans:#?}");
    for request in requests {
        assert_eq!(request.parent(), "");
        assert_eq!(request.resource["service.name"], "shop");
        let call = collector.span(&request.trace(), "task_manager create");
        let heard = collector.span(&request.trace(), "activity task_manager:item_created");
        assert_eq!((call.parent(), heard.parent()), (request.id(), call.id()));
    }
}

#[tokio::test]
async fn a_trace_that_its_caller_does_not_sample_is_not_exported() {
    let (folder, collector) = (folder(), Collector::start().await);
    let host = Host::start_in(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint())], folder.path()).await;
    let token = host.token().await;
    create(&host, &token, "unseen", Some(&format!("00-{TRACE}-{CALLER}-00"))).await;
    create(&host, &token, "seen", None).await;
    end(host).await;

    let spans = collector.spans();
    assert!(spans.iter().all(|exported| exported.trace() != TRACE), "{spans:#?}");
    let heard = |name: &str| spans.iter().filter(|exported| exported.span.name == name).count();
    assert_eq!(heard("activity task_manager:item_created"), 1);
}

#[tokio::test]
async fn an_export_that_is_switched_off_sends_nothing() {
    let (folder, collector) = (folder(), Collector::start().await);
    let endpoint = collector.endpoint();
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint), ("OTEL_SDK_DISABLED", "true")];
    let host = Host::start_in(&environment, folder.path()).await;
    create(&host, &host.token().await, "unseen", None).await;
    end(host).await;
    assert!(collector.spans().is_empty());
}

#[tokio::test]
async fn a_collector_that_is_away_is_said_once_and_every_request_is_answered() {
    let folder = folder();
    // Nobody listens there any more.
    let away = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let endpoint = format!("http://{away}");
    // Tried again and again while the requests come, and each time with retries.
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint), ("OTEL_BSP_SCHEDULE_DELAY", "1")];
    let host = Host::start_in(&environment, folder.path()).await;
    let token = host.token().await;
    for number in 0..50 {
        create(&host, &token, &number.to_string(), None).await;
    }
    let log = end(host).await.log;
    let said = log.matches("spans do not reach the collector").count();
    assert_eq!(said, 1, "{log}");
    assert!(!log.contains("in-the-query") && !log.contains(&token), "{log}");
}

#[tokio::test]
async fn a_collector_that_never_answers_does_not_hold_up_the_end() {
    let folder = folder();
    // Connections wait to be accepted, for ever.
    let deaf = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", deaf.local_addr().unwrap());
    // Longer than a test may take.
    let timeout = "600000";
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", &*endpoint), ("OTEL_EXPORTER_OTLP_TIMEOUT", timeout)];
    let host = Host::start_in(&environment, folder.path()).await;
    create(&host, &host.token().await, "unseen", None).await;
    let log = end(host).await.log;
    assert!(log.contains("the last spans were not sent in time"), "{log}");
}

#[tokio::test]
async fn an_endpoint_that_is_none_ends_the_start() {
    let folder = folder();
    let mut command = crate::support::command(folder.path(), &[]);
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "no address at all");
    let output = within("the process", command.output()).await.unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(log.contains("spans cannot be exported") && log.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "{log}");
}

#[cfg(feature = "chaos")]
#[tokio::test]
async fn a_fault_of_the_plugin_is_an_error_in_the_trace_and_one_of_the_caller_is_none() {
    use opentelemetry_proto::tonic::trace::v1::status::StatusCode as Status;

    let (folder, collector) = (folder(), Collector::start().await);
    let host = Host::start_in(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint())], folder.path()).await;
    let token = host.token().await;
    assert_eq!(host.call(&token, "chaos/panic", json!({})).await.0, 500);
    assert_eq!(host.call(&token, "task_manager/create", json!({ "title": 1 })).await.0, 400);
    end(host).await;

    let spans = collector.spans();
    let status = |name: &str, key: &str, value: &str| {
        let named = |exported: &&crate::collector::Exported| exported.span.name == name;
        let found = spans.iter().filter(named).find(|exported| exported.attributes[key] == value).unwrap();
        found.span.status.as_ref().map_or(Status::Unset, |status| status.code())
    };
    assert_eq!(status("POST", "http.response.status_code", "500"), Status::Error);
    assert_eq!(status("chaos panic", "outcome", "INTERNAL"), Status::Error);
    assert_eq!(status("POST", "http.response.status_code", "400"), Status::Unset);
    assert_eq!(status("task_manager create", "outcome", "VALIDATION_ERROR"), Status::Unset);
}
