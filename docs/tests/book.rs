//! The book is whole: every page is listed and tested, every link leads somewhere, the README shows what is tested.

// What a check cannot go on without, it panics over: that is how it fails.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder with that ending, by their path from the root.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|other| other == ending) {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The targets of the Markdown links in a text, code left out.
fn links(markdown: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            // What stands between backticks is code: every other part.
            let text: String = line.split('`').step_by(2).collect();
            found
                .extend(text.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())));
        }
    }
    found
}

/// The blocks of Rust in a text.
fn rust_blocks(markdown: &str) -> Vec<&str> {
    markdown.split("```rust\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect()
}

/// The anchors of the headings in a text, as GitHub and mdBook make them.
fn anchors(markdown: &str) -> Vec<String> {
    let headings = markdown.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let text = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        text.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_page_is_in_the_summary() {
    let listed: BTreeSet<String> = links(&read("docs/src/SUMMARY.md")).into_iter().collect();
    let pages = files("docs/src", "md").into_iter().filter_map(|page| {
        let page = page.strip_prefix("docs/src").unwrap().to_str().unwrap().to_owned();
        (page != "SUMMARY.md").then_some(page)
    });
    assert_eq!(listed, pages.collect());
}

#[test]
fn the_samples_of_every_page_are_tested() {
    let tested = read("docs/lib.rs");
    for page in links(&read("docs/src/SUMMARY.md")) {
        assert!(
            tested.contains(&format!("include_str!(\"src/{page}\")")),
            "{page} is missing in docs/lib.rs"
        );
    }
}

#[test]
fn no_sample_is_left_out() {
    for page in files("docs/src", "md") {
        let text = read(&page);
        let left_out = text.lines().find(|line| line.starts_with("```rust") && line.contains("ignore"));
        assert_eq!(left_out, None, "{}: a sample that is not compiled is `text`", page.display());
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut pages = files("docs", "md");
    pages.extend(["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].map(PathBuf::from));
    let mut dead = Vec::new();
    for page in pages {
        let text = read(&page);
        for link in links(&text).into_iter().filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            let there = root().join(&target).exists();
            if !there || (!anchor.is_empty() && !anchors(&read(&target)).iter().any(|one| one == anchor)) {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "links that lead nowhere:\n  {}", dead.join("\n  "));
}

#[test]
fn the_readme_shows_the_example_and_its_test_as_they_are() {
    let readme = read("README.md");
    let blocks = rust_blocks(&readme);
    let code_of = |file: &str, first: &str| {
        let text = read(file);
        text[text.find(first).unwrap()..].to_owned()
    };
    let plugin = code_of("examples/notes/src/lib.rs", "use mozaiks_core::");
    let test = code_of("examples/notes/tests/notes.rs", "use mozaiks_testkit::");
    assert_eq!(blocks, [plugin, test]);
}

#[test]
fn the_page_on_testing_shows_the_plugin_that_it_tests() {
    let plugin = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim).skip_while(|line| !line.starts_with("#[plugin("));
        lines.take_while(|line| !["# }", "```"].contains(line)).map(str::to_owned).collect()
    };
    let shown = plugin(&read("docs/src/testing.md"));
    let tested = plugin(&read("docs/lib.rs"));
    assert!(!shown.is_empty());
    assert_eq!(shown, tested[..shown.len()]);
}

#[test]
fn the_commands_of_the_readme_are_run_as_they_stand() {
    let (readme, ci) = (read("README.md"), read(".ci/run"));
    let commands = readme.split("```console\n").nth(1).unwrap().split("```").next().unwrap();
    for line in commands.lines() {
        let command = line.split('#').next().unwrap().trim();
        assert!(ci.contains(command), "`{command}` is not in .ci/run");
    }
}

#[test]
fn every_file_opens_by_saying_what_it_is() {
    let mut silent = Vec::new();
    for folder in ["mozaiks-core/src", "mozaiks-macros/src", "mozaiks-testkit/src", "examples", "docs"] {
        for file in files(folder, "rs") {
            if !read(&file).starts_with("//!") {
                silent.push(file.display().to_string());
            }
        }
    }
    assert!(silent.is_empty(), "files that do not open with `//!`:\n  {}", silent.join("\n  "));
}
