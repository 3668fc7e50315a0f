//! Making client keys.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// What every key begins with; keyway-router's too, so that people and scanners recognise both.
const HEAD: &str = "db_sk_";

/// The characters that lists show of a key.
const SHOWN: usize = 12;

/// A client key nobody has seen: `db_sk_` and 43 url-safe characters (256 random bits).
pub fn issue() -> Result<SecretString, getrandom::Error> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    getrandom::fill(bytes.as_mut_slice())?;
    let tail = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
    Ok(SecretString::from(format!("{HEAD}{}", tail.as_str())))
}

/// The beginning of a key, to tell it from others.
pub fn prefix(key: &SecretString) -> String {
    let shown: String = key.expose_secret().chars().take(SHOWN).collect();
    format!("{shown}...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_form_clients_and_scanners_know() {
        let key = issue().unwrap();
        let text = key.expose_secret();

        assert_eq!(text.len(), 49);
        assert!(text.starts_with("db_sk_"));
        assert!(
            text[6..]
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        );
        assert_eq!(prefix(&key), format!("{}...", &text[..12]));
    }

    #[test]
    fn no_two_keys_are_alike() {
        assert_ne!(
            issue().unwrap().expose_secret(),
            issue().unwrap().expose_secret()
        );
    }
}
