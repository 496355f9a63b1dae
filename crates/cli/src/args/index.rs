//! The arguments of `index status`, `update`, `verify` and `clear`.

use clap::{Args, Subcommand};

use super::PlainFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Say where the index is and what it covers
    Status(IndexStatusArgs),
    /// Index what is new: HEAD, branches, branches of remotes and tags
    Update(IndexUpdateArgs),
    /// Look at some commits again and compare all that the index says about them
    Verify(IndexVerifyArgs),
    /// Take the index away; whatever needs it makes it anew
    Clear(IndexClearArgs),
}

#[derive(Debug, Args)]
pub(crate) struct IndexStatusArgs {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

#[derive(Debug, Args)]
pub(crate) struct IndexUpdateArgs {
    /// Only these revisions and what came before them
    #[arg(value_name = "REV")]
    pub revisions: Vec<String>,
    /// How many threads work [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

#[derive(Debug, Args)]
pub(crate) struct IndexClearArgs {
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}

#[derive(Debug, Args)]
pub(crate) struct IndexVerifyArgs {
    /// How many commits are looked at
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pub sample: u32,
    /// Look at all commits
    #[arg(long, conflicts_with = "sample")]
    pub all: bool,
    /// Decides which commits are looked at [default: the time in seconds, so that others are each time]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: PlainFormat,
}
