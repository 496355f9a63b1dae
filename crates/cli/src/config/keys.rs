use std::collections::BTreeMap;
use std::sync::LazyLock;

use gitops_health_report::escape_json;
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;
use serde_yaml::Value;

use super::{Config, Origin};

/// The JSON Schema of the configuration, with everything in its place.
static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<Config>().to_value()
});

/// The JSON Schema of the configuration file.
pub(crate) fn schema() -> &'static Json {
    &SCHEMA
}

/// The dotted names of all values that are no mappings. An empty mapping holds none.
pub(crate) fn leaves(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(value, String::new(), &mut found);
    found
}

fn collect(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Mapping(mapping) => {
            for (key, value) in mapping {
                collect(value, join(&path, &name(key)), found);
            }
        }
        _ => found.push(path),
    }
}

/// Where the value of a key comes from: the origin of the key itself or of what is below it.
pub(crate) fn origin_of<'a>(
    key: &str,
    origins: &'a BTreeMap<String, Origin>,
) -> Option<&'a Origin> {
    origins.get(key).or_else(|| {
        let above = origins.iter().rev().find(|(known, _)| {
            key.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'))
        });
        above.map(|(_, origin)| origin)
    })
}

/// The value of a dotted key on one line, as JSON, which is YAML too.
pub(crate) fn inline(value: &Value, key: &str) -> String {
    let found = key.split('.').try_fold(value, |value, name| value.get(name));
    let json = found.and_then(|value| serde_json::to_string(value).ok()).unwrap_or_default();
    escape_json(&json)
}

/// The keys of a value that the schema does not know, each with the one that was probably meant.
pub(crate) fn unknown(value: &Value) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    search(value, &SCHEMA, "", &mut found);
    found
}

fn search(value: &Value, schema: &Json, path: &str, found: &mut Vec<(String, Option<String>)>) {
    match value {
        Value::Mapping(mapping) => {
            for (key, value) in mapping {
                let key = name(key);
                let path = join(path, &key);
                match property(schema, &key) {
                    Property::Known(inner) => search(value, inner, &path, found),
                    Property::Free => {}
                    Property::Unknown(meant) => found.push((path, meant)),
                }
            }
        }
        Value::Sequence(items) => {
            let Some(inner) = schema.get("items") else { return };
            for (index, item) in items.iter().enumerate() {
                search(item, inner, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

/// A dotted key in the spelling of the file: the names of rules have hyphens, which the name of an
/// environment variable can't have.
pub(crate) fn as_written(key: &str) -> String {
    let mut schema = Some(&*SCHEMA);
    let mut written = Vec::new();
    for name in key.split('.') {
        let is_free = schema.is_some_and(|schema| {
            schema.get("properties").is_none() && schema.get("additionalProperties").is_some()
        });
        written.push(if is_free { name.replace('_', "-") } else { name.to_owned() });
        schema = schema.and_then(|schema| schema.get("properties")?.get(name));
    }
    written.join(".")
}

enum Property<'a> {
    Known(&'a Json),
    /// Any key may stand here, or the value is of the wrong type, which is found out elsewhere.
    Free,
    Unknown(Option<String>),
}

fn property<'a>(schema: &'a Json, key: &str) -> Property<'a> {
    let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
        return match schema.get("additionalProperties") {
            Some(inner) if inner.is_object() => Property::Known(inner),
            _ => Property::Free,
        };
    };
    match properties.get(key) {
        Some(inner) => Property::Known(inner),
        None => Property::Unknown(nearest(key, properties.keys())),
    }
}

/// The name most like `key` whatever the case, when it is like it at all.
pub(crate) fn nearest<'a>(key: &str, names: impl Iterator<Item = &'a String>) -> Option<String> {
    let key = key.to_lowercase();
    let near = |name: &&String| strsim::jaro_winkler(&key, &name.to_lowercase());
    let best = names.max_by(|one, two| near(one).total_cmp(&near(two)))?;
    (near(&best) > 0.75).then(|| best.clone())
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn name(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        other => serde_yaml::to_string(other).unwrap_or_default().trim().to_owned(),
    }
}
