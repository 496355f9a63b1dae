//! Encryption, hashes, ciphers and random numbers.

use super::Files;
use super::Rule;
use super::SignalKind::{EncryptionOff, RandomNotSecure, WeakHashOrCipher};

const DECLARED: Files = Files::CONFIG.and(Files::INFRASTRUCTURE);

const fn weak(pattern: &'static str) -> Rule {
    // Sums that find damage or changes, and not attackers, may be weak.
    Rule::added(WeakHashOrCipher, Files::CODE, pattern).unless(
        r"(?i)check_?sum|md5_?sum|sha1_?sum|e-?tag|cache|finger_?print|thumb|file|path|lock|content|\bblob|chunk|data_hash|host_?name|\bsrc\b|_old\b|_new\b|sshkey|keyparts|usedforsecurity\s*=\s*False|^\s*(?:import|from|using\s+[\w.]+;)|==|\bcase\b|deprecated|git_?(?:hash|object)",
    )
}

/// A hash that is as often made to find changes: it counts where the line or the path is about security.
const fn sum(pattern: &'static str) -> Rule {
    weak(pattern).about(
        r"(?i)passw|secret|token|\bsign|signature|hmac|cert|security|session|login|jwt|saml|oauth|authent|authori[sz]|credential|\bsalt|nonce|csrf|\bapi_?key|\buser",
    )
}

pub(super) const RULES: &[Rule] = &[
    Rule::added(EncryptionOff, DECLARED, r#"(?i)(?:^|[\s,{"'._-])(?:storage_?encrypted|at_?rest_?encryption_?enabled|transit_?encryption_?enabled|encrypt_?at_?rest|encryption_?(?:at_?rest|in_?transit)|enable_?(?:disk_?)?encryption|(?:disk_?)?encryption[_.]?enabled|is_?encrypted|encrypted|kms_?(?:encrypted|enabled)|enable_?kms|(?:sse|server_?side_?encryption)_?enabled|node_?to_?node_?encryption|require_secure_transport|innodb_encrypt_tables)["']?\s*[=:]\s*["']?(?:false|off|no|disabled|0)(?:["',;\s}]|$)"#),
    Rule::added(EncryptionOff, Files::CODE, r"\b(?:storageEncrypted|transitEncryptionEnabled|atRestEncryptionEnabled|encryptionAtRest|enableEncryption)\s*[:=]\s*(?:false|False)\b|\bBucketEncryption\.UNENCRYPTED\b"),
    Rule::added(EncryptionOff, DECLARED, r#"(?i)^\s*(?:-\s+)?["']?[\w.]*(?:encryption|sse)(?:_?(?:mode|type|algorithm|protocol|at_?rest))?["']?\s*[=:]\s*["']?(?:none|off|disabled|plaintext|unencrypted)["',;\s]*$"#),
    Rule::added(EncryptionOff, Files::SQL.and(Files::MIGRATION), r"(?i)\bSET\s+ENCRYPTION\s+OFF\b|\bENCRYPTION\s*=\s*'N'|\bDROP\s+DATABASE\s+ENCRYPTION\s+KEY\b"),
    Rule::removed(EncryptionOff, Files::INFRASTRUCTURE, r#"^\s*(?:-\s+)?["']?(?:server_side_encryption(?:_configuration)?|ServerSideEncryptionConfiguration|BucketEncryption|kms_master_key_id|KMSMasterKeyID|sse_algorithm|SSEAlgorithm)["']?\s*(?:[=:{]|$)"#).before(80, RESOURCE),
    Rule::removed(EncryptionOff, Files::INFRASTRUCTURE, r#"^\s*["']?(?:storage_encrypted|StorageEncrypted|at_rest_encryption_enabled|transit_encryption_enabled)["']?\s*[=:]\s*["']?true\b"#).before(80, RESOURCE),
    // Hashes.
    weak(r#"\bMessageDigest\.getInstance\(\s*"(?:MD[245]|SHA-?1|SHA)""#),
    sum(r#"\bhashlib\.(?:md5|sha1)\(|\bhashlib\.new\(\s*["'](?:md5|sha1)"#),
    sum(r#"\bcreateH(?:ash|mac)\(\s*["'](?:md5|sha1)["']"#),
    weak(r"\b(?:MD5|SHA1)(?:CryptoServiceProvider|Managed|Cng)\b|\b(?:MD5|SHA1)\.(?:Create|HashData)\("),
    sum(r"\b(?:md5|sha1)\.(?:New|Sum)\("),
    sum(r"\bDigest::(?:MD5|SHA1)\b|\bOpenSSL::Digest(?:::|\.new\(['\x22])(?:MD5|SHA1)\b"),
    weak(r"(?i)\b(?:md5|sha1)\(\s*\$\w*(?:pass|pwd|token|secret)"),
    sum(r"\bEVP_(?:md[245]|sha1)\(\)|\bMD5_(?:Init|Update)\("),
    sum(r"\b(?:Md5|Sha1)::(?:new|digest)\("),
    sum(r"\bhashes\.(?:MD5|SHA1)\(|\bDigestUtils\.(?:md5|sha1?)(?:Hex)?\(|\bHashing\.(?:md5|sha1)\(\)"),
    // Ciphers. A name without a mode is ECB in Java, too, but says it less clearly.
    weak(r#"\bCipher\.getInstance\(\s*"(?:(?:DES|DESede|RC4|RC2|ARCFOUR|Blowfish)\b|\w+/ECB\b)"#),
    weak(r"\bcreateCipher(?:iv)?\(\s*['\x22](?i:des|rc4|rc2|bf|[\w-]*-ecb)[\w-]*['\x22]"),
    weak(r"\b(?:DES|TripleDES|RC2)\.Create\(|\bCipherMode\.ECB\b|\b(?:DES|TripleDES|RC2)CryptoServiceProvider\b"),
    weak(r"\bEVP_(?:des_\w+|rc4\w*|\w+_ecb)\(\)"),
    weak(r"\bdes\.New(?:TripleDES)?Cipher\(|\brc4\.NewCipher\("),
    weak(r"\b(?:DES3?|ARC[24])\.new\(|\b(?:AES|DES3?)\.MODE_ECB\b|\bmodes\.ECB\(|\balgorithms\.(?:TripleDES|ARC4|Blowfish|IDEA)\("),
    weak(r"\bPBEWithMD5And\w+|\bOpenSSL::Cipher(?:::Cipher)?\.new\(['\x22](?i:des|rc4|[\w-]*-ecb)"),
    // Random numbers that become secrets.
    Rule::added(RandomNotSecure, Files::CODE, r"(?i:token|secret|passw(?:or)?d|nonce|session_?(?:id|key)|\botp|csrf|api_?key|\bsalt)\w*\W{0,6}(?:=|\breturn\b|:|\().*(?:\bMath\.random\(|\brandom\.(?:random|randint|choice|choices|randrange|sample|getrandbits)\(|\bm?t?_?rand\(|\bnew\s+Random\(|\brand\.(?:Intn?|Int31n?|Int63n?|Float64)\(|\bRandomStringUtils\.random)").unless(RANDOM),
    Rule::added(RandomNotSecure, Files::CODE, r"\b(?:Math\.random\(|random\.(?:random|randint|choice|choices|randrange|sample|getrandbits)\(|mt_rand\(|new\s+Random\().*(?i:(?:auth|access|csrf|reset|session|secret)[_A-Za-z]*token|secret|passw(?:or)?d|nonce)").unless(RANDOM),
];

/// The head of what is encrypted: where it is gone, too, nothing is left to encrypt.
const RESOURCE: &str = r#"^\s*(?:-\s+)?(?:resource\s+"|module\s+"|"?Type"?\s*:\s*"?AWS::)"#;

/// Sources that are secure, and words that only look like secrets.
const RANDOM: &str = r"(?i)SystemRandom|SecureRandom|crypto|rand\.Reader|tokeni[sz]e|tokens\b|secrets\.|num_?tokens|max_?tokens";
