//! The audit log.

use super::Files;
use super::Rule;
use super::SignalKind::{AuditLoggingOff, AuditLoggingRemoved};

const ANY: Files = Files::CODE.and(Files::CONFIG).and(Files::SCRIPT);
const SETTINGS: Files = Files::CONFIG.and(Files::SCRIPT);

/// What says what is called, and calls nothing.
const DEFINITIONS: &str = r"^\s*(?:import|from|package|def|override|func|fn|function|public|private|protected|class|interface|type|@Test)\b|^\s*using\s+[\w.]+;|^\s*#\s*include\b";

const fn gone(pattern: &'static str) -> Rule {
    Rule::removed(AuditLoggingRemoved, Files::CODE, pattern).unless(DEFINITIONS)
}

const fn off(files: Files, pattern: &'static str) -> Rule {
    // `npm audit` looks for vulnerable packages.
    Rule::added(AuditLoggingOff, files, pattern).unless(r"(?i)\bnpm\b|npm_config|^\s*audit=")
}

/// The key of settings of the audit log.
const SECTION: &str = r#"(?i)^\s*(?:-\s+)?["']?(?:[\w.-]*[_.-])?audit(?:[_.-]?(?:log(?:s|ging|ger)?|trail|events?))?["']?\s*[:={]"#;

pub(super) const RULES: &[Rule] = &[
    gone(
        r"(?i)\b\w*audit(?:or|_?log(?:ger)?|_?trail|_?service|_?manager|_?writer|_?events?)?(?:\(\))?\s*(?:\.|->|::)\s*(?:log|record|write|emit|info|warn|error|track|add|append|publish|audit|save|send|create)\w*\(",
    ),
    gone(
        r"(?i)\b(?:log|record|write|emit|create|save|publish|send|track|add)_?audit(?:_?(?:event|log|entry|trail|record|message))?\w*!?\(",
    ),
    gone(r"^\s*@(?:Audited|Auditable|Audit|AuditLog)\b"),
    gone(r"\[(?:Audit|Audited|AuditLog)(?:\(.*\))?\]"),
    Rule::removed(
        AuditLoggingRemoved,
        SETTINGS,
        r#"(?i)^\s*["']?(?:[\w.-]*[_.-])?(?:enable_?)?audit(?:[_.-]?log(?:s|ging)?)?(?:[_.-]?enabled?)?["']?\s*[:=]\s*["']?(?:true|on|yes|enabled|1)["',;\s]*$"#,
    ),
    Rule::removed(
        AuditLoggingRemoved,
        Files::CONFIG,
        r#"(?i)^\s*["']?enabled?["']?\s*[:=]\s*["']?(?:true|on|yes|1)["',;\s]*$"#,
    )
    .inside(SECTION),
    off(
        SETTINGS,
        r#"(?i)^\s*["']?(?:[\w.-]*[_.-])?(?:enable_?)?audit(?:[_.-]?(?:log(?:s|ging)?|trail|events?))?(?:[_.-]?enabled?)?["']?\s*[:=]\s*["']?(?:false|off|no|none|disabled?|0)["',;\s]*$"#,
    ),
    off(Files::CONFIG, r#"(?i)^\s*["']?enabled?["']?\s*[:=]\s*["']?(?:false|off|no|0)["',;\s]*$"#)
        .inside(SECTION),
    off(
        ANY,
        r"(?i)\bsystemctl\s+(?:--now\s+)?(?:stop|disable|mask)\s+(?:--now\s+)?auditd\b|\bservice\s+auditd\s+stop\b|\bauditctl\s+-e\s*0\b|\bchkconfig\s+auditd\s+off\b|\bupdate-rc\.d\s+auditd\s+(?:disable|remove)\b",
    ),
    off(
        SETTINGS.and(Files::SQL),
        r#"(?i)\blog_statement["']?\s*(?:[=:]|\bTO\b)\s*["']?none\b|\bpgaudit\.log["']?\s*(?:[=:]|\bTO\b)\s*["']?none\b"#,
    ),
    off(
        SETTINGS.and(Files::SQL),
        r#"(?i)\baudit_log_policy["']?\s*[=:]\s*["']?none\b|\baudit_(?:sys_operations|trail)["']?\s*[=:]\s*["']?(?:false|none)\b|\bNOAUDIT\s+\w"#,
    ),
    off(
        SETTINGS,
        r#"(?i)\baudit[\w.-]*(?:retention|max_?age|max_?backups?|keep|days)[\w.-]*["']?\s*[:=]\s*["']?(?:0|none|disabled)\b"#,
    ),
    off(
        SETTINGS,
        r#"(?i)\b(?:cloudtrail|trail)[\w.-]*(?:enabled|logging)["']?\s*[:=]\s*["']?false\b|\baws\s+cloudtrail\s+(?:stop-logging|delete-trail)\b"#,
    ),
];
