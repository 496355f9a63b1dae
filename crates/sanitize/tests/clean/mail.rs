//! Mail addresses, and what stands around them.

use gitops_health_sanitize::Replacement;

use super::{cleaned, redacted};

#[test]
fn any_number_of_mail_addresses_on_a_line_is_taken_out() {
    let mails: Vec<String> = (0..20).map(|it| format!("jane.roe{it}@clinic.org")).collect();
    let text = format!("To: {}\n", mails.join(", "));
    let left = cleaned(&Replacement::Redacted, "", &text);
    assert_eq!(left, format!("To: {}\n", ["[EMAIL]"; 20].join(", ")));
}

#[test]
fn what_is_spelled_out_before_an_address_stays() {
    let mail = ["m.hargreave", "clinic.org"].join("@");
    for before in ["E-mail:\\n", "x\\u00e9", "\\t", "a\\x41", "^PRN^PH~^NET^", "\\\\"] {
        let text = format!("{{\"patient\": \"{before}{mail}\"}}");
        assert_eq!(redacted("a.json", &text), text.replace(&mail, "[EMAIL]"));
        let code = format!("patient = \"{before}{mail}\"\n");
        assert_eq!(redacted("a.py", &code), code.replace(&mail, "[EMAIL]"));
    }
}

#[test]
fn a_mask_of_a_password_is_no_part_of_a_mail_address() {
    let text = ["postgres://admin:qX9zRt7pL2", "mW8vN4", "@db.internal.corp:5432/prod\n"].concat();
    let cleaned = cleaned(&Replacement::Mask, "", &text);
    assert!(cleaned.ends_with("@db.internal.corp:5432/prod\n"));
}
