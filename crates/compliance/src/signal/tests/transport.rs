use super::{SignalKind, proves};

#[test]
fn certificate_checks_that_are_off() {
    proves(
        SignalKind::CertificateCheckOff,
        &[
            ("a.py", "r = requests.get(url, verify=False)"),
            ("a.py", "context.check_hostname = False"),
            ("a.py", "urlopen(url, context=ssl._create_unverified_context())"),
            ("a.go", "TLSClientConfig: &tls.Config{InsecureSkipVerify: true},"),
            ("a.js", "const agent = new https.Agent({ rejectUnauthorized: false });"),
            ("a.js", "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';"),
            ("a.js", "process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = 0"),
            ("Dockerfile", "RUN curl -sSk https://get.example.io/x -o x"),
            ("a.sh", "curl --insecure https://internal.io/x"),
            ("a.sh", "wget --no-check-certificate https://a.io/x"),
            ("a.php", "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, 0);"),
            ("a.c", "curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);"),
            ("a.sh", "git config --global http.sslVerify false"),
            ("a.java", "builder.setHostnameVerifier(SSLSocketFactory.ALLOW_ALL_HOSTNAME_VERIFIER)"),
            ("app.yml", "url: postgres://db.io/app?sslmode=disable"),
            (".npmrc", "strict-ssl=false"),
            ("a.rs", ".danger_accept_invalid_certs(true)"),
            ("a.cs", "handler.ServerCertificateCustomValidationCallback = (m, c, ch, e) => true;"),
            ("prometheus.yml", "  insecure_skip_verify: true"),
            ("play.yml", "    validate_certs: no"),
            ("a.rb", "http.verify_mode = OpenSSL::SSL::VERIFY_NONE"),
            ("a.properties", "url=jdbc:mysql://db.io/app?useSSL=false"),
        ],
        &[
            ("a.py", "r = requests.get(url, verify=True)"),
            ("a.py", "# requests.get(url, verify=False)"),
            ("a.py", "def get(url, verify=False):"),
            ("a.go", "InsecureSkipVerify: false,"),
            ("a.go", "if cfg.InsecureSkipVerify == true {"),
            ("a.js", "rejectUnauthorized: true"),
            ("a.sh", "curl -sSL https://a.io/x -o x"),
            ("a.sh", "curl -k https://localhost:8443/health"),
            ("a.sh", "sort -k 2 file"),
            ("a.php", "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, 1);"),
            ("app.yml", "url: postgres://localhost/app?sslmode=disable"),
            ("app.yml", "url: postgres://db.io/app?sslmode=verify-full"),
            (".npmrc", "strict-ssl=true"),
            ("README.md", "Use `verify=False` for tests."),
            ("a.java", "import org.apache.http.conn.ssl.NoopHostnameVerifier;"),
            ("tests/a.py", "requests.get(url, verify=False)"),
        ],
    );
}

#[test]
fn versions_of_tls_that_are_too_low() {
    proves(
        SignalKind::TlsLowered,
        &[
            ("nginx.conf", "ssl_protocols TLSv1 TLSv1.1 TLSv1.2;"),
            ("httpd.conf", "SSLProtocol all +TLSv1"),
            ("a.go", "MinVersion: tls.VersionTLS10,"),
            ("a.java", "socket.setEnabledProtocols(new String[] {\"TLSv1\", \"TLSv1.2\"});"),
            ("a.java", "SSLContext context = SSLContext.getInstance(\"SSLv3\");"),
            ("a.py", "context = ssl.SSLContext(ssl.PROTOCOL_TLSv1)"),
            ("a.py", "context.minimum_version = ssl.TLSVersion.TLSv1_1"),
            ("cdn.tf", "  minimum_protocol_version = \"TLSv1_2016\""),
            ("api.tf", "  security_policy = \"TLS_1_0\""),
            ("lb.tf", "  ssl_policy = \"ELBSecurityPolicy-2016-08\""),
            ("az.tf", "  min_tls_version = \"1.0\""),
            ("a.cs", "ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls;"),
            ("a.js", "tls.createServer({ minVersion: 'TLSv1' })"),
            ("nginx.conf", "ssl_ciphers HIGH:RC4-SHA:!aNULL;"),
            ("a.go", "CipherSuites: []uint16{tls.TLS_RSA_WITH_RC4_128_SHA},"),
            ("app.properties", "ssl.enabled.protocols=TLSv1.2,TLSv1.1"),
        ],
        &[
            ("nginx.conf", "ssl_protocols TLSv1.2 TLSv1.3;"),
            ("httpd.conf", "SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1"),
            ("a.go", "MinVersion: tls.VersionTLS12,"),
            ("a.java", "SSLContext.getInstance(\"TLSv1.2\")"),
            ("a.java", "SSLContext.getInstance(\"TLS\")"),
            ("a.py", "context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)"),
            ("a.py", "context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)"),
            ("cdn.tf", "  minimum_protocol_version = \"TLSv1.2_2021\""),
            ("az.tf", "  min_tls_version = \"1.2\""),
            ("a.cs", "ServicePointManager.SecurityProtocol = SecurityProtocolType.Tls12;"),
            ("nginx.conf", "ssl_ciphers HIGH:!aNULL:!MD5:!RC4:!3DES;"),
            ("java.properties", "jdk.tls.disabledAlgorithms=SSLv3, RC4, TLS_RSA_WITH_RC4_128_SHA"),
        ],
    );
}

#[test]
fn addresses_without_encryption() {
    proves(
        SignalKind::PlainTextTransport,
        &[
            ("app.yml", "  url: http://payments.hospital.io/api"),
            ("app.properties", "ldap.url=ldap://directory.hospital.io:389"),
            ("a.py", "BASE = 'http://api.partner.com/v1'"),
            ("a.js", "fetch('http://api.partner.com/v1/users')"),
            ("a.sh", "curl -O http://mirror.centos.org/x.rpm"),
            (".gitmodules", "\turl = git://github.com/a/b.git"),
            ("Cargo.toml", "x = { git = \"http://github.com/a/x\" }"),
            ("a.go", "resp, err := http.Get(\"http://metrics.vendor.com/push\")"),
            ("Dockerfile", "ADD http://files.vendor.com/a.tgz /a.tgz"),
            ("a.java", "String url = \"ftp://files.vendor.com/in\";"),
        ],
        &[
            ("app.yml", "  url: https://payments.hospital.io/api"),
            ("app.yml", "  url: http://localhost:8080/api"),
            ("app.yml", "  url: http://127.0.0.1:8080/api"),
            ("compose.yml", "  REDIS: http://cache:6379"),
            ("k8s.yml", "  url: http://api.default.svc.cluster.local:80"),
            ("pom.xml", "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">"),
            ("a.java", " * http://www.apache.org/licenses/LICENSE-2.0"),
            ("a.java", "String ns = \"http://www.w3.org/2000/svg\";"),
            ("a.py", "URL = 'http://example.com/a'"),
            ("a.py", "# see http://api.partner.com"),
            ("README.md", "http://api.partner.com"),
            ("a.js", "if (url.startsWith('http://api.partner.com')) {"),
            ("a.py", "url = 'http://%s:%d' % (host, port)"),
        ],
    );
}
