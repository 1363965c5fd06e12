//! The digest by which helmfile proves that helmsum read the same state values.

use sha2::{Digest, Sha256};

use super::resolved::EnvironmentObject;
use crate::value::{Value, json};

impl EnvironmentObject {
    /// What `{{ .Environment | toJson | sha256sum }}` gives in a hook: lower-case hex SHA-256 of the environment as Go
    /// encodes it, with values, defaults and command-line overrides apart.
    ///
    /// sprig's `toJson` gives nothing for values without a JSON form (NaN), so all such environments have the digest of
    /// nothing, [`Self::DIGEST_OF_NOTHING`].
    #[must_use]
    pub fn digest(&self) -> String {
        digest_of(&self.template_value())
    }

    /// What the same template gives in a helmfile before 1.3.0, which knows no command-line overrides apart.
    #[must_use]
    pub fn digest_before_overrides(&self) -> String {
        digest_of(&self.template_value_before_overrides())
    }

    /// The SHA-256 of no bytes at all, which proves nothing.
    pub const DIGEST_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
}

fn digest_of(environment: &Value) -> String {
    let text = json::encode(environment, json::Style::Compact).unwrap_or_default();
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Map;

    #[test]
    fn the_digest_covers_name_context_and_the_three_maps() {
        let environment = EnvironmentObject::new("default");
        let json = r#"{"Name":"default","KubeContext":"","Values":{},"Defaults":{},"CLIOverrides":{}}"#;
        assert_eq!(environment.digest(), data_encoding::HEXLOWER.encode(&Sha256::digest(json.as_bytes())));
        let mut other = environment.clone();
        other.values = [("a", Value::Bool(true))].into_iter().collect::<Map>();
        assert_ne!(other.digest(), environment.digest());
    }

    #[test]
    fn values_without_json_give_the_digest_of_nothing() {
        let mut environment = EnvironmentObject::new("default");
        environment.values = [("a", Value::Float(f64::NAN))].into_iter().collect::<Map>();
        assert_eq!(environment.digest(), EnvironmentObject::DIGEST_OF_NOTHING);
    }
}
