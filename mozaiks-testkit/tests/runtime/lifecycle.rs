//! Starting and stopping: in order, once, and without the plugin that fails.

use std::sync::{Arc, Mutex};

use mozaiks_core::prelude::*;
use mozaiks_core::runtime::{OnInitializeFailure, Runtime};
use mozaiks_testkit::TestHostBuilder;
use mozaiks_testkit::prelude::*;

use crate::support::begin;

/// What happened, in order.
#[derive(Clone, Default)]
struct Diary(Arc<Mutex<Vec<String>>>);

impl Diary {
    fn add(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

macro_rules! phased {
    ($type:ident, $name:literal) => {
        struct $type(Diary, &'static str);

        #[plugin(name = $name, version = "1.0.0")]
        impl $type {
            #[initialize]
            async fn begin(&self, ctx: &PluginContext) -> Result<()> {
                self.0.add(concat!("+", $name));
                match self.1 {
                    "fail" => return Err(Error::internal("SECRET: no disk")),
                    "panic" => panic!("SECRET: no disk"),
                    "hang" => std::future::pending().await,
                    "slow" => ctx.sleep(Duration::from_secs(1)).await,
                    "slow_fail" => {
                        ctx.sleep(Duration::from_secs(1)).await;
                        return Err(Error::internal("SECRET: no disk"));
                    }
                    _ => {}
                }
                self.0.add(concat!($name, " is up"));
                Ok(())
            }

            #[shutdown]
            async fn end(&self, ctx: &PluginContext) -> Result<()> {
                self.0.add(concat!("-", $name));
                match self.1 {
                    "fail_to_stop" => Err(Error::internal("SECRET: stuck")),
                    "panic_at_stop" => panic!("SECRET: stuck"),
                    "hang_at_stop" => std::future::pending().await,
                    "slow_to_stop" => {
                        ctx.sleep(Duration::from_secs(1)).await;
                        self.0.add(concat!($name, " is down"));
                        Ok(())
                    }
                    _ => Ok(()),
                }
            }

            #[query]
            async fn ask(&self, _ctx: &QueryContext) -> Result<()> {
                Ok(())
            }
        }
    };
}

phased!(One, "one");
phased!(Two, "two");
phased!(Three, "three");

fn builder(diary: &Diary, moods: [&'static str; 3]) -> TestHostBuilder {
    let [one, two, three] = moods;
    let builder = TestHost::builder().plugin(One(diary.clone(), one)).plugin(Two(diary.clone(), two));
    builder.plugin(Three(diary.clone(), three)).calling("one")
}

fn host(moods: [&'static str; 3]) -> (TestHost, Diary) {
    let diary = Diary::default();
    (builder(&diary, moods).build(), diary)
}

const UP: [&str; 6] = ["+one", "one is up", "+two", "two is up", "+three", "three is up"];

#[tokio::test]
async fn plugins_start_in_order_and_stop_in_reverse() {
    let (host, diary) = host([""; 3]);
    let report = host.runtime().start().await.unwrap();
    assert_eq!(report.started, ["one", "two", "three"]);
    assert!(report.failed.is_empty());
    assert_eq!(diary.take(), UP);
    assert!(host.runtime().shutdown().await.is_empty());
    assert_eq!(diary.take(), ["-three", "-two", "-one"]);
}

#[tokio::test]
async fn starting_or_stopping_twice_does_nothing() {
    let (host, diary) = host([""; 3]);
    host.runtime().start().await.unwrap();
    let again = host.runtime().start().await.unwrap();
    assert!(again.started.is_empty() && again.failed.is_empty());
    assert_eq!(diary.take(), UP);
    host.runtime().shutdown().await;
    diary.take();
    assert!(host.runtime().shutdown().await.is_empty());
    assert!(diary.take().is_empty());
    assert!(host.runtime().start().await.is_err());
}

#[tokio::test]
async fn a_plugin_that_fails_is_switched_off_and_reported_and_the_others_serve() {
    for (mood, says) in [("fail", "no disk"), ("panic", "no disk"), ("hang", "did not end within 30s")] {
        let (host, diary) = host(["", mood, ""]);
        let runtime = host.runtime();
        let (report, ()) = tokio::join!(runtime.start(), host.advance(Duration::from_secs(30)));
        let report = report.unwrap();
        assert_eq!(report.started, ["one", "three"]);
        assert_eq!(report.failed.len(), 1);
        assert_eq!(report.failed[0].0, "two");
        assert!(format!("{:?}", report.failed[0].1).contains(says), "{report:?}");

        let alice = host.user("alice").plugin("one");
        alice.clone().plugin("one").call("ask", json!({})).await.unwrap();
        alice.clone().plugin("three").call("ask", json!({})).await.unwrap();
        let refused = alice.plugin("two").call("ask", json!({})).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::PluginNotFound);
        assert_eq!(refused.message(), "Unknown plugin: two");
        diary.take();
        runtime.shutdown().await;
        assert_eq!(diary.take(), ["-three", "-one"], "what never started is not stopped");
    }
}

#[tokio::test]
async fn a_host_may_rather_not_start_at_all_and_nothing_is_left_running() {
    let diary = Diary::default();
    let builder = builder(&diary, ["", "", "fail"]);
    let host = builder.on_initialize_failure(OnInitializeFailure::Abort).build();
    let failure = host.runtime().start().await.unwrap_err();
    assert!(failure.to_string().contains("the plugin three did not start"), "{failure}");
    let started = ["+one", "one is up", "+two", "two is up", "+three"];
    assert_eq!(diary.take(), [&started[..], &["-two", "-one"]].concat());
    let refused = host.user("alice").plugin("one").call("ask", json!({})).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Unavailable);
    assert!(!refused.message().contains("SECRET"));
}

#[tokio::test]
async fn whatever_a_plugin_does_at_the_end_the_others_are_stopped_too() {
    for mood in ["fail_to_stop", "panic_at_stop", "hang_at_stop"] {
        let (host, diary) = host(["", mood, ""]);
        host.runtime().start().await.unwrap();
        diary.take();
        let (failed, ()) = tokio::join!(host.runtime().shutdown(), host.advance(Duration::from_secs(30)));
        assert_eq!(failed.len(), 1, "{mood}");
        assert_eq!(failed[0].0, "two");
        assert_eq!(diary.take(), ["-three", "-two", "-one"]);
    }
}

#[tokio::test]
async fn after_the_end_every_call_is_unavailable() {
    let (host, _) = host([""; 3]);
    let alice = host.user("alice").plugin("one");
    alice.call("ask", json!({})).await.unwrap();
    host.runtime().shutdown().await;
    let refused = alice.send(r#"{"action": "ask"}"#).await;
    assert_eq!(refused.status(), 503);
    assert_eq!(alice.publish("user:registered", json!({})).await.unwrap_err().code(), ErrorCode::Unavailable);
    assert_eq!(alice.install([]).await.unwrap_err().code(), ErrorCode::Unavailable);
}

#[tokio::test]
async fn a_runtime_that_is_stopped_before_it_starts_never_starts() {
    let (host, diary) = host([""; 3]);
    host.runtime().shutdown().await;
    assert_eq!(
        host.user("alice").plugin("one").call("ask", json!({})).await.unwrap_err().code(),
        ErrorCode::Unavailable
    );
    assert!(diary.take().is_empty());
}

#[tokio::test]
async fn first_calls_that_come_together_start_it_once() {
    let (host, diary) = host(["slow", "slow", "slow"]);
    let users: Vec<_> = (0..20).map(|n| host.user(&format!("user{n}")).plugin("one")).collect();
    let mut calls: Vec<_> = users.iter().map(|user| Box::pin(user.call("ask", json!({})))).collect();
    calls.iter_mut().for_each(begin);
    let (outcomes, ()) =
        tokio::join!(futures_util::future::join_all(calls), host.advance(Duration::from_secs(3)));
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(diary.take(), UP);
}

#[tokio::test]
async fn a_first_caller_who_goes_away_takes_no_plugin_down() {
    let (host, diary) = host(["", "slow", ""]);
    let alice = host.user("alice").plugin("one");
    let mut call = Box::pin(alice.call("ask", json!({})));
    begin(&mut call);
    drop(call);
    let (outcome, ()) = tokio::join!(alice.call("ask", json!({})), host.advance(Duration::from_secs(1)));
    outcome.unwrap();
    let ups = diary.take();
    let count = |what: &str| ups.iter().filter(|one| *one == what).count();
    assert_eq!((count("one is up"), count("two is up"), count("three is up")), (1, 1, 1), "{ups:?}");
    assert_eq!((count("+one"), count("+two")), (1, 1), "{ups:?}");
}

#[tokio::test]
async fn what_a_first_caller_who_goes_away_has_begun_goes_on_and_is_in_the_log() {
    let (host, diary) = host(["", "slow_fail", ""]);
    let alice = host.user("alice").plugin("one");
    let mut call = Box::pin(alice.call("ask", json!({})));
    begin(&mut call);
    drop(call);
    host.advance(Duration::from_secs(1)).await;
    assert_eq!(diary.take(), ["+one", "one is up", "+two", "+three", "three is up"]);
    host.assert_logged("SECRET: no disk");
    host.assert_logged("the plugin is switched off");
}

#[tokio::test]
async fn a_start_that_is_left_while_it_is_undone_has_still_failed() {
    let diary = Diary::default();
    let builder = builder(&diary, ["", "slow_to_stop", "fail"]);
    let host = builder.on_initialize_failure(OnInitializeFailure::Abort).build();
    let mut start = Box::pin(host.runtime().start());
    begin(&mut start);
    drop(start);
    let undone = ["+one", "one is up", "+two", "two is up", "+three", "-two", "two is down", "-one"];
    let (again, ()) = tokio::join!(host.runtime().start(), host.advance(Duration::from_secs(2)));
    assert!(again.unwrap_err().to_string().contains("the plugin three did not start"));
    assert_eq!(diary.take(), [undone, undone].concat());
    let alice = host.user("alice").plugin("three");
    let (refused, ()) =
        tokio::join!(alice.send(r#"{"action": "ask"}"#), host.advance(Duration::from_secs(1)));
    assert_eq!(refused.status(), 503);
}

#[tokio::test]
async fn a_shutdown_that_nobody_waits_for_stops_every_plugin() {
    let (host, diary) = host(["", "", "slow_to_stop"]);
    host.runtime().start().await.unwrap();
    diary.take();
    let mut shutdown = Box::pin(host.runtime().shutdown());
    begin(&mut shutdown);
    drop(shutdown);
    host.advance(Duration::from_secs(1)).await;
    assert_eq!(diary.take(), ["-three", "three is down", "-two", "-one"]);
}

#[tokio::test]
async fn a_runtime_is_dropped_with_its_last_handle() {
    let (host, diary) = host([""; 3]);
    host.runtime().start().await.unwrap();
    let held = Arc::strong_count(&diary.0);
    let runtime: Runtime = host.runtime().clone();
    drop(host);
    assert_eq!(Arc::strong_count(&diary.0), held);
    drop(runtime);
    assert_eq!(Arc::strong_count(&diary.0), 1);
}
