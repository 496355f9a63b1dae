use gitops_health_compliance::{Seen, draft_roster};
use gitops_health_git::Repo;
use gitops_health_signature::{Expected, Moment, TrustStore, verify};

use crate::args::RosterArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::output;

/// `compliance roster`: a first roster, from what commits say.
pub(crate) fn run(context: &Context, args: &RosterArgs) -> Result<ExitCode, CliError> {
    let repo = context.open_repo()?;
    let tip = repo.resolve(&args.head)?;
    let ids = repo.list_commits(&[tip], &[])?;
    let progress = context.progress("commits read");
    let mut seen = Vec::new();
    for (done, id) in ids.iter().take(args.last.get()).enumerate() {
        let commit = repo.commit(*id)?;
        let fingerprint = match commit.signature {
            Some(_) => signer(&repo, &commit)?,
            None => None,
        };
        let author = &commit.author;
        let is_one = author.person == commit.committer.person;
        // Who signs is who commits.
        let of_author = fingerprint.clone().filter(|_| is_one);
        seen.push(Seen { person: author.person.clone(), at: author.time, fingerprint: of_author });
        if !is_one {
            let (person, at) = (commit.committer.person.clone(), commit.committer.time);
            seen.push(Seen { person, at, fingerprint });
        }
        progress.at(done + 1);
    }
    drop(progress);
    output::write(context, &draft_roster(&seen, &repo.mailmap()?))?;
    if ids.len() > args.last.get() {
        context.note(&format!("the newest {} of {} commits were read", args.last, ids.len()));
    }
    Ok(ExitCode::Clean)
}

/// The key that made the signature of a commit, if it was made over this commit.
fn signer(repo: &Repo, commit: &gitops_health_git::Commit) -> Result<Option<String>, CliError> {
    use gitops_health_signature::Status;
    let signed = repo.signed_commit(commit.id)?;
    let moment = Moment { committer_seconds: commit.committer.time.seconds, now: None };
    let signature = signed.signatures.first().map(|it| it.as_slice());
    let nobody = TrustStore::empty();
    let verdict = verify(signature, &signed.payload, &nobody, Expected::Anybody, moment);
    // With SSH the key is in the signature, so that this says that it holds; with OpenPGP nothing holds without keys.
    let holds = verdict.status == Status::UnknownKey && signed.signatures.len() == 1;
    Ok(verdict.fingerprint.filter(|key| holds && key.starts_with("SHA256:")))
}
