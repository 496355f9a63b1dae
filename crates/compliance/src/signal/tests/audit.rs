use super::{Example, SignalKind, changed, found, has, proves, replaced};

const KIND: SignalKind = SignalKind::AuditLoggingRemoved;

#[test]
fn lines_that_wrote_to_the_audit_log() {
    let positive: &[Example] = &[
        ("a.js", "  audit.log('user.deleted', user.id);"),
        ("A.java", "        auditLogger.info(\"login {}\", user);"),
        ("A.java", "    AuditLogger.record(event);"),
        ("a.ts", "await this.auditTrail.record({ action: 'export' });"),
        ("A.java", "    @Audited"),
        ("a.py", "    log_audit_event(request.user, 'delete')"),
        ("a.go", "\tlogAuditEvent(ctx, event)"),
        ("app.yml", "audit: true"),
        ("a.php", "$this->audit->log('x');"),
        ("a.properties", "audit.enabled=true"),
        ("A.cs", "    [Audited]"),
    ];
    let negative: &[Example] = &[
        ("A.java", "import org.example.AuditLogger;"),
        ("a.js", "// audit.log('x')"),
        ("a.py", "def log_audit_event(user, action):"),
        ("A.scala", "override def logAuditMessage(action: Action): Unit = {"),
        ("a.js", "console.log('audit done')"),
        ("app.yml", "audit: false"),
        ("a.go", "log.Info(\"auditor\")"),
        ("tests/a.py", "log_audit_event(user, 'delete')"),
        ("docs/a.py", "log_audit_event(user, 'delete')"),
        ("a.js", "const auditor = new Auditor();"),
    ];
    for (path, line) in positive {
        assert!(has(KIND, &found(path, &[], &[line])), "{path}: {line}");
        assert!(!has(KIND, &found(path, &[line], &[])), "{path}: {line}");
    }
    for (path, line) in negative {
        assert!(!has(KIND, &found(path, &[], &[line])), "{path}: {line}");
    }
}

#[test]
fn an_audit_line_that_is_moved_or_rewritten_is_not_gone() {
    let line = "  audit.log('user.deleted', user.id);";
    assert!(!has(KIND, &found("a.js", &["audit.log('user.deleted', user.id);"], &[line])));
    assert!(!has(KIND, &found("a.js", &["audit.log('user.deleted', user.uuid);"], &[line])));
    let two = [line, "audit.log('b');"];
    assert!(has(KIND, &found("a.js", &["audit.log('c');"], &two)));
    // What stayed stands for itself alone.
    assert!(has(KIND, &found("a.js", &["audit.log('b');"], &two)));
    assert!(has(KIND, &found("a.js", &[line], &[line, line])));
}

#[test]
fn audit_logs_that_are_off() {
    proves(
        SignalKind::AuditLoggingOff,
        &[
            ("app.yml", "audit_enabled: false"),
            ("app.yml", "  audit: off"),
            ("app.properties", "audit.log.enabled=false"),
            ("a.json", "  \"auditLog\": \"disabled\","),
            ("setup.sh", "systemctl disable auditd"),
            ("setup.sh", "auditctl -e 0"),
            ("postgresql.conf", "log_statement = 'none'"),
            ("app.yml", "audit_log_retention_days: 0"),
            ("trail.tf", "  cloudtrail_enabled = false"),
            ("db.sql", "ALTER SYSTEM SET log_statement TO none;"),
        ],
        &[
            ("app.yml", "audit_enabled: true"),
            ("app.yml", "# audit: off"),
            (".npmrc", "audit=false"),
            ("setup.sh", "systemctl enable auditd"),
            ("postgresql.conf", "log_statement = 'ddl'"),
            ("app.yml", "audit_log_retention_days: 365"),
            ("a.py", "audit_enabled = False  # set below"),
            ("setup.sh", "npm config set audit false"),
            ("app.yml", "auditor: none"),
        ],
    );
}

#[test]
fn an_audit_log_that_is_switched_off_below_its_key() {
    let kind = SignalKind::AuditLoggingOff;
    let off = |text: &str| has(kind, &changed("app.yml", text, ""));
    assert!(off("audit:\n  enabled: false\n"));
    assert!(off("app:\n  audit_log:\n    path: x\n    enabled: off # for now\n"));
    assert!(!off("audit:\n  enabled: true\n"));
    assert!(!off("audit:\n  view:\n    enabled: false\n"));
    assert!(!off("cache:\n  enabled: false\n"));
    // The key need not be a changed line.
    let (old, new) = ("audit:\n  enabled: true\n", "audit:\n  enabled: false\n");
    let found = replaced("app.yml", new, old, &[(2, 1, 2, 1)]);
    assert!(has(kind, &found) && has(KIND, &found));
}

#[test]
fn timeouts_of_sessions_that_became_longer() {
    let kind = SignalKind::SessionTimeoutRaised;
    let raised: &[(&str, &str, &str)] = &[
        (
            "app.properties",
            "server.servlet.session.timeout=15m",
            "server.servlet.session.timeout=8h",
        ),
        (
            "web.xml",
            "<session-timeout>15</session-timeout>",
            "<session-timeout>60</session-timeout>",
        ),
        ("a.py", "SESSION_COOKIE_AGE = 60 * 15", "SESSION_COOKIE_AGE = 60 * 60 * 24"),
        ("A.java", "session.setMaxInactiveInterval(900);", "session.setMaxInactiveInterval(3600);"),
        ("app.yml", "idle_timeout: 300", "idle_timeout: 3000"),
        ("a.js", "sessionMaxAge: 900000,", "sessionMaxAge: 9000000,"),
        ("a.go", "IdleTimeout: 10 * time.Minute,", "IdleTimeout: 2 * time.Hour,"),
        ("app.json", "\"sessionTimeout\": 15,", "\"sessionTimeout\": 30,"),
        (
            "web.xml",
            "<session-timeout>15</session-timeout>",
            "<session-timeout>-1</session-timeout>",
        ),
        (
            "A.java",
            "sessionTimeout = Duration.ofMinutes(5);",
            "sessionTimeout = Duration.ofHours(5);",
        ),
    ];
    let kept: &[(&str, &str, &str)] = &[
        ("app.properties", "session.timeout=8h", "session.timeout=15m"),
        ("app.properties", "session.timeout=60m", "session.timeout=1h"),
        ("app.yml", "idle_timeout: 300", "session_timeout: 3000"),
        ("app.yml", "request_timeout: 300", "request_timeout: 3000"),
        ("app.yml", "# idle_timeout: 300", "idle_timeout: 3000"),
        ("app.yml", "idle_timeout: 300", "# idle_timeout: 3000"),
        ("app.yml", "idle_timeout: 300", "idle_timeout: 30m"),
        ("app.yml", "idle_timeout: 300", "idle_timeout: ${TIMEOUT}"),
        ("tests/app.yml", "idle_timeout: 300", "idle_timeout: 3000"),
    ];
    for (path, old, new) in raised {
        assert!(has(kind, &found(path, &[new], &[old])), "{new}");
    }
    for (path, old, new) in kept {
        assert!(!has(kind, &found(path, &[new], &[old])), "{new}");
    }
}
