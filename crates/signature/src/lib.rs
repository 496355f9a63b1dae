//! Whose signature a commit or tag has, and what it is worth.
