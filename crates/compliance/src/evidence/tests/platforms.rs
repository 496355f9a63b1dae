//! GitHub and GitLab.

use super::*;

const ANN: &str = r#"{"login": "Ann", "type": "User", "id": 1}"#;

fn review(user: &str, state: &str, second: u32) -> String {
    format!(
        r#"{{"id": 1, "user": {user}, "body": "x", "state": "{state}", "commit_id": "{ID}",
            "submitted_at": "2026-03-01T12:00:{second:02}Z"}}"#
    )
}

fn states(reviews: &[String]) -> Vec<(Who, ApprovalState)> {
    let it = good(&format!("[{}]", reviews.join(",")));
    it.approvals.unwrap_or_default().into_iter().map(|it| (it.by, it.state)).collect()
}

#[test]
fn the_last_word_of_each_person_counts() {
    use ApprovalState::{Approved, ChangesRequested, Dismissed};
    let bob = r#"{"login": "bob"}"#;
    let other_case = r#"{"login": "ANN"}"#;
    for (reviews, expected) in [
        (vec![], vec![]),
        (vec![review(ANN, "APPROVED", 1)], vec![("Ann", Approved)]),
        (vec![review(ANN, "approved", 1), review(ANN, "COMMENTED", 2)], vec![("Ann", Approved)]),
        (
            vec![review(ANN, "APPROVED", 1), review(ANN, "CHANGES_REQUESTED", 2)],
            vec![("Ann", ChangesRequested)],
        ),
        // The order of the list does not matter, but in the same second.
        (
            vec![review(ANN, "CHANGES_REQUESTED", 2), review(ANN, "APPROVED", 1)],
            vec![("Ann", ChangesRequested)],
        ),
        (vec![review(ANN, "APPROVED", 1), review(ANN, "DISMISSED", 1)], vec![("Ann", Dismissed)]),
        (
            vec![review(ANN, "APPROVED", 1), review(other_case, "CHANGES_REQUESTED", 2)],
            vec![("ANN", ChangesRequested)],
        ),
        (vec![review(ANN, "COMMENTED", 1), review(bob, "PENDING", 1)], vec![]),
        (
            vec![review(bob, "APPROVED", 1), review(ANN, "APPROVED", 1)],
            vec![("Ann", Approved), ("bob", Approved)],
        ),
        // Two who deleted their accounts are two.
        (
            vec![review("null", "CHANGES_REQUESTED", 1), review("null", "APPROVED", 2)],
            vec![("ghost", ChangesRequested), ("ghost", Approved)],
        ),
    ] {
        let expected: Vec<_> =
            expected.into_iter().map(|(name, state)| (account("github", name), state)).collect();
        assert_eq!(states(&reviews), expected, "{reviews:?}");
    }
}

#[test]
fn a_review_is_about_the_commit_that_it_names() {
    let it = &good(&format!("[{}]", review(ANN, "APPROVED", 1))).approvals.expect("some")[0];
    assert_eq!(it.binds, Binding { commit: Some(ID.into()), ..Binding::default() });
    assert_eq!((it.source.as_str(), it.grade), ("github", Grade::E2));
    let nowhere = review(ANN, "APPROVED", 1).replace(&format!("\"{ID}\""), "null");
    assert_eq!(good(&format!("[{nowhere}]")).approvals.expect("some")[0].binds, Binding::default());
}

#[test]
fn what_a_review_lacks_is_an_error() {
    for (from, to, expected) in [
        ("APPROVED", "FINE", "[0].state: no state"),
        ("\"APPROVED\"", "7", "[0].state: a number"),
        (ID, "HEAD", "[0].commit_id: a whole id"),
        ("2026-03-01T12:00:01Z", "2026-03-01T12:00:01", "[0].submitted_at: a time"),
        ("\"2026-03-01T12:00:01Z\"", "null", "[0].submitted_at: a review has a time"),
        ("\"login\": \"Ann\"", "\"login\": \"\"", "[0].user: an account has a name"),
        ("\"login\"", "\"name\"", "[0].user: missing field `login`"),
        ("\"user\"", "\"author\"", "it is nothing known; understood are"),
    ] {
        let text = format!("[{}]", review(ANN, "APPROVED", 1)).replace(from, to);
        let error = error(&text);
        assert!(error.contains(expected), "{error}\n{text}");
    }
}

fn pull_request() -> String {
    format!(
        r#"{{"number": 12, "user": {ANN}, "merged_by": {{"login": "bob"}}, "merged_at": "2026-03-01T12:00:00Z",
            "base": {{"ref": "main", "sha": "x"}}, "head": {{"ref": "topic", "sha": "{ID}"}},
            "labels": [{{"name": "fix", "color": "red"}}], "state": "closed"}}"#
    )
}

#[test]
fn a_pull_request_is_taken_over() {
    let it = good(&pull_request()).pull_requests.remove(0);
    assert_eq!(
        (it.number, it.author, it.base.as_deref()),
        (12, account("github", "Ann"), Some("main"))
    );
    assert_eq!((it.merged_by, it.labels), (Some(account("github", "bob")), vec!["fix".to_owned()]));
    let open = pull_request()
        .replace(r#"{"login": "bob"}"#, "null")
        .replace("\"2026-03-01T12:00:00Z\"", "null");
    let it = good(&open.replace(ANN, "null")).pull_requests.remove(0);
    assert_eq!((it.author, it.merged_by, it.merged_at), (account("github", "ghost"), None, None));
    assert!(error(&pull_request().replace("12,", "-12,")).contains("number: a negative number"));
}

#[test]
fn what_a_webhook_sends_has_both() {
    for (state, count) in [("approved", 1), ("commented", 0)] {
        let text = format!(
            r#"{{"action": "submitted", "review": {}, "pull_request": {}, "sender": {ANN}}}"#,
            review(ANN, state, 1),
            pull_request()
        );
        let it = good(&text);
        assert_eq!(
            (it.approvals.iter().flatten().count(), it.pull_requests.first().map(|it| it.number)),
            (count, Some(12))
        );
        if count > 0 {
            let error = error(&text.replace(ID, "short"));
            assert!(error.contains("review.commit_id: a whole id"), "{error}");
        }
    }
}

#[test]
fn approvals_of_gitlab_are_about_what_they_name() {
    let list = r#""approved": true, "iid": 5, "approved_by": [{"user": {"username": "ann"}, "approved_at": "2026-03-01T12:00:00.123Z"},
        {"user": null}]"#;
    let it = good(&format!("{{{list}}}"));
    let who: Vec<_> = it.approvals.iter().flatten().map(|it| it.by.clone()).collect();
    assert_eq!(who, [account("gitlab", "ann"), account("gitlab", "ghost")]);
    assert!(it.approvals.iter().flatten().all(|it| it.binds == Binding::default()));
    assert_eq!(
        it.approvals.as_ref().expect("some")[0].at.as_ref().map(|at| at.unix),
        Some(1_772_366_400)
    );
    assert!(it.pull_requests.is_empty());
    let it = good(&format!(r#"{{{list}, "sha": "{ID}"}}"#));
    assert!(it.approvals.iter().flatten().all(|it| it.binds.commit.as_deref() == Some(ID)));
    for (from, to, expected) in [
        ("null}", "{}}", "approved_by[1].user: missing field `username`"),
        ("\"user\": null", "\"no\": 1", "approved_by[1]: missing field `user`"),
        ("\"ann\"", "\"\"", "approved_by[0].user: an account has a name"),
        (".123Z", "", "approved_by[0].approved_at: a time"),
    ] {
        let error = error(&format!("{{{list}}}").replace(from, to));
        assert!(error.contains(expected), "{error}");
    }
    assert!(error(r#"{"approved_by": null}"#).contains("approved_by: nothing is there"));
    assert!(error(r#"{"approved_by": [], "sha": "x"}"#).contains("sha: a whole id"));
}

#[test]
fn a_merge_request_is_taken_over() {
    let text = format!(
        r#"{{"id": 900, "iid": 5, "author": {{"username": "ann"}}, "merged_by": {{"username": "old"}},
            "merge_user": {{"username": "bob"}}, "merged_at": "2026-03-01T12:00:00.000+01:00", "target_branch": "main",
            "sha": "{ID}", "labels": ["a", {{"name": "b", "id": 1}}], "merge_status": "x"}}"#
    );
    let it = good(&text).pull_requests.remove(0);
    assert_eq!((it.number, it.author), (5, account("gitlab", "ann")));
    assert_eq!(
        (it.merged_by, it.labels),
        (Some(account("gitlab", "bob")), vec!["a".to_owned(), "b".to_owned()])
    );
    let old = text.replace("\"merge_user\"", "\"no\"");
    assert_eq!(good(&old).pull_requests.remove(0).merged_by, Some(account("gitlab", "old")));
    assert!(error(&text.replace("[\"a\"", "[7")).contains("labels[0]"));
}
