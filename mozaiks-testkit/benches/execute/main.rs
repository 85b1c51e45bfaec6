//! What the way of a request costs, each beside its yardstick: `cargo bench -p mozaiks-testkit --bench execute`.
//!
//! The yardstick is what a person would write without Mozaiks: a `match` over ten actions, each parsing the same bytes
//! into a typed struct and writing a typed reply. Beside it stand a direct call of the typed function (no bytes at
//! all), the router that `#[plugin]` writes, and `runtime.execute` with all its guards: over a host that keeps neither
//! installations nor plans, over one that asks both of services in memory, and with a subscriber of tracing that wants
//! nothing.
//!
//! Rounds of the contestants are interleaved, and the figures are medians, so that a change of the machine's speed
//! falls on all alike. Allocations are counted, not timed. The last lines hold the figures against the goals; nothing
//! fails if one is missed, for a machine may be busy with something else.

// A bench prints, and ends where something is not as expected. What its contestants share may be more than one needs.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::unused_async, clippy::identity_op)]

mod by_hand;
mod measure;
mod plugins;

use std::sync::Arc;

use mozaiks_core::installations::Installation;
use mozaiks_core::{Clock, Identity, Runtime, SystemClock};
use mozaiks_testkit::bench::quiet_runtime;
use mozaiks_testkit::installations::MemoryInstallations;
use mozaiks_testkit::plans::MemoryPlans;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use measure::{Figure, block_on, compare};
use plugins::{Six, Sixty, Ten};

const GET: &[u8] = br#"{"action":"get","item_id":"65301c2f9d1e8b3a4c5d6e7f"}"#;
const CREATE: &[u8] = br#"{"action":"create","title":"Buy milk","body":"Two litres, and bread if there is any","tags":["home","shopping"],"priority":3,"pinned":true}"#;

/// What the goals are about, of one body.
struct Costs {
    name: &'static str,
    /// The router's time in that of the match by hand.
    router: f64,
    /// What the whole pipeline takes above the match by hand.
    nanoseconds: f64,
    allocations: u64,
}

fn main() {
    let runtime = quiet_runtime().plugin(Ten).plugin(Six).plugin(Sixty).build().expect("the runtime");
    let alice = Identity::new("bench", "alice").expect("an identity");
    let enforcing = enforcing_runtime(&alice);
    for runtime in [&runtime, &enforcing] {
        block_on(async { drop(runtime.start().await.expect("the runtime starts")) });
    }

    let bodies = [("get", GET), ("create", CREATE)];
    let mut costs = bodies.map(|(name, body)| cost(&runtime, &enforcing, &alice, name, body));

    println!("\nrouting among 6 and among 60 actions (the last one of each)");
    let six = Figure::of("6 actions", || execute(&runtime, &alice, "six", br#"{"action":"a5","n":1}"#));
    let sixty = Figure::of("60 actions", || execute(&runtime, &alice, "sixty", br#"{"action":"a59","n":1}"#));
    let [_, sixty] = compare([six, sixty], 0);

    // Last, because a subscriber of the whole process stays.
    tracing::subscriber::set_global_default(Deaf).expect("the first subscriber");
    for ((name, body), costs) in bodies.into_iter().zip(&mut costs) {
        println!("\n{name}, with a subscriber that wants nothing");
        let service = by_hand::Service;
        let [by_hand, whole] = compare([by_hand(&service, body), whole(&runtime, &alice, body)], 0);
        costs.nanoseconds = costs.nanoseconds.max(whole.above);
        costs.allocations = costs.allocations.max(whole.allocations.saturating_sub(by_hand.allocations));
    }

    println!();
    for Costs { name, router, nanoseconds, allocations } in costs {
        println!("{name}, router: {router:.2} (goal 1.10)");
        println!(
            "{name}, the pipeline's own: {nanoseconds:.0} ns (goal 1000), {allocations} allocations (goal 12)"
        );
    }
    println!("60 actions beside 6: {:.2} (goal 1.00)", sixty.ratio);
}

/// A runtime that asks of every call whether the plugin is installed and unlocked, as it is for all and for Alice.
fn enforcing_runtime(alice: &Identity) -> Runtime {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let installations = MemoryInstallations::new(Arc::clone(&clock));
    installations.install_for_all("ten", Installation::new([], clock.now()));
    let plans = MemoryPlans::new(clock);
    plans.add("pro", ["ten"]);
    plans.set(alice.user(), "pro");
    let builder = quiet_runtime().installations(Arc::new(installations)).entitlements(Arc::new(plans));
    builder.plugin(Ten).build().expect("the enforcing runtime")
}

fn cost(runtime: &Runtime, enforcing: &Runtime, alice: &Identity, name: &'static str, body: &[u8]) -> Costs {
    println!("\n{name} ({} bytes)", body.len());
    let service = by_hand::Service;
    let ctx = runtime.context_without_guards(alice, "ten").expect("the plugin");
    let direct =
        Figure::of("direct call of the typed function", || block_on(by_hand::direct(&service, name)));
    let routed = Figure::of("router of #[plugin]", || {
        block_on(runtime.route_without_guards(&ctx, body)).expect("a reply").len()
    });
    let enforced = Figure::of("runtime.execute, all guards, installations and plans enforced", || {
        execute(enforcing, alice, "ten", body)
    });
    let [_, by_hand, routed, whole, _] =
        compare([direct, by_hand(&service, body), routed, whole(runtime, alice, body), enforced], 1);
    Costs {
        name,
        router: routed.ratio,
        nanoseconds: whole.above,
        allocations: whole.allocations.saturating_sub(by_hand.allocations),
    }
}

fn by_hand<'f>(service: &'f by_hand::Service, body: &'f [u8]) -> Figure<'f> {
    Figure::of("match by hand", move || block_on(by_hand::execute(service, body)).len())
}

fn whole<'f>(runtime: &'f Runtime, identity: &'f Identity, body: &'f [u8]) -> Figure<'f> {
    Figure::of("runtime.execute, all guards", move || execute(runtime, identity, "ten", body))
}

fn execute(runtime: &Runtime, identity: &Identity, plugin: &str, body: &[u8]) -> usize {
    let reply = block_on(runtime.execute(identity, plugin, body));
    assert!(reply.is_ok(), "{}", String::from_utf8_lossy(reply.body()));
    reply.body().len()
}

/// A subscriber that wants to hear of nothing.
struct Deaf;

impl Subscriber for Deaf {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
