use super::*;

/// A key of 32 times the byte 7, which nobody has the other half of.
const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";

fn one(beginning: &str) -> Result<AllowedSigner, String> {
    let signers = AllowedSigners::parse(format!("{beginning} {KEY} a comment").as_bytes(), 3600)
        .map_err(|error| error.to_string())?;
    assert_eq!(signers.signers().len(), 1, "{beginning}");
    Ok(signers.signers()[0].clone())
}

#[test]
fn comments_and_blank_lines_say_nothing_and_lines_keep_their_numbers() {
    let text =
        format!("# ours\r\n\r\n \t# more\nada@example.com {KEY}\r\n\tgrace@example.com\t{KEY}");
    let signers = AllowedSigners::parse(text.as_bytes(), 0).expect("a list");
    let lines: Vec<(usize, &str)> = signers
        .signers()
        .iter()
        .map(|signer| (signer.line, std::str::from_utf8(&signer.principals).expect("text")))
        .collect();
    assert_eq!(lines, [(4, "ada@example.com"), (5, "grace@example.com")]);
}

#[test]
fn principals_may_stand_between_quotes() {
    let signer = one("\"ada@example.com,Ada Example\"").expect("a signer");
    assert!(signer.names(b"Ada Example") && signer.names(b"ada@example.com"));
    assert!(one("ada@\"example.com\"").expect("a signer").names(b"ada@example.com"));
}

#[test]
fn all_options_are_read() {
    let signer = one(
        "*@example.com Cert-Authority,namespaces=\"git,file\",valid-after=\"20240101\",VALID-BEFORE=\"202501010000Z\"",
    )
    .expect("a signer");
    assert!(signer.is_authority && signer.allows(b"git") && !signer.allows(b"email"));
    // One hour ahead of UTC where nothing is said.
    assert_eq!(signer.valid_after, Some(1_704_067_200 - 3600));
    assert_eq!(signer.valid_before, Some(1_735_689_600));
    let quoted = one("ada@example.com namespaces=\"a\\\"b c\"").expect("a signer");
    assert!(quoted.allows(b"a\"b c"));
}

#[test]
fn a_line_that_can_not_be_read_is_an_error_with_its_number() {
    for (beginning, problem) in [
        ("\"\"", "the list of principals is empty"),
        ("\"ada@example.com", "a quote of the list of principals is not closed"),
        ("ada@example.com nonsense", "an option is not known"),
        ("ada@example.com cert-authority-too", "an option is not known"),
        ("ada@example.com cert-authority,", "an option is missing behind the last comma"),
        ("ada@example.com namespaces=git", "the value of namespaces does not stand between quotes"),
        ("ada@example.com namespaces=\"git", "a quote of the options is not closed"),
        (
            "ada@example.com namespaces=\"a\",namespaces=\"b\"",
            "the option namespaces is there more than once",
        ),
        (
            "ada@example.com valid-after=\"yesterday\"",
            "the value of valid-after is neither YYYYMMDD nor YYYYMMDDHHMM nor YYYYMMDDHHMMSS",
        ),
        (
            "ada@example.com valid-before=\"20230229\"",
            "the value of valid-before is neither YYYYMMDD nor YYYYMMDDHHMM nor YYYYMMDDHHMMSS",
        ),
        (
            "ada@example.com valid-after=\"20240101\",valid-before=\"20240101\"",
            "valid-before is not later than valid-after",
        ),
    ] {
        assert_eq!(one(beginning), Err(format!("line 1: {problem}")), "{beginning}");
    }
}

#[test]
fn keys_that_can_not_be_read_are_errors() {
    for (text, problem) in [
        ("ada@example.com", "there is no key"),
        ("ada@example.com ssh-ed25519", "there is no key"),
        ("ada@example.com ssh-made-up AAAA", "the type of the key is not known"),
        ("ada@example.com ssh-ed25519 AAA", "the key can not be read"),
        ("ada@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA", "the key can not be read"),
        (
            &format!("ada@example.com {}", KEY.replacen("ssh-ed25519", "ssh-rsa", 1)),
            "the key is of another type than the line says",
        ),
        ("ada@example.com \0", "the line has a zero byte"),
        ("ada@example.com\rssh-ed25519", "the line has a carriage return before its end"),
    ] {
        let error = AllowedSigners::parse(format!("\n{text}\n").as_bytes(), 0).expect_err(text);
        assert_eq!(error.to_string(), format!("line 2: {problem}"), "{text}");
    }
    let long = format!("{} {KEY}", "a".repeat(1023));
    let error = AllowedSigners::parse(long.as_bytes(), 0).expect_err("an error");
    assert_eq!(error.problem, TrustFileProblem::LongPattern);
    let marked =
        AllowedSigners::parse(format!("\u{feff}a {KEY}").as_bytes(), 0).expect_err("an error");
    assert_eq!(marked.to_string(), "the file begins with a byte order mark");
}
