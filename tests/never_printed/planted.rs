//! Somebody who does not exist, and secrets that open nothing.

use gitops_health_testkit::Transcript;
use gitops_health_testkit::pack::{base64, gzip, tar, zip};

use crate::support::assert_harmless;

/// What is hidden somewhere, each in one place or kind of place only.
pub struct Planted {
    name: String,
    given: String,
    record: String,
    born: String,
    ssn: String,
    phone: String,
    mail: String,
    token: String,
    password: String,
    pub in_message: String,
    pub staged: String,
    pub in_worktree: String,
    broken_record: String,
    broken_name: String,
    in_code: String,
    pub beside_large: String,
    in_yaml: String,
    in_xml: String,
    in_claim: String,
    packed: String,
    in_archive: String,
    in_base64: String,
}

impl Planted {
    pub fn new() -> Self {
        let ssn = |area: &str, serial: &str| [area, "22", serial].join("-");
        Self {
            name: "Zwyrtkova".into(),
            given: "Quirinia".into(),
            record: ["4711", "00815"].concat(),
            born: ["1962", "0110"].concat(),
            ssn: ssn("536", "8145"),
            phone: ["614", "736", "0142"].join("-"),
            mail: ["q.zwyrt", "clinic.example"].join("@"),
            token: ["gl", "pat-", "Qz7Tn2Lw9Vb4", "Xk8Rm3Jd"].concat(),
            password: ["vT9q", "LmW2", "xRb7"].concat(),
            in_message: ssn("537", "8146"),
            staged: ssn("538", "8147"),
            in_worktree: ssn("539", "8148"),
            broken_record: ["6622", "19037"].concat(),
            broken_name: "Przewlocka".into(),
            in_code: ["kD4z", "QpH8", "nYs3"].concat(),
            beside_large: ssn("541", "8149"),
            in_yaml: ssn("542", "8150"),
            in_xml: ssn("543", "8151"),
            in_claim: ["XEH", "7334", "19082"].concat(),
            packed: ssn("544", "8152"),
            in_archive: ssn("545", "8153"),
            in_base64: ssn("546", "8154"),
        }
    }

    fn all(&self) -> [&str; 22] {
        [
            &self.name,
            &self.given,
            &self.record,
            &self.born,
            &self.ssn,
            &self.phone,
            &self.mail,
            &self.token,
            &self.password,
            &self.in_message,
            &self.staged,
            &self.in_worktree,
            &self.broken_record,
            &self.broken_name,
            &self.in_code,
            &self.beside_large,
            &self.in_yaml,
            &self.in_xml,
            &self.in_claim,
            &self.packed,
            &self.in_archive,
            &self.in_base64,
        ]
    }

    /// Messages, sentences and settings: all of it is found there.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let Self { name, given, record, born, ssn, phone, mail, token, password, .. } = self;
        let head = r"MSH|^~\&|APP|LAB|EHR|LAB|20260301120000||ADT^A01|1|P|2.5";
        let scheme = "postgres";
        vec![
            (
                "data/adt.hl7",
                format!(
                    "{head}\rPID|1||{record}^^^LAB^MR||{name}^{given}||{born}|F\rOBX|1|TX|A||ok\r"
                ),
            ),
            (
                "notes/visit.txt",
                format!(
                    "The patient's social security number is {ssn}.\nPatient's phone: {phone}\n\
                     Write to the patient at {mail}.\n"
                ),
            ),
            (
                "app.env",
                format!(
                    "DATABASE_URL={scheme}://svc:{password}@db.example/lab\nGITLAB_TOKEN={token}\n"
                ),
            ),
        ]
    }

    /// Other structures, and text in base64.
    pub fn more_files(&self) -> Vec<(&'static str, String)> {
        let Self { in_yaml, in_xml, in_claim, in_base64, .. } = self;
        let sentence = format!("The patient's social security number is {in_base64}.\n");
        vec![
            ("data/patients.yaml", format!("patients:\n  - ward: 3B\n    ssn: {in_yaml}\n")),
            (
                "data/patient.xml",
                format!(
                    "<?xml version=\"1.0\"?>\n<patient><ward>3B</ward><ssn>{in_xml}</ssn></patient>\n"
                ),
            ),
            (
                "data/claim.x12",
                format!(
                    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       \
                     *260301*1200*^*00501*000000001*0*P*:~GS*HC*SENDER*RECEIVER*20260301*1200*1*X\
                     *005010X222A1~ST*837*0001*005010X222A1~NM1*IL*1******MI*{in_claim}~\
                     SE*3*0001~GE*1*1~IEA*1*000000001~"
                ),
            ),
            ("data/letter.txt", format!("letter: {}\n", base64(sentence.as_bytes(), 10_000))),
        ]
    }

    /// What is packed: it is found, and not taken out.
    pub fn packed_files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let sentence = |ssn: &str| format!("The patient's social security number is {ssn}.\n");
        let (packed, inside) = (sentence(&self.packed), sentence(&self.in_archive));
        vec![
            ("data/letter.gz", gzip(packed.as_bytes())),
            ("data/letters.zip", zip(&[("a.tgz", &gzip(&tar(&[("a.txt", inside.as_bytes())])))])),
        ]
    }

    /// What is broken off or speaks of nothing, so that not all of it can be found.
    pub fn broken_files(&self) -> Vec<(&'static str, String)> {
        let (broken, family, code) = (&self.broken_record, &self.broken_name, &self.in_code);
        let ssn = &self.ssn;
        vec![
            (
                "data/broken.hl7",
                format!("MSH|^~\nPID|1||{broken}^^^LAB^MR||{family}^^^\nPID|\u{1}\nMSH\n"),
            ),
            (
                "data/broken.json",
                format!(
                    "{{\"resourceType\":\"Patient\",\"identifier\":[{{\"type\":{{\"text\":\"MRN\"}},\
                     \"value\":\"{broken}\"}}],\"name\":[{{\"family\":\"{family}"
                ),
            ),
            (
                "data/broken.csv",
                format!("mrn,last_name,ssn\n{broken},\"{family}\",{ssn}\n{broken},\"{family},\n"),
            ),
            (
                "data/broken.sql",
                format!("INSERT INTO patients (mrn, last_name) VALUES ('{broken}', '{family}"),
            ),
            (
                "src/auth/connect.py",
                format!("def connect(password=\"{code}\"):\n    return open(password)\n"),
            ),
        ]
    }

    pub fn is_not_in(&self, text: &[u8], place: &str) {
        let text = text.to_ascii_lowercase();
        for value in self.all() {
            let value = value.to_ascii_lowercase();
            let has = text.windows(value.len()).any(|window| window == value.as_bytes());
            assert!(!has, "{value} is in {place}:\n{}", String::from_utf8_lossy(&text));
        }
    }

    pub fn is_not_said(&self, transcript: &Transcript) {
        self.is_not_in(transcript.stdout.as_bytes(), &transcript.command);
        self.is_not_in(transcript.stderr.as_bytes(), &transcript.command);
        assert_harmless(transcript);
    }
}
