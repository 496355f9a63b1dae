//! The functions that come with the interpreter, and which of them policies may call.

use super::reference::Call;

/// Why a function may not be called; nothing where it may.
pub(super) fn refused(name: &str, call: Call) -> Option<&'static str> {
    let clock =
        "it asks the clock, so that no decision could be repeated: use `input.evaluated_at`";
    let chance = "it draws by chance, so that no decision could be repeated";
    let outside = "it asks the world outside, so that no decision could be repeated";
    let large =
        "what it makes may be larger than memory: give it numbers of at most 100,000, written out";
    match name {
        "time.now_ns" => Some(clock),
        "rand.intn" | "uuid.rfc4122" => Some(chance),
        "http.send" | "net.lookup_ip_addr" | "opa.runtime" => Some(outside),
        "test.sleep" => Some("it waits"),
        "walk" if call.arguments < 2 => Some(
            "it gives all at once, and Open Policy Agent one after the other: use `walk(value, [path, part])`",
        ),
        "strings.count" => Some(
            "it counts what overlaps, which Open Policy Agent does not: use `count(split(text, part)) - 1`",
        ),
        "numbers.range" | "numbers.range_step" | "bits.lsh" if !call.is_small => Some(large),
        _ if NAMES.binary_search(&name).is_ok() => None,
        _ => Some(MISSING),
    }
}

/// Whether a function is there, or could be, and may not be called.
pub(crate) fn is_refused(name: &str) -> bool {
    let call = Call { is_small: false, arguments: 2 };
    is_function(name) || refused(name, call) != Some(MISSING)
}

/// Why a function may not be called that nobody has defined.
const MISSING: &str = "there is no such function";

/// Whether a function comes with the interpreter.
pub(crate) fn is_function(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok()
}

/// Functions of regorus with the features that are built in, sorted. All give the same for the same.
pub(super) const NAMES: &[&str] = &[
    "abs",
    "array.concat",
    "array.reverse",
    "array.slice",
    "base64.decode",
    "base64.encode",
    "base64.is_valid",
    "base64url.decode",
    "base64url.encode",
    "base64url.encode_no_pad",
    "bits.and",
    "bits.lsh",
    "bits.negate",
    "bits.or",
    "bits.rsh",
    "bits.xor",
    "ceil",
    "concat",
    "contains",
    "count",
    "endswith",
    "floor",
    "format_int",
    "glob.match",
    "glob.quote_meta",
    "hex.decode",
    "hex.encode",
    "indexof",
    "indexof_n",
    "intersection",
    "is_array",
    "is_boolean",
    "is_null",
    "is_number",
    "is_object",
    "is_set",
    "is_string",
    "json.filter",
    "json.is_valid",
    "json.marshal",
    "json.marshal_with_options",
    "json.remove",
    "json.unmarshal",
    "lower",
    "max",
    "min",
    "numbers.range",
    "numbers.range_step",
    "object.filter",
    "object.get",
    "object.keys",
    "object.remove",
    "object.subset",
    "object.union",
    "object.union_n",
    "print",
    "product",
    "regex.find_n",
    "regex.is_valid",
    "regex.match",
    "regex.replace",
    "regex.split",
    "regex.template_match",
    "replace",
    "round",
    "semver.compare",
    "semver.is_valid",
    "sort",
    "split",
    "sprintf",
    "startswith",
    "strings.any_prefix_match",
    "strings.any_suffix_match",
    "strings.replace_n",
    "strings.reverse",
    "substring",
    "sum",
    "time.add_date",
    "time.clock",
    "time.date",
    "time.diff",
    "time.format",
    "time.parse_duration_ns",
    "time.parse_ns",
    "time.parse_rfc3339_ns",
    "time.weekday",
    "to_number",
    "trace",
    "trim",
    "trim_left",
    "trim_prefix",
    "trim_right",
    "trim_space",
    "trim_suffix",
    "type_name",
    "union",
    "units.parse",
    "units.parse_bytes",
    "upper",
    "walk",
    "yaml.is_valid",
    "yaml.marshal",
    "yaml.unmarshal",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(NAMES.is_sorted());
        assert!(is_refused("http.send") && is_refused("count") && !is_refused("crypto.sha256"));
    }

    #[test]
    fn the_interpreter_has_every_function() {
        for name in NAMES.iter().filter(|name| **name != "print") {
            let text = format!("package p\nimport rego.v1\na := {name}(1, 1, 1, 1, 1, 1)\n");
            let mut engine = regorus::Engine::new();
            engine.add_policy("a.rego".into(), text).expect("it can be read");
            let said = engine.eval_rule("data.p.a".into()).expect_err("no function takes so many");
            assert!(said.to_string().contains("expects"), "{name}: {said}");
        }
    }

    #[test]
    fn clocks_chance_and_the_network_are_refused() {
        let [small, large] = [true, false].map(|is_small| Call { is_small, arguments: 1 });
        for name in
            ["time.now_ns", "rand.intn", "http.send", "opa.runtime", "uuid.rfc4122", "no.such"]
        {
            assert!(refused(name, small).is_some(), "{name}");
        }
        assert_eq!(refused("count", large), None);
        assert_eq!(refused("numbers.range", small), None);
        assert!(refused("numbers.range", large).is_some());
    }
}
