//! Where a browser may be sent: a path of this server, and nothing else.

/// `next` if it is a path of this server, else `/`. Browsers read `//host`, `/\host` and control characters in ways
/// that lead elsewhere.
pub(crate) fn local_path(next: &str) -> &str {
    let elsewhere =
        next.starts_with("//") || next.contains('\\') || next.chars().any(|c| c.is_control() || !c.is_ascii());
    if next.starts_with('/') && !elsewhere && next.len() <= 2000 { next } else { "/" }
}

/// The address of the sign-in page that leads back to `path`.
pub(crate) fn login(path: &str) -> String {
    match local_path(path) {
        "/" => app::paths::LOGIN.to_owned(),
        path => app::paths::query(app::paths::LOGIN, &[("next", path)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for good in ["/", "/projects/shop", "/audit?actor=a%20b&x=//y", "/a//b"] {
            assert_eq!(local_path(good), good);
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "projects",
            "/a\r\nSet-Cookie: x=y",
            "/\t/evil.example",
            "/é",
        ] {
            assert_eq!(local_path(bad), "/", "{bad:?}");
        }
    }

    #[test]
    fn the_way_to_sign_in_remembers_where_it_came_from() {
        assert_eq!(login("/"), "/login");
        assert_eq!(login("/audit?actor=a"), "/login?next=/audit%3Factor%3Da");
        assert_eq!(login("//evil"), "/login");
    }
}
