//! What fuzzing begins with: a small text of each form, and the examples of all rules. Made when it is needed, of
//! parts that say nothing, so that no scanner stops at this page and nothing that looks real is kept.

mod certificates;
mod policies;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gitops_health_sanitize::{BUILT_IN, Baseline, Key, write_out};
use gitops_health_testkit::pack::{base64, gzip, tar, zip, zlib};
use serde_yaml::Value;

/// Texts in which `@` stands for a bar, `!` for a quotation mark, `;` for a colon, `#` for a digit, and `_` for nothing.
const TEXTS: &[&str] = &[
    "MSH@^~\\&@LAB@WEST@EHR@EAST@2024#1#1####@@ADT^A01@7@P@2.5\rPID@1@@#########^^^LAB^MR~###-##-####^^^US^SS@@\
     Do_e^Ja_ne^Q@@19##01##@F@@@12 Mai_n St^^Spring_field^IL^62###@@(###)###-####\r\
     NK1@1@Do_e^Jo_hn@SPO@@###-###-####\rPV1@1@I@@@@1234^Wel_by^Mar_cus\r\
     IN1@1@@#####@Acme@@@@@@@@@@@Do_e^Ja_ne@18@19##0101@@@@@@@@@@@@@@@@@@W########\r\
     OBX@1@TX@1@@Pa_tient Ja_ne Do_e was seen on 03/0#/2024.||||||F\r",
    "IS_A*00*          *00*          *ZZ*ONE            *ZZ*TWO            *24#1#1*1###*^*00501*1#########*0*P*;~\
     GS*HC*ONE*TWO*2024#1#1*1###*1*X*005010X222A1~S_T*837*0001~N_M1*IL*1*DO_E*JA_NE****MI*W########~\
     N3*12 MA_IN ST~N4*SPRING_FIELD*IL*62###~D_MG*D8*19##01##*F~R_EF*SY*#########~CLM*A1#####*500***11;B;1~\
     HI*ABK;J45~DTP*472*D8*2024#1#1~SE*9*0001~",
    "{!resource_Type!;!Pa_tient!,!id!;!p#####!,!identi_fier!;[{!type!;{!coding!;[{!code!;!MR!}]},!value!;!########!}],\
     !name!;[{!fam_ily!;!Do_e!,!giv_en!;[!Ja_ne!]}],!tele_com!;[{!system!;!phone!,!value!;!###-###-####!}],\
     !birth_Date!;!19##-01-1#!,!addr_ess!;[{!line!;[!12 Mai_n St!],!city!;!Spring_field!,!postalCode!;!62###!}],\
     !text!;{!div!;!<div>Ja_ne \\u0044\\u006fe &uuml; \\n</div>!}}",
    "{!resource_Type!;!Bundle!,!entry!;[{!fullUrl!;!urn;uuid;a#!,!resource!;{!resource_Type!;!Pa_tient!,\
     !name!;[{!text!;!Ja_ne Do_e!}]}},{!resource!;{!resource_Type!;!Observation!,!subject!;{!reference!;!urn;uuid;a#!,\
     !display!;!Ja_ne Do_e!},!effectiveDateTime!;!2024-01-1#T10;00;00Z!}}]}",
    "<?xml version=!1.0!?><Clini_calDocument xmlns=!urn;hl7-org;v3!><recordTarget><patientRole>\
     <id extension=!########! root=!2.16.840!/><addr><streetAddressLine>12 Mai_n St</streetAddressLine>\
     <postalCode>62###</postalCode></addr><telecom value=!tel;###-###-####!/><patient><name><given>Ja_ne</given>\
     <family>Do_e</family></name><birthTime value=!19##01##!/></patient></patientRole></recordTarget>\
     <component><text><![CDATA[Seen by D_r. Wel_by on 0#/1#/2024]]></text></component></Clini_calDocument>",
    "pati_ent_id,first_name,last_name,dob,ssn,phone,zip\n#######,Ja_ne,Do_e,19##-01-1#,###-##-####,###-###-####,62###\n\
     #######,!Jo_hn!!s!,Ro_e,19##-01-1#,###-##-####,###-###-####,62###\n",
    "CREATE TABLE pati_ents (id int, name text, ssn text);\nINSERT IN_TO pati_ents (id, first_name, last_name, ssn, dob) \
     VALUES (#, 'Ja_ne', 'O''Do_e', '###-##-####', '19##-01-1#'), (#, 'Jo_hn', NULL, #########, '19##-01-1#');\n\
     COPY pati_ents (mrn, last_name) FR_OM stdin;\n#######\tDo_e\n\\.\n",
    "pati_ent;\n  first_na_me; Ja_ne\n  last_na_me; Do_e\n  date_of_bi_rth; 19##-01-1#\n  mrn; !#######!\n\
     data_base;\n  pass_word; x#y#z#Q#w#e#\n  url; postgres;//user;pa#s#w#@_db._inter_nal.o_rg;5432/x\n",
    "pati_ent.name=Ja_ne Do_e\nPATI_ENT_SSN = !###-##-####!\nlet mrn = '########';\nDear M_rs. Do_e,\n",
    "Pa_tient Ja_ne Do_e, a 9# ye_ar old woman of Spring_field, was admi_tted to Mer_cy Hos_pital on Mar_ch 1#, 2024 by \
     D_r. Mar_cus Wel_by. MRN; #######. DOB; 0#/1#/19##. Call (###) ###-#### or write to jdo_e@clinic#.org, \
     http;//clinic.org/p/#####, 10.#.#.1#, SSN ###-##-####, fax ###-###-####, account number ########, \
     license D#######, VIN 1HGCM82633A######, card 4### #### #### ####, IBAN DE## #### #### #### #### ##.\n",
    "see%20pa_ti%65_nt%20%4_aane%20D%6_fe and &#7_4;ane &#x4_4;oe &lt;b&gt;pati_ent&lt;/b&gt; MRN; ####### \\u004aane\n",
    "<A><PI_D><PI_D.3><CX.1>#######</CX.1></PI_D.3><PI_D.5><XPN.1><FN.1>Do_e</FN.1></XPN.1><XPN.2>Ja_ne</XPN.2></PI_D.5>\
     <PI_D.7.1>19##01##</PI_D.7.1></PI_D></A>\ngot MSH@^~\\&@LAB@A<CR>PID@1@@#######^^^LAB^MR@@Do_e^Ja_ne<CR>\n",
    "{!0010_0010!;{!vr!;!PN!,!Value!;[{!Alphabetic!;!Do_e^Ja_ne!}]},!0040_0275!;{!vr!;!SQ!,!Value!;[{!0010_0020!;\
     {!vr!;!LO!,!Value!;[!#####!]}}]}}\n(00_10,0010) PN [Do_e^Ja_ne]  # 8, 1 Pati_entName\n\
     (00_10, 0020) Pati_ent ID  LO; '#######'\n",
    "x = !<Pati_ent xmlns=\\!http;//hl7.org/fhir\\!><name><family value=\\!Do_e\\!/></name></Pati_ent>!\n\
     y = { pati_ent; { name; 'Ja_ne Do_e', ids; [{ type; 'MRN', value; '#######' }] } }\n\
     <pati_ent><name>Ja_ne Do_e</name><dob>19##-01-1#</dob></pati_ent>\nmember;\n  name; Ja_ne Do_e\n  ssn; ###-##-####\n",
    "S_T*820*0001~ENT*1*2J*EI*#########~N_M1*IL*1*DO_E*JA_NE****N*#########~RMR*AZ*########~SE*5*0001~\
     S_T*277*0001~HL*1**22~N_M1*QC*1*DO_E*JA_NE****MI*W########~TRN*2*A#####~SE*5*0001~",
    "./enroll --m_rn ####### --last-name Do_e \\\n  --dob 19##-01-1#\n{;m_rn !#######! ;last-name !Do_e!}\n\
     Pati_ent\u{a0}Ja_ne Do_e has the SSN ###\u{2013}##\u{2013}#### (MRN\u{ff1a}####\u{200b}###)\n\
     UPDATE pati_ents SET last_name = $$Do_e$$ WHERE m_rn = #######;;bigint;\n",
];

/// Writes a directory of seeds for each target, and a dictionary.
pub fn write(directory: &Path) -> io::Result<()> {
    let texts = texts();
    write_all(&directory.join("scan"), &with_first(&texts, &[0, 1, 130, 131]))?;
    write_all(&directory.join("clean"), &with_first(&texts, &[0, 1, 2, 3, 4]))?;
    write_all(&directory.join("read"), &settings())?;
    write_all(&directory.join("certificate"), &certificates::seeds())?;
    write_all(&directory.join("policy"), &policies::seeds())?;
    fs::write(directory.join("tokens.dict"), dictionary())
}

fn write_all(directory: &Path, seeds: &[Vec<u8>]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(directory.join(format!("seed-{number:03}")), seed)?;
    }
    Ok(())
}

/// Each of these in one of several ways, in turn; the plain ones in the last, too.
fn with_first(texts: &[Vec<u8>], ways: &[u8]) -> Vec<Vec<u8>> {
    let way = |number: usize| ways[number % ways.len()];
    let each = texts.iter().enumerate().map(|(number, text)| (way(number), text));
    let again = texts.iter().take(TEXTS.len()).map(|text| (ways[ways.len() - 1], text));
    each.chain(again).map(|(first, text)| [&[first][..], text].concat()).collect()
}

/// A text of each form, plain and encoded, and the examples of rules.
fn texts() -> Vec<Vec<u8>> {
    let plain: Vec<String> = TEXTS.iter().map(|text| spelled(text)).collect();
    let mut texts: Vec<Vec<u8>> = plain.iter().map(|text| text.clone().into_bytes()).collect();
    let (table, prose) = (plain[5].as_bytes(), plain[9].as_bytes());
    texts.extend([false, true].map(|is_big| utf16(&plain[9], is_big)));
    texts.push(format!("data: {}\n", base64(prose, 76)).into_bytes());
    texts.push(format!("{{\"data\":\"{}\"}}", base64(table, 10_000)).into_bytes());
    texts.extend([gzip(prose), zlib(table), tar(&[("a.csv", table), ("b.txt", prose)])]);
    texts.push(zip(&[("a.csv", table), ("word/document.xml", plain[4].as_bytes())]));
    texts.push(gzip(&tar(&[("a.csv", table)])));
    texts.extend(examples().chunks(8).map(|some| some.join("\n").into_bytes()));
    texts
}

/// A text of [`TEXTS`] as it is meant.
fn spelled(text: &str) -> String {
    let (mut made, mut number) = (String::new(), 7_u32);
    for letter in text.chars() {
        match letter {
            '_' => {}
            '@' => made.push('|'),
            '!' => made.push('"'),
            ';' => made.push(':'),
            '#' => {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                made.extend(char::from_digit(1 + (number >> 24) % 8, 10));
            }
            other => made.push(other),
        }
    }
    made
}

/// The examples of all rules, written out.
fn examples() -> Vec<String> {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/sanitize/rules");
    let mut files: Vec<PathBuf> = [rules.join("secrets"), rules].iter().flat_map(listed).collect();
    files.sort();
    let read = |path: &PathBuf| fs::read_to_string(path).expect("rules can be read");
    let parsed = |text: String| -> Vec<Value> { serde_yaml::from_str(&text).expect("rules") };
    let rules: Vec<Value> = files.iter().map(read).flat_map(parsed).collect();
    let of_rule = |rule: &Value| -> Vec<String> {
        let list = rule.get("examples").and_then(Value::as_sequence).into_iter().flatten();
        list.filter_map(Value::as_str).take(2).map(str::to_owned).collect()
    };
    let templates = rules.iter().flat_map(of_rule).enumerate();
    templates.filter_map(|(seed, it)| write_out(&it, seed as u64).ok()).collect()
}

fn listed(directory: &PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("rules are there").flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|it| it == "yaml")).collect()
}

/// What the target `read` begins with; the first byte says what it is.
fn settings() -> Vec<Vec<u8>> {
    let key = Key::new("a key of some length").expect("it is long enough");
    let mut baseline = Baseline::default();
    for path in ["a.txt", "b/c\n.txt"] {
        baseline.add(key.fingerprint("ssn", path.as_bytes()), "ssn", path);
    }
    let written = baseline.write(&key);
    let (_, lines) = written.split_once('\n').expect("it has a first line");
    let rule = "id: ward-badge\nname: Badge\ncategory: R\nseverity: high\nkeywords: [wb-]\n\
        pattern: '\\bWB-(?P<value>[0-9]{6})\\b'\nexamples: ['WB-{digit:6}']\nnegatives: ['WB-{digit:4}']\n";
    let value: serde_json::Value = serde_yaml::from_str(rule).expect("it is YAML");
    let indented = rule.replace('\n', "\n      ");
    let config = format!(
        "key_file: k\nrules:\n    - {}\nallow:\n    - {{ rules: [ssn], paths: [a/], reason: x, until: 2027-01-01 }}\n",
        indented.trim_end()
    );
    let seeds: [(u8, &str); 8] = [
        (0, &written),
        (0, lines),
        (1, "ssn:0123456789abcdef made up -->\nvalue // gitops-health:allow mrn it is not one */"),
        (7, "ssn made up\nvalue"),
        (2, "a{{b}} {digit:3}-{uuid:1} {base64url:40}"),
        (3, &value.to_string()),
        (4, rule),
        (5, &config),
    ];
    seeds.iter().map(|(first, text)| [&[*first][..], text.as_bytes()].concat()).collect()
}

/// The tokens that are kept, and the keywords of all rules.
fn dictionary() -> String {
    let mut text = include_str!("../tokens.dict").to_owned();
    let mut keywords: Vec<_> = BUILT_IN.iter().flat_map(|rule| rule.keywords.iter()).collect();
    keywords.sort();
    keywords.dedup();
    for keyword in keywords {
        let escaped: String = keyword.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
        text += &format!("\"{escaped}\"\n");
    }
    text
}

fn utf16(text: &str, is_big: bool) -> Vec<u8> {
    let bytes = |unit: u16| if is_big { unit.to_be_bytes() } else { unit.to_le_bytes() };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}
