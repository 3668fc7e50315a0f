//! Searches the web through Tavily.
//!
//! The request and the answer are those of `POST /search` in Tavily's API reference.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    config::{GroupView, ToolKind, ToolProvider},
    upstream::{
        http::{CallError, Http},
        outgoing::Outgoing,
    },
};

const TAVILY: &str = "https://api.tavily.com";
/// A model waits for it, and so does whoever asked the model.
const PATIENCE: Duration = Duration::from_secs(30);
/// Texts of pages are cut by Tavily; this is far more than it sends.
const LARGEST_ANSWER: usize = 2 << 20;
/// Pages of one search: as many as models are used to.
const MOST_PAGES: u8 = 8;

/// What is searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Search {
    /// The words.
    pub query: String,
    /// Only pages of these domains; none means all.
    #[serde(rename = "include_domains", skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// No pages of these domains.
    #[serde(rename = "exclude_domains", skip_serializing_if = "Vec::is_empty")]
    pub never: Vec<String>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Found {
    /// The pages, the best first.
    #[serde(rename = "results", default)]
    pub pages: Vec<Page>,
}

/// A page that was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Page {
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Its address.
    pub url: String,
    /// The part of its text that matters.
    #[serde(default)]
    pub content: String,
    /// When it was published, in the words of the page.
    #[serde(default)]
    pub published_date: Option<String>,
}

/// Why nothing was found out.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The tool's settings name an address that is none.
    #[error("the base_url of tool provider {0:?} is no address")]
    Address(String),
    /// The tool's key cannot be sent.
    #[error("the API key of tool provider {0:?} cannot be used; enter it again")]
    BadKey(String),
    /// No answer came.
    #[error("the web search gave no answer: {0}")]
    Call(#[from] CallError),
    /// The key is not accepted or used up, or the search service is in trouble.
    #[error("the web search answered with status {0}")]
    Status(StatusCode),
    /// What came is no answer.
    #[error("the web search answered with something else than results")]
    NoResults,
}

impl SearchError {
    /// Whether the same search may go well a little later.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Status(status) if status.as_u16() == 429)
    }
}

/// A group's way of searching.
#[derive(Debug, Clone)]
pub struct Searcher {
    id: String,
    base: String,
    key: SecretString,
}

/// The settings of a search tool that may be made by hand.
#[derive(Debug, Default, Deserialize)]
struct Settings {
    /// Another address than Tavily's own, for those who stand in for it.
    base_url: Option<String>,
}

impl Searcher {
    /// The search tool of a group, if it has one that is enabled and whose key can be read.
    pub fn of(group: &GroupView) -> Option<Self> {
        group.tools.iter().find_map(|tool| Self::by(tool))
    }

    fn by(tool: &ToolProvider) -> Option<Self> {
        if tool.kind != ToolKind::Tavily || !tool.enabled {
            return None;
        }
        // The settings are checked to be an object when they are stored; strangers in it are of no harm.
        let settings: Settings = serde_json::from_str(&tool.config).unwrap_or_default();
        Some(Self {
            id: tool.id.clone(),
            base: settings.base_url.unwrap_or_else(|| TAVILY.to_owned()),
            key: tool.secret.clone()?,
        })
    }

    /// The readable id of the tool provider.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Searches.
    pub async fn search(&self, http: &Http, search: &Search) -> Result<Found, SearchError> {
        let answer = http
            .send_to_service(PATIENCE, self.request(search)?)
            .await?;
        let status = answer.status();
        if !status.is_success() {
            return Err(SearchError::Status(status));
        }
        let body = Limited::new(answer.into_body(), LARGEST_ANSWER).collect();
        let body = tokio::time::timeout(PATIENCE, body)
            .await
            .map_err(|_| CallError::FirstByteTimeout(PATIENCE))?
            .map_err(|_| SearchError::NoResults)?;
        serde_json::from_slice(&body.to_bytes()).map_err(|_| SearchError::NoResults)
    }

    fn request(&self, search: &Search) -> Result<Request<Outgoing>, SearchError> {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(flatten)]
            search: &'a Search,
            max_results: u8,
            search_depth: &'static str,
        }
        let body = Body {
            search,
            max_results: MOST_PAGES,
            search_depth: "basic",
        };
        let body = serde_json::to_vec(&body).map_err(|_| SearchError::NoResults)?;
        let uri: Uri = format!("{}/search", self.base.trim_end_matches('/'))
            .parse()
            .map_err(|_| SearchError::Address(self.id.clone()))?;
        let bearer = format!("Bearer {}", self.key.expose_secret());
        let mut bearer =
            HeaderValue::try_from(bearer).map_err(|_| SearchError::BadKey(self.id.clone()))?;
        bearer.set_sensitive(true);
        let mut request = Request::new(Outgoing::new(vec![Bytes::from(body)]));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, bearer);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        Ok(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn searcher(base: &str, key: &str) -> Searcher {
        Searcher {
            id: "tavily".to_owned(),
            base: base.to_owned(),
            key: key.to_owned().into(),
        }
    }

    #[test]
    fn a_search_asks_for_what_is_wanted_and_hides_its_key() {
        let search = Search {
            query: "rust 2027".to_owned(),
            never: vec!["example.com".to_owned()],
            ..Search::default()
        };
        let request = searcher("http://127.0.0.1:1/", "tvly-1")
            .request(&search)
            .unwrap();
        assert_eq!(request.uri(), "http://127.0.0.1:1/search");
        assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer tvly-1");
        assert!(!format!("{:?}", request.headers()).contains("tvly-1"));
    }

    #[test]
    fn settings_that_cannot_be_used_are_told() {
        let search = Search::default();
        let bad_address = searcher("not an address", "k").request(&search);
        assert!(matches!(bad_address, Err(SearchError::Address(_))));
        let bad_key = searcher(TAVILY, "k\n").request(&search);
        assert!(matches!(bad_key, Err(SearchError::BadKey(_))));
    }

    #[test]
    fn answers_are_read_as_far_as_they_tell() {
        let text = r#"{"query":"q","answer":null,"results":[{"title":"T","url":"https://a","content":"C","score":0.9}]}"#;
        let found: Found = serde_json::from_str(text).unwrap();
        assert_eq!(found.pages[0].url, "https://a");
        assert_eq!(found.pages[0].published_date, None);
    }
}
