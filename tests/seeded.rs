//! A repository as a hospital might find it: fifty things in all kinds of files, brought by thirty commits. All are found,
//! cleaned, known, and the next one is kept out by a hook. All of it is made up, and put together here so
//! that no scanner stops at this page.

use std::collections::BTreeSet;

use gitops_health_testkit::pack::base64;
use gitops_health_testkit::{TestRepo, Transcript};
use serde_json::Value;

use crate::support::{assert_harmless, program};

/// Something that is to be found: where, by which rule, and what must not be printed.
struct Seed {
    path: &'static str,
    rule: &'static str,
    value: String,
}

/// A file that a commit brings, and the seeds in it.
struct File {
    path: &'static str,
    content: Vec<u8>,
    seeds: Vec<Seed>,
}

/// A file; `§` stands for nothing in it.
fn file(path: &'static str, content: impl Into<Vec<u8>>, seeds: &[(&'static str, &str)]) -> File {
    let plain = |value: &str| value.replace('§', "");
    let seed = |(rule, value): &(&'static str, &str)| Seed { path, rule, value: plain(value) };
    let content = match String::from_utf8(content.into()) {
        Ok(text) => plain(&text).into_bytes(),
        Err(error) => error.into_bytes(),
    };
    File { path, content, seeds: seeds.iter().map(seed).collect() }
}

fn dashed(parts: [&str; 3]) -> String {
    parts.join("-")
}

fn joined(parts: &[&str]) -> String {
    parts.concat()
}

/// Messages, claims, resources and documents.
fn structures() -> Vec<File> {
    let segments = [
        ["MSH|", r"^~\&|LAB|CLINIC|EHR|CLINIC|20260301120000||ADT^A01|1|P|2.5"].concat(),
        [
            "PID|1||",
            "471100815",
            "^^^CLINIC^MR||",
            "Zwyrtkova",
            "^",
            "Quirinia",
            "||",
            "1962§0110",
            "|F",
        ]
        .concat(),
    ];
    let message = segments.join("\r");
    let claim = [
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260301*1200*^*00501*000000001*0*P*:~",
        "GS*HC*SENDER*RECEIVER*20260301*1200*1*X*005010X222A1~ST*837*0001*005010X222A1~",
        "NM1*IL*1*", "Brzeczek", "*", "Grzegorz", "****MI*", "XEH123456789", "~",
        "DMG*D8*", "1971§0203", "*M~SE*4*0001~GE*1*1~IEA*1*000000001~",
    ]
    .concat();
    let patient = joined(&[
        r#"{"resourceType": "Patient", "id": "p1", "name": [{"family": ""#,
        "Okonkwoski",
        r#"", "given": [""#,
        "Thaddea",
        r#""]}], "birthDate": ""#,
        "1958§-11-30",
        r#"", "telecom": [{"system": "phone", "value": ""#,
        "+1 6§17 202 4410",
        r#""}]}"#,
    ]);
    let document = joined(&[
        r#"<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole>"#,
        r#"<id root="2.16.840.1.113883.19.5" extension=""#,
        "99834412",
        r#""/><patient><name><given>"#,
        "Ludomira",
        "</given><family>",
        "Szczepanik",
        r#"</family></name><birthTime value=""#,
        "1949§0508",
        r#""/></patient></patientRole></recordTarget></ClinicalDocument>"#,
    ]);
    vec![
        file(
            "hl7/adt.hl7",
            message.clone(),
            &[("mrn", "4711§00815"), ("name", "Zwyrtkova"), ("birth-date", "1962§0110")],
        ),
        file(
            "claims/837.x12",
            claim,
            &[("name", "Brzeczek"), ("health-plan", "XEH123456789"), ("birth-date", "1971§0203")],
        ),
        file(
            "fhir/patient.json",
            patient,
            &[("name", "Okonkwoski"), ("birth-date", "1958§-11-30"), ("phone", "+1 6§17 202 4410")],
        ),
        file(
            "cda/summary.xml",
            document,
            &[("mrn", "9983§4412"), ("name", "Szczepanik"), ("birth-date", "1949§0508")],
        ),
        file(
            "src/Adt.java",
            format!(
                "String adt = \"{}\";\n",
                message
                    .replace('\r', "\\r")
                    .replace("471100815", "471100816")
                    .replace("Zwyrtkova", "Wojtkowa")
            ),
            &[("mrn", "4711§00816"), ("name", "Wojtkowa")],
        ),
    ]
}

/// Tables, scripts, settings and code.
fn records() -> Vec<File> {
    let first = dashed(["536", "22", "8141"]);
    let second = dashed(["536", "22", "8142"]);
    let third = dashed(["536", "22", "8143"]);
    let table = format!(
        "mrn,first_name,last_name,dob,ssn\n100§23341,Adelheid,Pfannmoeller,1951-02-03,{first}\n"
    );
    let insert = format!(
        "INS§ERT INTO patients (mrn, last_name, ssn) VALUES ('100§23342', 'Quan§trill', '{second}');\n"
    );
    let yaml =
        format!("patients:\n  - last_name: Dziedzic\n    ssn: {third}\n    mrn: \"100§23343\"\n");
    let card = joined(&["54252334", "30109903"]);
    let iban = account("DE", "370400440532013077");
    vec![
        file(
            "data/patients.csv",
            table,
            &[("mrn", "100§23341"), ("name", "Pfannmoeller"), ("ssn", &first)],
        ),
        file(
            "db/seed.sql",
            insert,
            &[("mrn", "100§23342"), ("name", "Quan§trill"), ("ssn", &second)],
        ),
        file(
            "fixtures/patients.yaml",
            yaml,
            &[("ssn", &third), ("mrn", "100§23343"), ("name", "Dziedzic")],
        ),
        file("src/pay.py", format!("CARD = \"{card}\"\n"), &[("card", &card)]),
        file("billing/refunds.txt", format!("refund to {iban}\n"), &[("iban", &iban)]),
    ]
}

/// A bank account with its check digits (ISO 13616).
fn account(country: &str, number: &str) -> String {
    let turned = format!("{number}{country}00");
    let digits = turned.chars().map(|it| it.to_digit(36).expect("a digit or letter").to_string());
    let rest = digits
        .collect::<String>()
        .bytes()
        .fold(0u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("{country}{:02}{number}", 98 - rest)
}

/// What people and programs send to one another.
fn exchanged() -> Vec<File> {
    let [first, second, third] = ["8151", "8152", "8153"].map(|end| dashed(["536", "22", end]));
    let card = [
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:",
        "Hargreavesen;Philippa",
        ";;;\r\nFN:Philippa Hargreavesen\r\nBDAY:",
        "1944§-02-11",
        "\r\nTEL:",
        "+1 6§17 202 4412",
        "\r\nEND:VCARD\r\n",
    ]
    .concat();
    let mail = format!(
        "From ada@example.com Mon Mar  2 10:00:00 2026\nFrom: Ada <ada@example.com>\nSubject: a patient\n\n\
         The SSN of the patient is {first}.\n"
    );
    let archive = format!(
        "{{\"log\": {{\"entries\": [{{\"request\": {{\"postData\": {{\"text\": \
         \"ssn={second}&last_name=Oyelaran\"}}}}}}]}}}}\n"
    );
    let cassette = format!(
        "interactions:\n- request:\n    body: '{{\"patient\": {{\"last_name\": \"Mbekele\", \
         \"ssn\": \"{third}\"}}}}'\n"
    );
    let visits =
        "patient_id\tpatient_name\tadmission_date\n100§23345\tFarquharsen, Iolanthe\t2021-03-09\n";
    vec![
        file(
            "contacts/patient.vcf",
            card,
            &[
                ("name", "Hargreavesen"),
                ("birth-date", "1944§-02-11"),
                ("phone", "+1 6§17 202 4412"),
            ],
        ),
        file("mail/inbox.mbox", mail, &[("ssn", &first)]),
        file("web/session.har", archive, &[("ssn", &second), ("name", "Oyelaran")]),
        file("cassettes/patient.yml", cassette, &[("ssn", &third), ("name", "Mbekele")]),
        file("data/visits.tsv", visits, &[("mrn", "100§23345"), ("name", "Farquharsen, Iolanthe")]),
    ]
}

/// Sentences about somebody.
fn sentences() -> Vec<File> {
    let number = dashed(["536", "22", "8144"]);
    let mail = joined(&["q.zwyrtkova", "@", "clinic.io"]);
    let note = format!(
        "The pati§ent M§rs. Eula§lia Brock§hurst was admitted on 03/0§4/2021.\nHer SSN is {number}, mail {mail}, \
         phone (617§) 202-4411.\n"
    );
    let log =
        "2026§-03-01 12:00:00 INFO lookup patient_id=100§23344 last_name=Vander§sloot dob=1939§-08-17\n".to_owned();
    let notebook = format!(
        "{{\"cells\": [{{\"cell_type\": \"code\", \"source\": [\"ssn = '{}'\\n\"]}}], \"nbformat\": 4}}\n",
        dashed(["536", "22", "8145"])
    );
    vec![
        file(
            "notes/visit.txt",
            note,
            &[
                ("name", "Brock§hurst"),
                ("date", "03/0§4/2021"),
                ("ssn", &number),
                ("email", &mail),
                ("phone", "(617§) 202-4411"),
            ],
        ),
        file(
            "logs/app.log",
            log,
            &[("mrn", "100§23344"), ("name", "Vander§sloot"), ("birth-date", "1939§-08-17")],
        ),
        file("analysis/cohort.ipynb", notebook, &[("ssn", &dashed(["536", "22", "8145"]))]),
    ]
}

/// What opens something.
fn secrets() -> Vec<File> {
    let token = joined(&["AKIA", "Z7QHX2MPLKWRTYN5"]);
    let password = joined(&["Xk29fj3k", "fPq81Zr"]);
    let live = joined(&["sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"]);
    let address = joined(&["postgres://clinic:", "r7Hq29xLmT", "@db.clinic.io:5432/ehr"]);
    let key = [
        "-----BEGIN RSA PRIVATE",
        " KEY-----\n",
        &"MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun\n".repeat(8),
        "-----END RSA PRIVATE",
        " KEY-----\n",
    ]
    .concat();
    vec![
        file(
            "deploy/aws.env",
            format!("AWS_ACCESS_KEY_ID={token}\n"),
            &[("aws-access-key-id", &token)],
        ),
        file("app/settings.py", format!("DB_PASSWORD = \"{password}\"\n"), &[("*", &password)]),
        file("app/db.ini", format!("url = {address}\n"), &[("*", "r7Hq29xLmT")]),
        file("web/pay.js", format!("const key = '{live}';\n"), &[("*", &live)]),
        file(
            "certs/server.key",
            key,
            &[("*", "MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun")],
        ),
    ]
}

/// What is encoded.
fn encoded() -> Vec<File> {
    let number = dashed(["536", "22", "8146"]);
    let utf16: Vec<u8> = format!("\u{feff}patient ssn {number}\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let other = dashed(["536", "22", "8147"]);
    let encoded = base64(format!("the ssn of the patient is {other}").as_bytes(), 10_000);
    vec![
        file("export/list.txt", utf16, &[("ssn", &number)]),
        file("export/blob.txt", format!("payload: {encoded}\n"), &[("ssn", &other)]),
    ]
}

fn all() -> Vec<File> {
    [structures(), records(), sentences(), exchanged(), secrets(), encoded()]
        .into_iter()
        .flatten()
        .collect()
}

/// Each file in a commit of its own, between commits that bring nothing.
fn repository(files: &[File]) -> TestRepo {
    let repo = TestRepo::new();
    repo.write("README.md", "# Clinic\n").commit("Begin");
    for (number, file) in files.iter().enumerate() {
        repo.write(file.path, &file.content).commit("Add a file");
        if number < 6 {
            repo.write("src/main.py", format!("x = {number}\n")).commit("Work on it");
        }
    }
    repo
}

fn run(repo: &TestRepo, files: &[File], arguments: &[&str]) -> Transcript {
    let program = program(repo).with_variable("GITOPS_HEALTH_SANITIZE_KEY", "a key of some length");
    let transcript = program.run(&[&["sanitize"], arguments].concat());
    assert_harmless(&transcript);
    for seed in files.iter().flat_map(|file| &file.seeds) {
        assert!(
            !transcript.to_string().contains(&seed.value),
            "{} is printed\n{transcript}",
            seed.rule
        );
    }
    transcript
}

/// Rules and paths of what is found.
fn found(transcript: &Transcript) -> BTreeSet<(String, String)> {
    let report: Value = serde_json::from_str(&transcript.stdout).expect("it is JSON");
    let findings = report["findings"].as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings.iter().map(|it| (text(&it["path"]), text(&it["rule"]))).collect()
}

#[test]
fn all_that_was_seeded_is_found_cleaned_known_and_kept_out() {
    let files = all();
    let repo = repository(&files);
    let commits: usize =
        repo.git_text(&["rev-list", "--count", "HEAD"]).trim().parse().expect("a number");
    let seeds: Vec<&Seed> = files.iter().flat_map(|file| &file.seeds).collect();
    assert!(commits >= 30 && seeds.len() >= 50, "{commits} commits, {} seeds", seeds.len());
    for selection in ["--history", "--all"] {
        let found = found(&run(&repo, &files, &["scan", selection, "--format", "json"]));
        let is_missed = |seed: &&&Seed| {
            let is_it = |(path, rule): &(String, String)| {
                path == seed.path && (seed.rule == "*" || rule == seed.rule)
            };
            !found.iter().any(is_it)
        };
        let missed: Vec<_> = seeds.iter().filter(is_missed).map(|it| (it.path, it.rule)).collect();
        assert!(missed.is_empty(), "{selection}: {missed:#?} of {found:#?}");
    }
    // Known, it is no failure, and the next one is.
    assert_eq!(run(&repo, &files, &["scan", "--all", "--write-baseline"]).code, Some(0));
    repo.commit("Know what there is");
    assert_eq!(run(&repo, &files, &["scan", "--all"]).code, Some(0));
    hook(&repo);
    let next = dashed(["536", "22", "8148"]);
    repo.write("src/next.py", format!("ssn = \"{next}\"\n")).git(&["add", "."]);
    assert!(!commits_with_hook(&repo), "the hook let it pass");
    assert_eq!(run(&repo, &files, &["--staged", "--write"]).code, Some(0));
    assert!(commits_with_hook(&repo), "the hook kept back what is clean");
    // Cleaned, nothing is left of it.
    assert_eq!(run(&repo, &files, &[".", "--write"]).code, Some(0));
    repo.git(&["add", "."]);
    for file in &files {
        let content = std::fs::read(repo.path().join(file.path)).expect("it is there");
        for seed in &file.seeds {
            let value = seed.value.as_bytes();
            assert!(
                !content.windows(value.len()).any(|it| it == value),
                "{} in {}",
                seed.rule,
                file.path
            );
        }
    }
    std::fs::remove_file(repo.path().join(".gitops-health-baseline.jsonl")).expect("it is there");
    let clean = run(&repo, &files, &["scan"]);
    assert_eq!(clean.code, Some(0), "{clean}");
}

/// The hook that a team would write.
fn hook(repo: &TestRepo) {
    let path = repo.git_dir().join("hooks/pre-commit");
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("it can be made");
    let binary = env!("CARGO_BIN_EXE_gitops-health");
    let script = format!(
        "#!/bin/sh\nexport GITOPS_HEALTH_SANITIZE_KEY='a key of some length'\nexec '{binary}' sanitize scan --staged\n"
    );
    std::fs::write(&path, script).expect("it can be written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("it is ours");
    }
}

fn commits_with_hook(repo: &TestRepo) -> bool {
    let output = std::process::Command::new("git")
        .args([
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.com",
            "commit",
            "-q",
            "-m",
            "Next",
        ])
        .current_dir(repo.path())
        .output()
        .expect("git runs");
    output.status.success()
}
