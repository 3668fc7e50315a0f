use super::*;

fn post(path: &str) -> Option<Endpoint> {
    endpoint(&Method::POST, path)
}

#[test]
fn each_protocol_is_found_under_every_folder() {
    for path in [
        "/v1/chat/completions",
        "/openai/chat/completions",
        "/openai/v1/chat/completions",
        "/api/v1/chat/completions",
        "/proxy/v1/chat/completions",
        "/chat/completions",
    ] {
        assert_eq!(post(path), Some(generate(Protocol::OpenAi)), "{path}");
    }
    for path in [
        "/v1/messages",
        "/anthropic/messages",
        "/anthropic/v1/messages",
    ] {
        assert_eq!(post(path), Some(generate(Protocol::Anthropic)), "{path}");
    }
    assert_eq!(
        post("/v1/messages/count_tokens"),
        Some(count(Protocol::Anthropic))
    );
    for path in ["/v1/responses", "/responses"] {
        assert_eq!(
            post(path),
            Some(generate(Protocol::OpenAiResponses)),
            "{path}"
        );
    }
}

#[test]
fn p142_gemini_names_model_and_form_in_the_path() {
    for (path, model, streamed) in [
        ("/v1beta/models/g-1:generateContent", "g-1", false),
        ("/v1/models/g-1:streamGenerateContent", "g-1", true),
        ("/v1beta/models/g-1%3AgenerateContent", "g-1", false),
        ("/v1beta/models/models/g-1:generateContent", "g-1", false),
        (
            "/v1beta/models/deepseek/chat:generateContent",
            "deepseek/chat",
            false,
        ),
    ] {
        let gemini = Some(GeminiPath {
            model: model.to_owned(),
            streamed,
        });
        assert_eq!(
            post(path),
            Some(Endpoint::Generate {
                protocol: Protocol::Gemini,
                gemini
            }),
            "{path}"
        );
    }
}

#[test]
fn models_are_listed_one_by_one_and_all() {
    let get = |path| endpoint(&Method::GET, path);
    assert_eq!(get("/v1/models"), Some(Endpoint::Models { gemini: false }));
    assert_eq!(
        get("/openai/models"),
        Some(Endpoint::Models { gemini: false })
    );
    assert_eq!(
        get("/v1beta/models"),
        Some(Endpoint::Models { gemini: true })
    );
    assert_eq!(
        get("/v1/models/a/b"),
        Some(Endpoint::Model {
            id: "a/b".to_owned(),
            gemini: false
        })
    );
}

#[test]
fn p002_a_version_that_stands_there_twice_is_one() {
    for (path, once) in [
        ("/v1/v1/messages", "/v1/messages"),
        ("/v1/v1/chat/completions", "/v1/chat/completions"),
        ("/api/v1/v1/responses", "/v1/responses"),
        ("/messages", "/v1/messages"),
    ] {
        assert!(post(once).is_some());
        assert_eq!(post(path), post(once), "{path}");
    }
    assert_eq!(post("/v1/v1"), None);
}

#[test]
fn p142_googles_models_are_found_wherever_they_are_published() {
    let plain = post("/v1beta/models/m-1:generateContent");
    assert!(plain.is_some());
    for path in [
        "/v1beta/models/models/m-1:generateContent",
        "/v1beta/models/m-1%3AgenerateContent",
        "/v1/publishers/google/models/m-1:generateContent",
        "/v1/projects/p/locations/l/publishers/google/models/m-1:generateContent",
    ] {
        assert_eq!(post(path), plain, "{path}");
    }
}

#[test]
fn paths_that_leave_the_base_url_are_not_served() {
    let get = |path| endpoint(&Method::GET, path);
    assert_eq!(
        get("/v1/generations/tasks/7"),
        Some(Endpoint::GenerationJob {
            path: "tasks/7".to_owned()
        })
    );
    for path in ["/v1/generations/../keys", "/v1/generations/%2e%2e/keys"] {
        assert_eq!(get(path), None, "{path}");
    }
    assert_eq!(post("/v1/images/..%5ckeys"), None);
    assert_eq!(
        post("/v1/images/generations"),
        Some(Endpoint::PassThrough {
            protocol: Protocol::OpenAi,
            path: "/images/generations".to_owned()
        })
    );
}

#[test]
fn pages_and_admin_are_not_the_proxys() {
    for path in [
        "/",
        "/admin/login",
        "/health",
        "/assets/app.js",
        "/requests",
        "/providers",
    ] {
        assert_eq!(endpoint(&Method::GET, path), None, "{path}");
    }
}

#[test]
fn known_paths_that_are_not_served_are_refused_in_their_protocol() {
    assert_eq!(
        post("/v1/messages/batches"),
        Some(Endpoint::Unserved {
            protocol: Protocol::Anthropic
        })
    );
    assert_eq!(
        post("/v1/responses/r1/cancel"),
        Some(Endpoint::Unserved {
            protocol: Protocol::OpenAiResponses
        })
    );
    assert_eq!(
        endpoint(&Method::GET, "/v1/messages"),
        Some(Endpoint::Unserved {
            protocol: Protocol::Anthropic
        })
    );
}
