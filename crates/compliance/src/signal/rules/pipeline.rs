//! Pipelines, scripts and images: what is run, and by whose word.

use super::SignalKind::{
    ActionNotPinned, CheckBypassed, ImageNotPinned, ScriptFromNetwork, WorkflowPermissionWidened,
};
use super::{Files, Reach, Rule};

const SHELL: Files = Files::SCRIPT.and(Files::YAML);

const fn network(files: Files, pattern: &'static str) -> Rule {
    // Shown to people, and not run.
    Rule::added(ScriptFromNetwork, files, pattern)
        .unless(r#"(?i)^\s*(?:echo|printf|print|Write-Host|description:)\b|localhost|127\.0\.0\.1"#)
        .names(r#"((?:https?|ftp)://[^\s/"'|]+(?:/[^\s/"'|?#]+){0,3})"#)
}

const fn permission(pattern: &'static str) -> Rule {
    Rule::added(WorkflowPermissionWidened, Files::WORKFLOW, pattern).reach(Reach::Scope)
}

/// What a workflow that strangers set off can lose or be deceived with: secrets, and what they wrote or made. Names of secrets
/// can not begin with `GITHUB_`; the token that does is there in all.
const STAKE: &str = r"\bsecrets\s*(?:\[|\.(?:[A-FH-Za-z_]|G(?:[^I]|I[^T]|IT[^H])))|\bdownload-artifact\b|\bdownloadArtifact\b|\bartifacts_url\b|\bgh\s+run\s+download\b|\bref\s*:.*(?:\bhead_(?:sha|branch)\b|\bhead\.(?:sha|ref)\b|refs/pull/)|\bgh\s+pr\s+checkout\b";

/// What sets a workflow off by the act of a stranger.
const FOR_STRANGERS: &str = r"(?m)^\s*(?:-\s*)?['\x22]?(?:workflow_run|issue_comment|pull_request_target)['\x22]?\s*:?\s*(?:\{\s*\})?\s*$|^\s*['\x22]?on['\x22]?\s*:[^\n]*\b(?:workflow_run|issue_comment|pull_request_target)\b";

/// What the token of a workflow may be let write.
const SCOPE: &str = r#"([\w-]+)["']?\s*:\s*["']?(?:write|inherit)"#;

/// An image, without its version.
const IMAGE: &str = r#"(?i)(?:^\s*FROM\s+(?:--platform=\S+\s+)?|(?:image|container)["']?\s*:\s*["']?)([\w.-]+(?::\d+/[\w.-]+)?(?:/[\w.-]+)*)(?::[\w.-]+)?"#;

/// What is called so, and runs nothing.
const NAMED: &str = r"(?i)^\s*(?:-\s+)?(?:name|description)\s*:";

/// Steps of GitHub's that check nothing.
const NO_CHECK: &str = r"^\s*(?:-\s+)?uses\s*:\s*['\x22]?actions/(?:create-github-app-token|cache(?:/\w+)?|upload-artifact|download-artifact)@";

pub(super) const RULES: &[Rule] = &[
    Rule::added(ActionNotPinned, Files::WORKFLOW, r#"^\s*(?:-\s+)?["']?uses["']?\s*:\s*["']?(?:\w[\w.-]*/[\w./-]+@\S+|docker://\S+)"#)
        .unless(r"@[0-9a-fA-F]{40}\b|@sha256:[0-9a-f]{64}\b")
        // Another version is no other action; a branch is: it moves with each push.
        .names(r#"uses["']?\s*:\s*["']?(?:([\w./-]+)@(?:v?\d[\w.+-]*|([^\s"']+))|(docker://[^\s"'@]+?)(?::[\w.-]+)?["']?(?:\s|$))"#)
        .reach(Reach::File),
    permission(r#"^\s*["']?permissions["']?\s*:\s*["']?write-all\b"#).names(SCOPE),
    permission(r#"^\s*["']?(?:actions|artifact-metadata|attestations|checks|contents|deployments|discussions|id-token|issues|models|packages|pages|pull-requests|repository-projects|security-events|statuses)["']?\s*:\s*["']?write\b"#).names(SCOPE),
    permission(r"^\s*permissions\s*:\s*\{.*:\s*write\b").names(SCOPE),
    permission(r#"^\s*["']?secrets["']?\s*:\s*["']?inherit\b"#).names(SCOPE),
    permission(r"^\s*(?:-\s*)?['\x22]?pull_request_target['\x22]?\s*:?\s*(?:\{\s*\})?$|^\s*['\x22]?on['\x22]?\s*:.*\bpull_request_target\b")
        .names("(pull_request_target)")
        .reach(Reach::File),
    // What runs after the work of strangers with the rights of the repository, where it takes something of theirs or has
    // secrets.
    permission(r"^\s*(?:-\s*)?['\x22]?(?:workflow_run|issue_comment)['\x22]?\s*:?\s*(?:\{\s*\})?$|^\s*['\x22]?on['\x22]?\s*:.*\b(?:workflow_run|issue_comment)\b")
        .whole(STAKE)
        .names("(workflow_run|issue_comment)")
        .reach(Reach::File),
    permission(STAKE).whole(FOR_STRANGERS).names(r"(secrets\.\w+|download-artifact|head_\w+)").reach(Reach::File),
    permission(r#"^\s*persist-credentials\s*:\s*["']?true\b"#),
    // A script goes from the network into an interpreter.
    network(SHELL, r#"\b(?:curl|wget)\s[^|]*\|\s*(?:\\\s*)?(?:sudo\s+(?:-\S+\s+)*)?(?:env\s+(?:\w+=\S*\s+)*)?(?:\w+=\S*\s+)*(?:/usr)?(?:/bin/)?(?:(?:ba|z|da|k|a)?sh|python[23]?|perl|ruby|node|php)(?:[\s;"'&)\\]|$)"#),
    network(SHELL, r#"\b(?:(?:ba|z|k)?sh|source|eval)\s+(?:-\S+\s+)*["']?(?:<\(|\$\(|`)\s*(?:curl|wget)\b"#),
    network(SHELL, r"(?:^|[\s;&])\.\s+<\(\s*(?:curl|wget)\b"),
    network(SHELL, r"(?i)\b(?:iex|Invoke-Expression)\b.*\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)\b"),
    network(SHELL, r"(?i)\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)\b[^|]*\|\s*(?:iex|Invoke-Expression)\b"),
    // Images. A single word may be a stage of the same file, unless it is known.
    Rule::added(ImageNotPinned, Files::DOCKERFILE, r"(?i)^\s*FROM\s+(?:--platform=\S+\s+)?(?:(?:[\w.-]+(?::\d+)?/)(?:[\w.-]+/)*[\w.-]+(?::(?:latest|rolling|edge|main|master|nightly|stable|unstable|canary|devel))?|[\w.-]+:(?:latest|rolling|edge|main|master|nightly|stable|unstable|canary|devel))(?:\s+AS\s+\S+)?\s*$").names(IMAGE),
    Rule::added(ImageNotPinned, Files::DOCKERFILE, r"(?i)^\s*FROM\s+(?:--platform=\S+\s+)?(?:ubuntu|debian|alpine|centos|fedora|rockylinux|almalinux|amazonlinux|busybox|node|python|golang|rust|ruby|php|perl|openjdk|eclipse-temurin|maven|gradle|nginx|httpd|redis|postgres|mysql|mariadb|mongo|rabbitmq|tomcat|jenkins|wordpress|traefik|haproxy|memcached|elasticsearch|kibana|grafana|vault|consul|docker|swift|haskell|elixir|erlang)(?:\s+AS\s+\S+)?\s*$").names(IMAGE),
    Rule::added(ImageNotPinned, Files::YAML, r#"^\s*(?:-\s+)?["']?(?:image|container)["']?\s*:\s*["']?(?:(?:[\w.-]+(?::\d+)?/)(?:[\w.-]+/)*[\w.-]+(?::(?:latest|rolling|edge|main|master|nightly|stable|unstable|canary|devel))?|[\w.-]+:(?:latest|rolling|edge|main|master|nightly|stable|unstable|canary|devel)|(?:ubuntu|debian|alpine|centos|fedora|busybox|node|python|golang|rust|ruby|php|openjdk|maven|gradle|nginx|httpd|redis|postgres|mysql|mariadb|mongo|rabbitmq|tomcat|traefik|haproxy|memcached|elasticsearch|kibana|vault|consul))["']?\s*$"#)
        .unless(r"(?i)\.(?:png|jpe?g|svg|gif|webp|ico|iso|qcow2|img)\b")
        .names(IMAGE),
    // Checks whose result counts for nothing.
    Rule::added(CheckBypassed, Files::PIPELINE, r#"(?i)\b(?:\w*tests?|lint\w*|\w*scan\w*|audit|check\w*|pytest|jest|trivy|grype|snyk|sonar\w*|bandit|semgrep|gitleaks|mypy|\w*lint|clippy|tox|vet|verify)\b.*\|\|\s*(?:true|:|exit\s+0)\s*["']?$"#),
    Rule::added(CheckBypassed, Files::PIPELINE, r#"^\s*(?:-\s+)?["']?(?:continue-on-error|allow_failure|continueOnError|soft_fail|soft-fail)["']?\s*:\s*["']?true\b"#)
        .reach(Reach::Scope)
        .unless_item(NO_CHECK),
    // A build without its tests.
    Rule::added(CheckBypassed, Files::PIPELINE, r#"(?:^|[\s"'])-D(?:skipTests|skipITs|maven\.test\.skip|maven\.test\.skip\.exec)(?:=true)?(?:["'\s]|$)"#)
        .unless(NAMED),
    Rule::added(CheckBypassed, Files::PIPELINE, r#"\bgradlew?\b.*\s(?:-x|--exclude-task)[ =](?:\S*:)?(?:test|check)(?:["'\s]|$)"#)
        // A job that checks beside one that tests.
        .elsewhere(r"\bgradlew?\b.*\s(?:\S*:)?(?:test|\w+Test)s?(?:[\x22'\s]|$)")
        .unless(NAMED),
    Rule::added(CheckBypassed, SHELL, r"\bgit\s+(?:-\S+\s+)*(?:commit|push|merge)\b[^|;&]*\s--no-verify\b"),
    Rule::added(CheckBypassed, Files::PIPELINE, r"\s--exit-zero\b|\b(?:trivy|grype)\b.*--exit-code[= ]0\b"),
];
