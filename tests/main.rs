//! The program from end to end: what it prints, how it ends, and what no input makes it do.

mod accepted;
mod approvals;
mod bad_input;
mod believed;
mod certificates;
mod cleaning;
mod compliance;
mod configuration;
mod documents;
mod examples;
mod fail_closed;
mod formats;
mod index;
mod layering;
mod limits;
mod lookback;
mod masked;
mod never_printed;
mod own_policies;
mod places_scanned;
mod policies;
mod sanitize;
mod seeded;
mod sums;
mod support;
mod transcripts;
