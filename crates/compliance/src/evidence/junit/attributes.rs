use std::borrow::Cow;

use quick_xml::events::BytesStart;

use super::super::node::Problem;

/// The most attributes of an element.
const MOST: usize = 100;

/// The attributes of an element.
pub(super) struct Attributes<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl<'a> Attributes<'a> {
    /// Reads them. One that is there twice, an entity that is not of XML itself, and too many are errors.
    pub fn of(element: &'a BytesStart<'_>) -> Result<Self, Problem> {
        let mut list = Vec::new();
        // The reader compares each name with all before it, so the end comes before there are many.
        for attribute in element.attributes() {
            let attribute = attribute
                .map_err(|_| Problem::new("an attribute is not fit, or is there twice"))?;
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            let value =
                value.map_err(|_| Problem::new("an attribute has an entity that is not known"))?;
            list.push((attribute.key.into_inner(), value));
            if list.len() > MOST {
                return Err(Problem::new("an element has more than 100 attributes"));
            }
        }
        Ok(Self(list))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref())
    }

    /// A number of tests.
    pub fn count(&self, name: &str) -> Result<Option<u64>, Problem> {
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| is_number)
        };
        let count = self.text(name).map(|text| number(text.trim()));
        count.map_or(Ok(None), |count| match count {
            Some(count) => Ok(Some(count)),
            None => Err(Problem::new("a number of tests is needed").within(name)),
        })
    }
}
