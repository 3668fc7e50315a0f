//! Who may knock at all: keeps web pages of other origins, and names that were rebound to this machine, out.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};

use crate::{options::Options, proxy::Endpoint};

/// What a browser page is allowed to send to an allowed origin.
const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, x-api-key, x-goog-api-key, x-admin-token, x-keyway-csrf, anthropic-version, \
     anthropic-beta, anthropic-dangerous-direct-browser-access, openai-organization, openai-project, \
     x-stainless-arch, x-stainless-lang, x-stainless-os, x-stainless-package-version, x-stainless-retry-count, \
     x-stainless-runtime, x-stainless-runtime-version, x-stainless-timeout, x-stainless-helper-method",
);
const ALLOWED_METHODS: HeaderValue =
    HeaderValue::from_static("GET, POST, PATCH, PUT, DELETE, OPTIONS");
const EXPOSED_HEADERS: HeaderValue =
    HeaderValue::from_static("request-id, x-request-id, x-keyway-request-id, retry-after");

/// The rules of one gateway.
#[derive(Debug)]
pub(crate) struct Guard {
    names: Vec<String>,
    /// Beyond loopback any address of the machine may be used; an address, unlike a name, cannot be rebound.
    any_address: bool,
    origins: Vec<String>,
}

/// Why a request is not even looked at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Turned {
    /// The HTTP status.
    pub status: StatusCode,
    /// The name of the failure, which never changes.
    pub code: &'static str,
    /// What to do about it.
    pub message: &'static str,
}

const BAD_HOST: Turned = Turned {
    status: StatusCode::FORBIDDEN,
    code: "host_not_allowed",
    message: "this host name is not Keyway's; use 127.0.0.1 or localhost, or set KEYWAY_PUBLIC_BASE_URL to the name you use",
};
const BAD_ORIGIN: Turned = Turned {
    status: StatusCode::FORBIDDEN,
    code: "origin_not_allowed",
    message: "web pages of this origin may not use Keyway; add the origin to KEYWAY_CORS_ORIGINS to allow it",
};

impl Guard {
    /// The rules for a gateway that listens on `bound`.
    pub(crate) fn new(options: &Options, bound: SocketAddr) -> Self {
        let public = options
            .public_base_url
            .as_deref()
            .and_then(|url| url::Url::parse(url).ok());
        let mut names = vec!["localhost".to_owned()];
        names.extend(
            public
                .as_ref()
                .and_then(|url| url.host_str())
                .map(str::to_lowercase),
        );
        let mut origins: Vec<String> = options
            .cors_origins
            .iter()
            .map(|origin| origin.to_lowercase())
            .collect();
        origins.extend(public.map(|url| url.origin().ascii_serialization()));
        Self {
            names,
            any_address: !bound.ip().is_loopback(),
            origins,
        }
    }

    /// Checks host and origin of a request for a page or an endpoint; returns an origin other than our own that is allowed.
    pub(crate) fn check<B>(
        &self,
        request: &Request<B>,
        endpoint: Option<&Endpoint>,
    ) -> Result<Option<HeaderValue>, Turned> {
        let host = host(request).ok_or(BAD_HOST)?;
        if !self.is_ours(&host) {
            return Err(BAD_HOST);
        }
        let headers = request.headers();
        let Some(origin) = headers.get(header::ORIGIN) else {
            let followed = endpoint.is_none() && is_link(request.method(), headers);
            return if comes_from_elsewhere(headers) && !followed {
                Err(BAD_ORIGIN)
            } else {
                Ok(None)
            };
        };
        let text = origin.to_str().map_err(|_| BAD_ORIGIN)?.to_lowercase();
        if is_same_origin(&text, &host) {
            return Ok(None);
        }
        if self.origins.contains(&text) {
            Ok(Some(origin.clone()))
        } else {
            Err(BAD_ORIGIN)
        }
    }

    /// Lets the browser show an answer to a page of an allowed origin.
    pub(crate) fn allow(origin: &HeaderValue, headers: &mut HeaderMap) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS);
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = name_of(host);
        match name.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(address) => {
                self.any_address
                    || address.is_loopback()
                    || self.names.iter().any(|own| own == name)
            }
            Err(_) => self
                .names
                .iter()
                .any(|own| own == name.trim_end_matches('.')),
        }
    }
}

fn host<B>(request: &Request<B>) -> Option<String> {
    let mut sent = request.headers().get_all(header::HOST).iter();
    let host = match sent.next() {
        Some(host) => host.to_str().ok()?,
        None => request.uri().authority()?.as_str(),
    };
    // Two hosts, or one with a user in it, are a trick.
    (sent.next().is_none() && !host.contains('@')).then(|| host.trim().to_lowercase())
}

/// The host without its port.
fn name_of(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').map_or(host, |end| &host[..=end]);
    }
    host.split(':').next().unwrap_or(host)
}

fn is_same_origin(origin: &str, host: &str) -> bool {
    let authority = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(|authority| authority == host)
}

/// Browsers leave the origin out of simple loads; they still say that another site started them.
fn comes_from_elsewhere(headers: &HeaderMap) -> bool {
    says(headers, "sec-fetch-site", "cross-site") || says(headers, "sec-fetch-site", "same-site")
}

/// A link that a person follows to one of our own pages is fine; one to an endpoint would spend the key in it.
fn is_link(method: &Method, headers: &HeaderMap) -> bool {
    says(headers, "sec-fetch-mode", "navigate")
        && says(headers, "sec-fetch-dest", "document")
        && method == Method::GET
}

fn says(headers: &HeaderMap, name: &str, value: &str) -> bool {
    headers.get(name).is_some_and(|found| found == value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(host: &str, cors: &[&str], public: Option<&str>) -> Guard {
        let options = Options {
            host: host.parse().unwrap(),
            port: 9233,
            data_dir: "/nowhere".into(),
            secret: None,
            admin_token: None,
            cors_origins: cors.iter().map(ToString::to_string).collect(),
            public_base_url: public.map(str::to_owned),
            log_level: "info".to_owned(),
            tls: None,
            head_patience: std::time::Duration::from_secs(15),
            keep_alive: std::time::Duration::from_secs(12),
            keychain: false,
            session_bus: None,
            runtime_dir: None,
        };
        Guard::new(&options, options.address())
    }

    fn knock(guard: &Guard, headers: &[(&str, &str)]) -> Result<Option<HeaderValue>, &'static str> {
        let mut request = Request::post("/v1/messages");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard
            .check(&request.body(()).unwrap(), None)
            .map_err(|turned| turned.code)
    }

    #[test]
    fn own_names_are_let_in_and_others_are_not() {
        let guard = guard("127.0.0.1", &[], None);
        for host in [
            "127.0.0.1:9233",
            "localhost:9233",
            "LOCALHOST",
            "[::1]:9233",
            "127.0.0.1",
        ] {
            assert_eq!(knock(&guard, &[("host", host)]), Ok(None), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example:9233",
            "192.168.1.5:9233",
            "localhost@evil.example",
            "localhost.evil.example",
        ] {
            assert_eq!(
                knock(&guard, &[("host", host)]),
                Err("host_not_allowed"),
                "{host}"
            );
        }
        assert_eq!(
            knock(&guard, &[("host", "localhost"), ("host", "evil.example")]),
            Err("host_not_allowed")
        );
        assert_eq!(knock(&guard, &[]), Err("host_not_allowed"));
    }

    #[test]
    fn beyond_loopback_addresses_are_let_in_and_names_only_when_told() {
        let guard = guard("0.0.0.0", &[], Some("https://keyway.team.example"));
        assert_eq!(knock(&guard, &[("host", "192.168.1.5:9233")]), Ok(None));
        assert_eq!(knock(&guard, &[("host", "keyway.team.example")]), Ok(None));
        assert_eq!(
            knock(&guard, &[("host", "evil.example")]),
            Err("host_not_allowed")
        );
    }

    #[test]
    fn pages_of_other_origins_are_turned_away() {
        let guard = guard("127.0.0.1", &["https://app.example"], None);
        let with = |origin| knock(&guard, &[("host", "127.0.0.1:9233"), ("origin", origin)]);
        assert_eq!(with("http://127.0.0.1:9233"), Ok(None));
        assert_eq!(
            with("https://app.example"),
            Ok(Some(HeaderValue::from_static("https://app.example")))
        );
        for origin in [
            "null",
            "http://127.0.0.1:8080",
            "http://localhost:9233",
            "https://evil.example",
            "http://127.0.0.1:9233.evil.example",
        ] {
            assert_eq!(with(origin), Err("origin_not_allowed"), "{origin}");
        }
    }

    #[test]
    fn loads_that_another_site_started_are_turned_away_but_links_are_followed() {
        let guard = guard("127.0.0.1", &[], None);
        let image = [
            ("host", "localhost"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "no-cors"),
        ];
        assert_eq!(knock(&guard, &image), Err("origin_not_allowed"));
        let link = Request::get("/")
            .header("host", "localhost")
            .header("sec-fetch-site", "cross-site")
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
        let link = link.body(()).unwrap();
        assert_eq!(guard.check(&link, None), Ok(None));
        let job = Endpoint::GenerationJob {
            path: "job".to_owned(),
        };
        assert_eq!(
            guard.check(&link, Some(&job)),
            Err(BAD_ORIGIN),
            "a link with a key in it spends nothing"
        );
    }
}
