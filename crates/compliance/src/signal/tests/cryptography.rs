use super::{SignalKind, found, has, proves};

#[test]
fn encryption_that_is_off() {
    proves(
        SignalKind::EncryptionOff,
        &[
            ("db.tf", "  storage_encrypted = false"),
            ("cache.tf", "  at_rest_encryption_enabled = false"),
            ("cache.tf", "  transit_encryption_enabled = false"),
            ("vol.tf", "  encrypted = false"),
            ("stack.yml", "      StorageEncrypted: false"),
            ("stack.json", "  \"Encrypted\": false,"),
            ("app.yml", "  encryption: none"),
            ("my.cnf", "innodb_encrypt_tables = OFF"),
            ("tde.sql", "ALTER DATABASE app SET ENCRYPTION OFF;"),
            ("stack.ts", "  storageEncrypted: false,"),
            ("bucket.ts", "  encryption: s3.BucketEncryption.UNENCRYPTED,"),
            ("my.cnf", "require_secure_transport = OFF"),
        ],
        &[
            ("db.tf", "  storage_encrypted = true"),
            ("db.tf", "  # storage_encrypted = false"),
            ("cache.tf", "  transit_encryption_enabled = true"),
            ("app.yml", "  encryption: aes256"),
            ("stack.json", "  \"Encrypted\": true,"),
            ("tde.sql", "ALTER DATABASE app SET ENCRYPTION ON;"),
            ("a.py", "encrypted = False"),
            ("app.yml", "  unencrypted: false"),
            ("app.yml", "  encrypted_password: none"),
        ],
    );
}

#[test]
fn encryption_that_is_removed_and_not_written_in_another_way() {
    let kind = SignalKind::EncryptionOff;
    let removed = ["  server_side_encryption_configuration {", "    sse_algorithm = \"aws:kms\""];
    assert!(has(kind, &found("s3.tf", &[], &removed)));
    assert!(!has(kind, &found("s3.tf", &["    sse_algorithm = \"AES256\""], &removed[1..])));
    assert!(!has(kind, &found("s3.tf", &[], &["resource \"aws_s3_bucket\" \"b\" {", removed[1]])));
    assert!(has(kind, &found("db.tf", &[], &["  storage_encrypted = true"])));
}

#[test]
fn hashes_and_ciphers_that_are_broken() {
    proves(
        SignalKind::WeakHashOrCipher,
        &[
            ("a.java", "MessageDigest digest = MessageDigest.getInstance(\"MD5\");"),
            ("a.java", "Cipher c = Cipher.getInstance(\"AES/ECB/PKCS5Padding\");"),
            ("a.java", "Cipher c = Cipher.getInstance(\"DES\");"),
            ("a.py", "return hashlib.md5(password.encode()).hexdigest()"),
            ("a.py", "cipher = AES.new(key, AES.MODE_ECB)"),
            ("a.js", "crypto.createHash('sha1').update(token)"),
            ("a.cs", "using (var sha = new SHA1Managed())"),
            ("auth/session.go", "h := md5.New()"),
            ("a.rb", "Digest::MD5.hexdigest(password)"),
            ("a.php", "$hash = md5($password);"),
            ("signature.c", "EVP_DigestInit_ex(ctx, EVP_md5(), NULL);"),
            ("src/password.rs", "let mut hasher = Md5::new();"),
        ],
        &[
            ("a.java", "MessageDigest digest = MessageDigest.getInstance(\"SHA-256\");"),
            ("a.java", "Cipher c = Cipher.getInstance(\"AES/GCM/NoPadding\");"),
            ("a.py", "checksum = hashlib.md5(data).hexdigest()"),
            ("a.py", "hashlib.md5(data, usedforsecurity=False)"),
            ("a.py", "# hashlib.md5(data)"),
            ("hash_ring.rb", "key = Digest::MD5.hexdigest(key)"),
            ("lib/chunks.js", "const ident = createHash('md5').update(name)"),
            ("a.py", "name = hashlib.sha1(b_path).hexdigest()"),
            ("a.js", "const etag = crypto.createHash('md5').update(x)"),
            ("a.go", "import \"crypto/md5\""),
            ("a.yml", "file: a.md5"),
            ("a.py", "from hashlib import md5"),
            ("tests/a.py", "hashlib.md5(data)"),
        ],
    );
}

#[test]
fn random_numbers_that_can_be_foreseen() {
    proves(
        SignalKind::RandomNotSecure,
        &[
            ("a.js", "const token = Math.random().toString(36).slice(2);"),
            ("a.py", "password = ''.join(random.choice(letters) for _ in range(12))"),
            ("a.py", "nonce = random.randint(0, 2**32)"),
            ("a.php", "$csrf = md5(mt_rand());"),
            ("a.java", "String sessionId = Long.toString(new Random().nextLong());"),
            ("a.go", "secret := rand.Intn(1000000)"),
            ("a.c", "session_key = rand();"),
            ("a.ts", "return { apiKey: Math.random() };"),
            ("a.java", "String password = RandomStringUtils.randomAlphanumeric(8);"),
        ],
        &[
            ("a.js", "const delay = Math.random() * 100;"),
            ("a.py", "token = secrets.token_hex(16)"),
            ("a.py", "password = ''.join(random.SystemRandom().choice(letters))"),
            ("a.java", "String token = new BigInteger(130, new SecureRandom()).toString();"),
            ("a.go", "secret, err := rand.Int(rand.Reader, max)"),
            ("a.py", "session = random.choice(sessions)"),
            ("a.js", "// const token = Math.random()"),
            ("a.py", "tokens = random.sample(corpus, 10)"),
            ("a.test.js", "const token = Math.random();"),
        ],
    );
}
