//! A plugin that misbehaves in every way that a host must survive. It is there with the feature `chaos` alone.

#![cfg(feature = "chaos")]

use std::time::Duration;

use mozaiks_core::prelude::*;

/// The longest that it holds a thread, in seconds.
const LONGEST: u64 = 5;

/// More than any host lets a reply have.
const HUGE: usize = 100_000_000;

/// How many events it publishes at once.
const FLOOD: u32 = 100_000;

/// The plugin.
#[derive(Debug, Default)]
pub struct Chaos;

/// Misbehaves, to try the guards of a host.
#[plugin(name = "chaos", version = "1.0.0", display_name = "Chaos", publishes = ["flooded"])]
impl Chaos {
    /// Panics.
    #[action]
    async fn panic(&self, _ctx: &Context) -> Result<()> {
        panic!("as it was asked to");
    }

    /// Never returns.
    #[action]
    async fn hang(&self, _ctx: &Context) -> Result<()> {
        std::future::pending().await
    }

    /// Holds its thread for so many seconds, at most 5.
    #[action]
    async fn block(&self, _ctx: &Context, seconds: Option<u64>) -> Result<()> {
        std::thread::sleep(Duration::from_secs(seconds.unwrap_or(1).min(LONGEST)));
        Ok(())
    }

    /// Replies 100 MB.
    #[action]
    async fn huge(&self, _ctx: &Context) -> Result<String> {
        Ok("x".repeat(HUGE))
    }

    /// Publishes 100,000 events.
    #[action]
    async fn flood(&self, ctx: &Context) -> Result<()> {
        for number in 0..FLOOD {
            ctx.publish("flooded", json!({ "number": number }))?;
        }
        Ok(())
    }
}
