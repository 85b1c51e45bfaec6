//! Plans kept in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use mozaiks_core::entitlements::{Access, Entitlements, EntitlementsError};
use mozaiks_core::{Clock, UserKey};

use crate::faults::Faults;

/// A plan's name, and the plugins that it unlocks.
type Plan = (String, BTreeSet<String>);

/// Plans kept in memory, in the order in which they were added: the cheapest first. Cloning gives the same ones.
///
/// A plugin that no plan lists is free for all.
#[derive(Clone)]
pub struct MemoryPlans {
    faults: Faults,
    plans: Arc<Mutex<Vec<Plan>>>,
    users: Arc<Mutex<BTreeMap<UserKey, String>>>,
}

impl MemoryPlans {
    /// No plans: every plugin is free for all.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { faults: Faults::new(clock), plans: Arc::default(), users: Arc::default() }
    }

    /// Adds a plan; `*` unlocks every plugin.
    pub fn add(&self, plan: &str, unlocks: impl IntoIterator<Item = impl Into<String>>) {
        let unlocks = unlocks.into_iter().map(Into::into).collect();
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).push((plan.to_owned(), unlocks));
    }

    /// Puts a user on a plan.
    pub fn set(&self, user: &UserKey, plan: &str) {
        self.users.lock().unwrap_or_else(PoisonError::into_inner).insert(user.clone(), plan.to_owned());
    }

    /// Makes calls fail or take long.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    fn access_of(&self, user: &UserKey, plugin: &str) -> Access {
        let plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if !plans.iter().any(|(_, unlocks)| unlocks.contains(plugin)) {
            return Access::Granted;
        }
        let unlocking = plans.iter().filter(|(_, unlocks)| unlocks.contains(plugin) || unlocks.contains("*"));
        let unlocking: Vec<String> = unlocking.map(|(plan, _)| plan.clone()).collect();
        let users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        match users.get(user) {
            Some(plan) if unlocking.contains(plan) => Access::Granted,
            _ => Access::Locked { plans: unlocking },
        }
    }
}

impl Entitlements for MemoryPlans {
    fn access<'a>(
        &'a self,
        user: &'a UserKey,
        plugin: &'a str,
    ) -> BoxFuture<'a, Result<Access, EntitlementsError>> {
        Box::pin(async move {
            let fault = self.faults.before("access").await;
            fault.map_err(|fault| EntitlementsError { source: Some(fault.into()) })?;
            Ok(self.access_of(user, plugin))
        })
    }
}
