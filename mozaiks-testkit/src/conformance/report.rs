//! What a suite found.

use std::fmt;

/// What a suite found: which cases passed, and why the others did not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a report that nobody reads proves nothing: `report.assert_passed()`"]
pub struct Report {
    suite: &'static str,
    passed: Vec<&'static str>,
    failed: Vec<Failure>,
    known: Vec<Failure>,
    skipped: Vec<Failure>,
}

/// A case that failed or was skipped, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The name of the case, which is the name of its function.
    pub case: String,
    /// What was found instead of what was expected, or why it was not run.
    pub reason: String,
}

impl Report {
    pub(super) fn new(suite: &'static str) -> Self {
        Self { suite, passed: Vec::new(), failed: Vec::new(), known: Vec::new(), skipped: Vec::new() }
    }

    pub(super) fn pass(&mut self, case: &'static str) {
        self.passed.push(case);
    }

    pub(super) fn fail(&mut self, case: &str, reason: String) {
        self.failed.push(Failure { case: case.to_owned(), reason });
    }

    pub(super) fn fail_as_known(&mut self, case: &str, why: &str) {
        self.known.push(Failure { case: case.to_owned(), reason: why.to_owned() });
    }

    pub(super) fn skip(&mut self, case: &str, why: &str) {
        self.skipped.push(Failure { case: case.to_owned(), reason: why.to_owned() });
    }

    /// The cases that passed.
    pub fn passed(&self) -> &[&'static str] {
        &self.passed
    }

    /// The cases that failed.
    pub fn failed(&self) -> &[Failure] {
        &self.failed
    }

    /// The cases that failed and are known to, with the reason that was given for it.
    pub fn known_failures(&self) -> &[Failure] {
        &self.known
    }

    /// The cases that were not run, because the service lacks what they need, with what that is.
    pub fn skipped(&self) -> &[Failure] {
        &self.skipped
    }

    /// Why a case failed, if it did.
    pub fn failure(&self, case: &str) -> Option<&str> {
        self.failed.iter().find(|failure| failure.case == case).map(|failure| &*failure.reason)
    }

    /// Checks that no case failed.
    ///
    /// # Panics
    /// If one did; the message tells of all that did.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failed.is_empty(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (passed, failed) = (self.passed.len(), self.failed.len());
        write!(f, "{}: {passed} passed, {failed} failed", self.suite)?;
        if !self.known.is_empty() {
            write!(f, ", {} known to fail", self.known.len())?;
        }
        if !self.skipped.is_empty() {
            write!(f, ", {} skipped", self.skipped.len())?;
        }
        for Failure { case, reason } in &self.failed {
            write!(f, "\n  {case}: {}", reason.replace('\n', "\n    "))?;
        }
        for Failure { case, reason } in &self.known {
            write!(f, "\n  {case} (known): {reason}")?;
        }
        for Failure { case, reason } in &self.skipped {
            write!(f, "\n  {case} (skipped): {reason}")?;
        }
        Ok(())
    }
}
