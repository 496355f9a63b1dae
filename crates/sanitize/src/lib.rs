//! Is there health data, personal data or a secret in these bytes, and where?
//!
//! ```
//! use gitops_health_sanitize::Scanner;
//!
//! let scanner = Scanner::new();
//! // A synthetic segment, put together here so that no scanner stops at this page.
//! let segment = ["PID", "1", "", "4711^^^CLINIC^MR", "", "DOE^JANE"].join("|");
//! let findings = scanner.scan(segment.as_bytes());
//! assert_eq!(findings[0].field.as_deref(), Some("PID-3.1"));
//! ```
//!
//! A finding says where something is and what it is like, never what it is.
//!
//! [`Scanner::look`] also says what could not be looked at, such as what is encrypted or packed too deep: who decides by
//! the findings whether bytes may pass has to ask for that, too, since [`Scanner::scan`] leaves it out.
//!
//! A [`Scanner`] is made once (some milliseconds; patterns are compiled when their keyword is met first) and is used by
//! any number of threads. Time grows with the length of the bytes. Memory does with what is found: a text is not copied
//! where nothing in it is encoded, and a finding takes some hundred bytes. No memory is asked
//! for line by line: once for each rule of which a keyword is met, and for what is found (a test and the example
//! `allocations` count it). Of one text up to 64 MiB are unpacked. Nothing is read or written but the bytes given, and
//! no provider is asked whether a secret is valid.
//!
//! What is not found is not said to be absent: names of people in sentences without talk of health, pictures of text and
//! much else are not; `docs/sanitize-quality.md` measures how much.

mod age;
mod allow;
mod baseline;
mod change;
mod check_digit;
mod clean;
mod config;
mod context;
mod date;
mod decode;
mod dicom;
mod edit;
mod finding;
mod fingerprint;
mod keywords;
mod known;
mod name;
mod number;
mod patient;
mod pattern;
mod plain_text;
mod prose;
mod rule;
mod scanner;
mod small;
mod stand_in;
mod structure;
mod synthetic;
mod template;
mod udi;
mod user_rule;
mod validator;
mod what;
mod zip3;

pub use allow::{Comment, comments};
pub use baseline::{Baseline, BaselineError, LARGEST_BASELINE};
pub use clean::{Cleaned, Cleaner, Replacement, Seen, places};
pub use config::{AllowEntry, ContextConfig, ContextsConfig, Dates, SanitizeConfig};
pub use decode::{Looked, Unseen, is_binary, is_encoded, is_passed_over, picture, readable};
pub use edit::Edit;
pub use finding::{Finding, Hidden};
pub use fingerprint::{Fingerprint, Key, LEAST_KEY};
pub use rule::{BUILT_IN, Category, Identifier, Rule, Severity};
pub use scanner::Scanner;
pub use template::{TemplateError, write_out};
pub use user_rule::{RuleError, SeverityName, UserRule};
pub use validator::Validator;
