//! The macro knows the permissions that the core knows.

use mozaiks_core::plugin::Permission;
use mozaiks_core::prelude::*;

struct All;

#[plugin(
    name = "all",
    permissions = [
        "tasks:read", "tasks:write", "habits:read", "habits:write", "goals:read", "goals:write", "ai:chat",
        "ai:analyze", "voice:commands", "voice:synthesis", "calendar:read", "calendar:write", "notifications:send",
        "storage:unlimited", "storage:shared", "users:reach",
    ],
)]
impl All {}

#[test]
fn every_known_permission_can_be_asked_for() {
    let asked: Vec<_> = All.manifest().permissions.iter().map(|it| it.as_str().to_owned()).collect();
    assert_eq!(asked, Permission::KNOWN, "a permission that is new to the core is new to the macro too");
}
