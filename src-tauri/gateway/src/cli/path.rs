//! Paths of the admin API: names that people chose are escaped in them.

use std::fmt::Write;

/// A path of these segments: `["llm", "users", "a b"]` is `/admin/llm/users/a%20b`.
pub(super) fn admin<const N: usize>(segments: [&str; N]) -> String {
    let mut path = "/admin".to_owned();
    for segment in segments {
        path.push('/');
        escape(segment, &mut path);
    }
    path
}

/// The path with a query behind it; pairs without a value are left out.
pub(super) fn with_query(path: &str, pairs: &[(&str, Option<&str>)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

fn escape(segment: &str, path: &mut String) {
    // `.` and `..` alone mean folders, so their dots are escaped too.
    let only_dots = segment.bytes().all(|byte| byte == b'.');
    for byte in segment.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || (byte == b'.' && !only_dots);
        if plain {
            path.push(byte.into());
        } else {
            write!(path, "%{byte:02X}").ok(); // writing into a string cannot fail
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_segment() {
        assert_eq!(
            admin(["llm", "users", "a/b ü?"]),
            "/admin/llm/users/a%2Fb%20%C3%BC%3F"
        );
        assert_eq!(admin(["llm", ".."]), "/admin/llm/%2E%2E");
        assert_eq!(admin(["llm", "glm-5.2"]), "/admin/llm/glm-5.2");
    }

    #[test]
    fn queries_carry_only_what_is_given() {
        let pairs = [("group_id", Some("a b")), ("limit", None)];
        assert_eq!(with_query("/admin/x", &pairs), "/admin/x?group_id=a+b");
        assert_eq!(with_query("/admin/x", &[("limit", None)]), "/admin/x");
    }
}
