//! Drives the plugin from a terminal: `cargo run -p task-manager < examples/task-manager/requests.jsonl`.

fn main() -> std::process::ExitCode {
    mozaiks_testkit::console(task_manager::TaskManager)
}
