//! Is there health data, personal data or a secret in these bytes, and where?
//!
//! ```
//! use gitops_health_sanitize::Scanner;
//!
//! let scanner = Scanner::new();
//! let findings = scanner.scan(b"PID|1||4711^^^CLINIC^MR||DOE^JANE||19620110\r");
//! assert_eq!(findings[0].field.as_deref(), Some("PID-3.1"));
//! ```
//!
//! A finding says where something is and what it is like, never what it is.

mod context;
mod finding;
mod number;
mod rule;
mod scanner;
mod structure;
mod validator;
mod what;

pub use finding::Finding;
pub use rule::{BUILT_IN, Category, Identifier, Rule, Severity};
pub use scanner::Scanner;
pub use validator::Validator;
