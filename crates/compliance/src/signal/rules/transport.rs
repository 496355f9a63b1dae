//! What goes over the network: certificates, versions of TLS, protocols without encryption.

use super::Files;
use super::Rule;
use super::SignalKind::{CertificateCheckOff, PlainTextSource, PlainTextTransport, TlsLowered};

const ANY: Files = Files::CODE.and(Files::CONFIG).and(Files::SCRIPT);
const SHELL: Files = Files::SCRIPT.and(Files::YAML);

/// A machine that is this one.
const HERE: &str = r"localhost|127\.0\.0\.|\[::1\]|host\.docker\.internal";

const fn check(files: Files, pattern: &'static str) -> Rule {
    // Comparisons and definitions say nothing about what is done.
    Rule::added(CertificateCheckOff, files, pattern)
        .unless(r"==|!=|\bcase\b|\bif\b.*:$|^\s*(?:import|from|def|#\s*define)\b")
}

const fn lower(files: Files, pattern: &'static str) -> Rule {
    Rule::added(TlsLowered, files, pattern).unless(
        r"(?i)==|!=|~|\bif\b|\bcase\b|disabled|insecure(?:$|[^s]|s(?:$|[^k]))|weak|deny|forbid|exclude|blacklist|blocklist|['\x22](?:TLS|SSL)_\w+['\x22]\s*:|['\x22](?:tls|ssl)v?[\d._]+['\x22]\]?\s*[:=]|^\s*(?:import\b|using\s+[\w.]+;)",
    )
}

pub(super) const RULES: &[Rule] = &[
    // Clients in Python, and the settings that are written like theirs.
    check(Files::PYTHON, r"\bverify\s*=\s*False\b").unless(r"\bdef\b|(?i:jwt|decode|signature)|==|=\s*None\b"),
    check(ANY, r#"(?i)\bssl[_.-]?verify["']?\s*(?:=>|[=: ])\s*["']?(?:false|0|no|off)\b"#),
    check(ANY, r#"(?i)\bverify[_.-]?(?:ssl|tls|certs?|certificates?)["']?\s*(?:=>|[=:])\s*["']?(?:false|0|no|off)\b"#),
    check(Files::PYTHON, r"\bssl\._create_unverified_context\b|=\s*ssl\.CERT_NONE\b"),
    check(Files::PYTHON, r"\bcheck_hostname\s*=\s*False\b|\bcert_reqs\s*=\s*['\x22](?:CERT_)?NONE\b"),
    check(Files::CODE, r"(?:=|=>|\()\s*(?:OpenSSL::)?SSL(?:::|\.)VERIFY_NONE\b|(?:[(,=]|=>)\s*(?:IO::Socket::SSL::|Net::SSLeay::)?(?:SSL_)?VERIFY_NONE\b|\bSSL_verify_mode\b['\x22]?\s*=>\s*(?:0x0+|0)\b"),
    // Go, Node, Rust, .NET, Java.
    check(Files::CODE, r"\bInsecureSkipVerify\s*[:=]\s*true\b"),
    check(ANY, r#"(?i)\brejectUnauthorized["']?\s*[:=]\s*["']?false\b"#),
    check(ANY, r#"\bNODE_TLS_REJECT_UNAUTHORIZED["'\]]*\s*[=: ]\s*["']?0\b"#),
    check(ANY, r#"\bPYTHONHTTPSVERIFY["'\]]*\s*[=: ]\s*["']?0\b"#),
    check(Files::CODE, r"\bdanger_accept_invalid_(?:certs|hostnames)\(\s*true"),
    check(Files::CODE, r"\bServerCertificate(?:Custom)?Validation(?:Callback)?\b\s*\+?=\s*.*(?:=>\s*(?:\{\s*return\s+)?true|return\s+true)"),
    check(Files::CODE, r"\bDangerousAcceptAnyServerCertificateValidator\b"),
    check(Files::CODE, r"\b(?:ALLOW_ALL_HOSTNAME_VERIFIER|(?:AllowAll|Noop)HostnameVerifier|TrustAllStrategy|InsecureTrustManagerFactory|TrustAllCert\w*|trustAllCert\w*)\b"),
    check(Files::CODE, r"\b[sS]etHostnameVerifier\(\s*\([^)]*\)\s*->\s*true"),
    check(ANY, r#"(?i)\bverify_?peer["']?\s*(?:=>|[:=])\s*(?:false|0)\b"#),
    check(ANY, r#"\bCURLOPT_SSL_VERIFY(?:PEER|HOST)["']?\s*(?:,|=>)\s*(?:0L?|false|FALSE)\b"#),
    // Programs on the command line.
    check(SHELL, r#"\bcurl\b(?:[^|;&]*\s)(?:-[a-zA-Z]{0,5}k[a-zA-Z]{0,5}|--insecure)(?:\s|$|["'])"#).unless(HERE),
    check(ANY, r"(?:^|[\s'\x22])--no-check-certificate\b"),
    check(ANY, r#"\bGIT_SSL_NO_VERIFY["'\]]*\s*[=: ]\s*["']?(?:1|true)\b"#),
    check(ANY, r#"\bstrict-ssl["']?\s*[\s=:]\s*["']?false\b"#),
    check(SHELL, r"(?i)(?:^|\s|['\x22])--insecure-skip-tls-verify(?:=true)?(?:\s|$|['\x22])"),
    // Settings of services and of connections.
    check(Files::CONFIG, r#"(?i)\b(?:insecure[_-]?skip[_-]?(?:tls[_-]?)?verify|(?:tls_?)?skip_?tls_?verify|tls_?skip_?verify)\w*["']?\s*[:=]\s*["']?true\b"#),
    check(ANY, r#"(?i)\bsslmode["']?\s*[=:]\s*["']?(?:disable|allow)\b"#).unless(HERE),
    check(ANY, r"(?i)[?&;]useSSL=false\b|\bverifyServerCertificate=false\b|\btrustServerCertificate=(?:true|yes)\b").unless(HERE),
    check(ANY, r#"(?i)\btlsAllowInvalid(?:Certificates|Hostnames)["']?\s*[=:]\s*["']?true\b"#),
    check(Files::YAML, r#"^\s*(?:-\s+)?["']?validate_certs["']?\s*:\s*["']?(?:no|false|off)\b"#),
    check(Files::CONFIG, r"\bproxy_ssl_verify\s+off\b"),
    // The least version of TLS.
    lower(ANY, r"\bssl_protocols\s[^;]*\b(?:SSLv[23]|TLSv1(?:\.1)?)(?:[\s;]|$)").unless("^$"),
    lower(ANY, r"\bSSLProtocol\s(?:.*\s)?\+?(?:SSLv[23]|TLSv1(?:\.1)?)(?:\s|$)").unless("^$"),
    lower(Files::CODE, r"\bMinVersion\s*[:=]+\s*(?:tls\.)?Version(?:TLS1[01]|SSL30)\b"),
    lower(ANY, r#"(?i)\b(?:setEnabledProtocols|enabled[_.-]?protocols?|https\.protocols|ssl[_.-]?protocols?|sslcontext\.getinstance|tls[_.-]?protocols?)["']?\s*(?:=>|[=:(,])\s*(?:.*[\s"',(\[{])?(?:SSLv[23]|TLSv1(?:\.1)?)(?:["',;\s)\]]|$)"#),
    lower(Files::PYTHON, r"\bPROTOCOL_(?:TLSv1(?:_1)?|SSLv[23])\b|\bminimum_version\s*=.*\bTLSVersion\.(?:TLSv1(?:_1)?|SSLv3)\b"),
    lower(ANY, r#"(?i)\b(?:min(?:imum)?[_-]?(?:tls|ssl)?[_-]?(?:protocol)?[_-]?version|(?:tls|ssl)[_-]?min(?:imum)?(?:[_-]?protocol)?[_-]?version|minProtocol|(?:ssl|security)[_-]?policy)["']?\s*[=:]\s*["']?(?:SSLv3|TLSv?_?1(?:[._]?[01]|_2016|[._]1_2016)?|ELBSecurityPolicy-(?:2016-08|2015-\d\d|TLS-1-[01]-\S+))(?:["',;\s]|$)"#),
    lower(ANY, r#"(?i)\b(?:min(?:imum)?[_-]?tls[_-]?(?:protocol[_-]?)?version|tls[_-]?min[_-]?(?:protocol[_-]?)?version)["']?\s*[=:]\s*["']?1\.[01]\b"#),
    lower(Files::CODE, r"(?:=|\|)\s*(?:System\.Net\.)?(?:SecurityProtocolType\.(?:Ssl3|Tls11|Tls)|SslProtocols\.(?:Ssl[23]|Tls11|Tls))\b"),
    lower(Files::CODE, r#"\b(?:minVersion|secureProtocol)["']?\s*:\s*["'](?:TLSv1(?:\.1)?|TLSv1(?:_1)?_method|SSLv[23]_method)["']"#),
    lower(SHELL, r"\b(?:curl|wget)\b.*\s(?:--tlsv1\.[01]|--sslv[23]|-[23]|--secure-protocol=(?:SSLv[23]|TLSv1(?:_1)?))(?:\s|$)"),
    // Broken ciphers. `!RC4` takes one away.
    lower(ANY, r#"(?i)\b(?:ssl_?ciphers?|SSLCipherSuite|CipherString|ciphers|tls_?ciphers?|cipher_?suites?)["']?\s*[\s=:(]\s*["'(]?(?:[^;]*[:, +"'(]|[^;]*[a-z]-)?(?:RC4|3DES|DES-CBC3|(?-i:aNULL|eNULL|NULL|EXPORT|EXP))(?:[:,;\s"'+-]|$)"#),
    lower(ANY, r"\b(?:TLS|SSL)_\w*WITH_(?:RC4|3DES|NULL|DES|DES40|RC2)_\w+"),
    // Addresses of other machines.
    Rule::added(PlainTextTransport, Files::CONFIG.and(Files::SCRIPT), ADDRESS)
        .unless(IDENTIFIERS)
        .names(HOST),
    Rule::added(PlainTextTransport, Files::CODE, USED_ADDRESS).unless(IDENTIFIERS).names(HOST),
    // Where packages come from, also where only a text is made of it.
    Rule::added(PlainTextTransport, SHELL, r#"(?i)\b(?:baseurl|mirrorlist|metalink)\s*=\s*["']?http://[a-z0-9]|\bdeb(?:-src)?\s+(?:\[[^\]]*\]\s+)?http://[a-z0-9]"#)
        .unless(HERE)
        .names(HOST),
    // Where code of others is fetched from.
    source(Files::SUBMODULES, r"^\s*url\s*=\s*(?:http|git|ftp)://"),
    source(Files::CONFIG, r"^\s*<url>\s*(?:http|ftp)://").inside(REPOSITORY),
    source(Files::CONFIG, r"<(?:repository|pluginRepository|snapshotRepository|mirror)>.*<url>\s*(?:http|ftp)://"),
    source(Files::CONFIG, r#"^\s*"[^"]+"\s*:\s*"(?:git\+http|git|http)://"#).inside(DEPENDENCIES),
    source(ANY, r#"(?i)(?:^|[\s"'])(?:--(?:extra-)?index-url|--find-links)[ =]\s*http://|\b(?:extra-)?index-url\s*=\s*http://|\bgit\+(?:http|git)://"#),
    source(Files::CONFIG, r"^\s*-[if]\s+http://"),
    source(Files::CONFIG, r#"\b(?:git|index|registry)["']?\s*[=:]\s*["']?(?:http|git)://"#),
    source(ANY, r#"^\s*(?:source|:?git(?::|\s*=>))\s*\(?\s*["'](?:http|git)://|,\s*:?git(?::|\s*=>)\s*["'](?:http|git)://"#),
    source(Files::CODE, r#"^\s*(?:url|setUrl)\b[\s=(]*(?:uri\s*\(\s*)?["']http://"#).inside(r"\b(?:maven|ivy)\b"),
    source(Files::CODE, r#"\b(?:maven|ivy)\s*[({]\s*(?:url\b)?[\s=(]*(?:uri\s*\(\s*)?["']http://"#),
    source(Files::CONFIG, r#""type"\s*:\s*"(?:vcs|git|composer|package)".*"url"\s*:\s*"(?:http|git)://"#),
    // Connections that are made without encryption by their name.
    Rule::added(PlainTextTransport, Files::CODE, r"\bgrpc\.WithInsecure\(\s*\)|\binsecure\.NewCredentials\(\s*\)|\bgrpc\.insecure_channel\(|\.usePlaintext\(\s*\)|\bChannelCredentials\.(?:Insecure\b|createInsecure\()|\bcredentials\.createInsecure\(")
        .unless(HERE),
];

/// What is a place of packages, in settings of Maven.
const REPOSITORY: &str = r"<(?:repository|pluginRepository|snapshotRepository|mirror)\b";

/// What lists packages, in JSON.
const DEPENDENCIES: &str = r#"(?i)"(?:\w*dependencies|resolutions|overrides)"\s*:"#;

const fn source(files: Files, pattern: &'static str) -> Rule {
    Rule::added(PlainTextSource, files, pattern)
        .unless(r"localhost|127\.0\.0\.|\[::1\]|://(?:[\w-]+\.)*example\.")
        .names(HOST)
}

/// An address with a host that has a dot and ends like a name of the Internet does.
const ADDRESS: &str = r"(?i)\b(?:http|ftp|ldap|git|telnet|ws)://(?:[\w.%-]+(?::[^@\s/]*)?@)?[a-z0-9][a-z0-9.-]*\.[a-z]{2,12}(?:[:/?#\x22'\s)>,;`\]]|$)";

/// The machine of an address.
const HOST: &str = r#"(?i)((?:http|ftp|ldap|git|telnet|ws)://[^/\s"'`|?\#]+)"#;

/// The same in a program, where it is called or given to a name that is one for addresses: other texts are only shown.
const USED_ADDRESS: &str = r#"(?ix)
    (?:(?:url|uri|endpoint|host|server|base|api|proxy|registry|repo|repository|mirror|address|location|remote|origin|site|service)s?(?:_?\d)?["'\]]*\s*(?::=|=>|=|:\s)\s*[\[({]?
      |(?:get|post|put|fetch|open|connect|request|download|dial|axios|retrieve|load|clone|create|install|url|uri)\w*\s*\(\s*)
    [a-z]{0,2}["'`]
    (?:http|ftp|ldap|git|telnet|ws)://(?:[\w.%-]+(?::[^@\s/]*)?@)?[a-z0-9][a-z0-9.-]*\.[a-z]{2,12}(?:[:/?\#"'\s)>,;`\]]|$)"#;

/// Hosts that are examples, this machine or within a cluster; addresses that only name something; and lines that show an
/// address to people.
const IDENTIFIERS: &str = r"(?ix)
    ://(?:[^/\s]*[.@])?(?:localhost|example|test|invalid|local|internal|svc|cluster|corp|lan|home|foo|bar|somewhere|mycompany|acme|domain|host|server|site|yourdomain)(?:[.:/\x22'\s)]|$)
  | ://(?:[^/\s]*\.)?(?:example|test)\d*\.
  | ://(?:[\w-]+\.)*(?:w3|xmlsoap|oasis-open|apache|gnu|opensource|json-schema|purl|hl7|loinc|snomed|unitsofmeasure|springframework|mozilla|adobe|creativecommons|schema|dublincore|omg|jcp|sun|oracle|microsoft|xml|relaxng|docbook|ogc|opengis|openid|ietf|rfc-editor|iana|unicode|wikipedia|stackoverflow|bsd|eclipse|hibernate|jboss|java|slf4j|python|specs|schemas|xmlns|dtd|nema|nih|arxiv|doi|wikimedia|liquibase)\.(?:[\w-]+\.)*[a-z]{2,4}(?:[/:\x22'\s)>\#,;]|$)
  | ^\s*[\x22']?(?:http|ftp)://|^\s*\x22url\x22:\s*\x22(?:git:|http.*\.git\x22)|://(?:your|my)\b|/ns/|/xml/|/dtd/|<http
  | (?:project|icon|doc|docs|help|info|web|release_?notes)_?(?:site|url)|website|\bexample|\bsed\s|\bdescribe|\btitle
  | xmlns|schema|namespace|doctype|licen[cs]e|copyright|homepage|home_page|\burn:|@see\b|\bhref\b|author|\.dtd\b|\.xsd\b|\bissue|\bbug|\bticket
  | (?:startswith|hasprefix|starts_with|indexof|contains|replace\w*|print\w*|log\w*\.\w+|help|description|usage|echo|assert\w*|message|comment|throw|error\w*)\s*[\(=:\x22'\s]
  | ^\s*<(?:url|organizationUrl|id|link|archive|otherArchive|subscribe|unsubscribe|post|src|logo)>
";
