//! Who may reach what.

use super::Files;
use super::Rule;
use super::SignalKind::{DebugOn, PermissionOpen};

const ANY: Files = Files::CODE.and(Files::CONFIG).and(Files::SCRIPT);

pub(super) const RULES: &[Rule] = &[
    // Files.
    Rule::added(PermissionOpen, Files::SCRIPT.and(Files::YAML), r"\bchmod\s+(?:-\S+\s+)*(?:[0-7]?(?:777|666)|(?:a|ugo|o)\+[rx]*w[rx]*)(?:\s|$)"),
    Rule::added(PermissionOpen, Files::CODE, r"\b(?i:f?chmod(?:Sync)?)\(.*[\s,(]0?o?(?:777|666)\s*\)"),
    Rule::added(PermissionOpen, Files::YAML, r#"^\s*["']?mode["']?\s*:\s*["']?(?:0o?)?[0-7]?(?:777|666)["']?\s*$"#),
    // Networks. What goes out, and routes, go anywhere by their nature.
    Rule::added(PermissionOpen, Files::INFRASTRUCTURE, r#"(?i)(?:cidr|source|ipranges|ranges|prefix)\w*["']?\s*[=:]\s*[\["'\s]*.*(?:\b0\.0\.0\.0/0|::/0)["'\]\s,]*"#)
        .unless(r"(?i)egress|destination|route|outbound|exclu|deny|except")
        .before(8, r"(?i)egress|route|outbound|destination|deny"),
    Rule::added(PermissionOpen, Files::SCRIPT, r"(?i)\b(?:authorize-security-group-ingress|firewall-rules\s+create)\b.*\b0\.0\.0\.0/0"),
    // Stores and principals.
    Rule::added(PermissionOpen, ANY, r#"(?i)\bacl["']?\s*[=:(,\s]\s*["'(]*(?:[\w.]*\.)?public[-_]?read(?:[-_]?write)?\b"#),
    Rule::added(PermissionOpen, Files::INFRASTRUCTURE, r#"(?i)\bAccessControl["']?\s*:\s*["']?PublicRead(?:Write)?\b"#),
    Rule::added(PermissionOpen, Files::INFRASTRUCTURE, r#"["']?\bPrincipals?["']?\s*[:=]\s*(?:["']\*["']|\{\s*["']?AWS["']?\s*[:=]\s*\[?\s*["']\*["'])"#)
        .unless(r"(?i)\bdeny\b")
        .before(4, r"(?i)\bdeny\b"),
    // Interfaces.
    Rule::added(PermissionOpen, Files::PYTHON, r"\b(?:permission_classes\s*=|DEFAULT_PERMISSION_CLASSES|@permission_classes\().*\bAllowAny\b"),
    Rule::added(PermissionOpen, ANY, r#"(?i)\bAccess-Control-Allow-Origin\b["']?\s*[:,=\])]*\s*["']?\s*\*"#),
    Rule::added(PermissionOpen, ANY, r#"(?i)\b(?:cors[\w.]*)?(?:allowed[_-]?origins?|allow[_-]?origins?|cors_origins?)(?:\()?["']?\s*[=:(]?\s*[\[{(]*\s*["']\*["']"#),
    Rule::added(PermissionOpen, ANY, r#"(?i)\bCORS_(?:ORIGIN_)?ALLOW_ALL(?:_ORIGINS)?\s*=\s*True\b|\.AllowAnyOrigin\(\)|\baddAllowedOrigin(?:Pattern)?\(\s*"\*"|@CrossOrigin\(.*"\*""#),
    Rule::added(PermissionOpen, Files::CODE, r#"\bcors\(\s*\{(?:.*[\s,{])?["']?origin["']?\s*:\s*(?:["'`]\*["'`]|true\b)"#),
    // Debugging.
    Rule::added(DebugOn, Files::SETTINGS, r"^\s*DEBUG\s*=\s*True\b").unless("(?i)test|development"),
    Rule::added(DebugOn, ANY, r#"\bFLASK_DEBUG["'\]]*\s*[=: ]\s*["']?(?:1|true|True)\b"#).unless("=="),
    Rule::added(DebugOn, Files::PYTHON, r"\b(?:app|application)\.run\(.*\bdebug\s*=\s*True\b"),
    Rule::added(DebugOn, Files::PRODUCTION, r#"(?i)^\s*(?:-\s+)?["']?(?:app[_.]|django[_.])?debug["']?\s*[=:]\s*["']?(?:true|1|on|yes)["',;\s]*$"#),
    Rule::added(DebugOn, Files::DOCKERFILE.and(Files::PRODUCTION), r#"\b(?:ASPNETCORE_ENVIRONMENT|DOTNET_ENVIRONMENT)["']?\s*[=: ]\s*["']?Development\b"#),
    Rule::added(DebugOn, Files::DOCKERFILE.and(Files::PRODUCTION), r#"\b(?:NODE_ENV|RAILS_ENV|RACK_ENV|APP_ENV|FLASK_ENV)["']?\s*[=: ]\s*["']?development\b|\bGIN_MODE["']?\s*[=: ]\s*["']?debug\b"#),
    Rule::added(DebugOn, Files::CONFIG, r#"(?i)<compilation\b[^>]*\bdebug="true"|\bandroid:debuggable="true""#),
    Rule::added(DebugOn, Files::PRODUCTION.and(Files::DOCKERFILE), r#"(?i)^\s*(?:ENV\s+)?(?:DJANGO_DEBUG|APP_DEBUG|DEBUG_MODE|display_errors)\s*[=: ]\s*["']?(?:true|1|on)\b"#),
];
