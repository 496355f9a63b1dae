/// What a changed line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignalKind {
    /// Certificates of servers are no longer checked.
    CertificateCheckOff,
    /// A version of TLS before 1.2, or a broken cipher, is allowed.
    TlsLowered,
    /// Data is stored or sent without encryption.
    EncryptionOff,
    /// Another machine is spoken to over a protocol without encryption.
    PlainTextTransport,
    /// Code of others is fetched over a protocol without encryption.
    PlainTextSource,
    /// A line that wrote to the audit log is gone.
    AuditLoggingRemoved,
    /// The audit log is switched off or no longer kept.
    AuditLoggingOff,
    /// Sessions stay open longer than before.
    SessionTimeoutRaised,
    /// A workflow uses an action that is not named by its digest.
    ActionNotPinned,
    /// A workflow may write, hands on all its secrets, or runs for strangers.
    WorkflowPermissionWidened,
    /// A script is run as it comes from the network.
    ScriptFromNetwork,
    /// A container image has no version, or one that moves.
    ImageNotPinned,
    /// A broken hash or cipher is used.
    WeakHashOrCipher,
    /// A secret is made from random numbers that can be foreseen.
    RandomNotSecure,
    /// Files, networks or interfaces are open to everybody.
    PermissionOpen,
    /// Debugging is switched on where the program is in use.
    DebugOn,
    /// A test is no longer run.
    TestSkipped,
    /// A check may fail and nobody is stopped by it.
    CheckBypassed,
    /// A migration of a database deletes data.
    DestructiveMigration,
}

impl SignalKind {
    /// All kinds, in their order.
    pub const ALL: &[Self] = &[
        Self::CertificateCheckOff,
        Self::TlsLowered,
        Self::EncryptionOff,
        Self::PlainTextTransport,
        Self::PlainTextSource,
        Self::AuditLoggingRemoved,
        Self::AuditLoggingOff,
        Self::SessionTimeoutRaised,
        Self::ActionNotPinned,
        Self::WorkflowPermissionWidened,
        Self::ScriptFromNetwork,
        Self::ImageNotPinned,
        Self::WeakHashOrCipher,
        Self::RandomNotSecure,
        Self::PermissionOpen,
        Self::DebugOn,
        Self::TestSkipped,
        Self::CheckBypassed,
        Self::DestructiveMigration,
    ];

    /// The name for machines: kebab-case.
    pub fn name(self) -> &'static str {
        match self {
            Self::CertificateCheckOff => "certificate-check-off",
            Self::TlsLowered => "tls-lowered",
            Self::EncryptionOff => "encryption-off",
            Self::PlainTextTransport => "plain-text-transport",
            Self::PlainTextSource => "plain-text-source",
            Self::AuditLoggingRemoved => "audit-logging-removed",
            Self::AuditLoggingOff => "audit-logging-off",
            Self::SessionTimeoutRaised => "session-timeout-raised",
            Self::ActionNotPinned => "action-not-pinned",
            Self::WorkflowPermissionWidened => "workflow-permission-widened",
            Self::ScriptFromNetwork => "script-from-network",
            Self::ImageNotPinned => "image-not-pinned",
            Self::WeakHashOrCipher => "weak-hash-or-cipher",
            Self::RandomNotSecure => "random-not-secure",
            Self::PermissionOpen => "permission-open",
            Self::DebugOn => "debug-on",
            Self::TestSkipped => "test-skipped",
            Self::CheckBypassed => "check-bypassed",
            Self::DestructiveMigration => "destructive-migration",
        }
    }

    /// What it means, in one sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::CertificateCheckOff => "Certificates of servers are no longer checked.",
            Self::TlsLowered => "A version of TLS before 1.2, or a broken cipher, is allowed.",
            Self::EncryptionOff => "Data is stored or sent without encryption.",
            Self::PlainTextTransport => {
                "Another machine is spoken to over a protocol without encryption."
            }
            Self::PlainTextSource => {
                "Code of others is fetched over a protocol without encryption."
            }
            Self::AuditLoggingRemoved => "A line that wrote to the audit log is gone.",
            Self::AuditLoggingOff => "The audit log is switched off or no longer kept.",
            Self::SessionTimeoutRaised => "Sessions stay open longer than before.",
            Self::ActionNotPinned => "A workflow uses an action that is not named by its digest.",
            Self::WorkflowPermissionWidened => {
                "A workflow may write, hands on all its secrets, or runs for strangers."
            }
            Self::ScriptFromNetwork => "A script is run as it comes from the network.",
            Self::ImageNotPinned => "A container image has no version, or one that moves.",
            Self::WeakHashOrCipher => "A broken hash or cipher is used.",
            Self::RandomNotSecure => "A secret is made from random numbers that can be foreseen.",
            Self::PermissionOpen => "Files, networks or interfaces are open to everybody.",
            Self::DebugOn => "Debugging is switched on where the program is in use.",
            Self::TestSkipped => "A test is no longer run.",
            Self::CheckBypassed => "A check may fail and nobody is stopped by it.",
            Self::DestructiveMigration => "A migration of a database deletes data.",
        }
    }
}
