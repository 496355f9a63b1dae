use gitops_health_git::printable;

/// JSON with escapes for the characters that a terminal would act on; between lines it stays as it
/// is.
pub fn escape_json(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let (mut units, mut bytes) = ([0; 2], [0; 4]);
    for character in json.chars() {
        let text = character.encode_utf8(&mut bytes);
        if character == '\n' || *printable(text.as_bytes()) == *text {
            escaped.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    escaped
}
