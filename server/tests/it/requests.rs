//! Requests that are wrong before any use-case sees them.

use axum::{body::Body, http::Method};
use serde_json::json;

use crate::fixture::Server;

const CANARY: &str = "c4n4ry-of-requests";

#[tokio::test]
async fn an_unknown_path_is_a_problem_on_rest_and_text_or_a_page_elsewhere() {
    let server = Server::start().await;
    server.admin().get("/nothing").await.problem(404, "not_found");
    server.anyone().get("/nothing").await.problem(404, "not_found");
    server.anyone().get("!/api").await.problem(404, "not_found");
    server.anyone().get("!/api/v2/projects").await.problem(404, "not_found");
    let text = server.anyone().get("!/nothing").await.is(404);
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_told_those_it_takes() {
    let server = Server::start().await;
    let reply = server.admin().delete("/projects").await;
    reply.problem(405, "method_not_allowed");
    assert_eq!(reply.header("allow"), "GET,HEAD,POST");
    let reply = server.admin().send(Method::OPTIONS, "/projects", Body::empty()).await;
    reply.problem(405, "method_not_allowed");
    server.admin().send(Method::TRACE, "/projects", Body::empty()).await.is(405);
    let page = server.anyone().send(Method::POST, "!/healthz", Body::empty()).await.is(405);
    assert_eq!(page.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let server = Server::start().await;
    for (path, status) in [("/projects", 200), ("/nothing", 404), ("/projects/none", 404)] {
        let reply = server.admin().send(Method::HEAD, path, Body::empty()).await.is(status);
        assert!(reply.body.is_empty());
        assert!(reply.header("content-type").contains("json"), "{path}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_it_should_be_is_told_without_being_quoted() {
    let server = Server::start().await;
    let admin = server.admin();
    let path = "/platform/secrets/A";
    let put = async |media: &str, body: &str| {
        let client = if media.is_empty() { admin.clone() } else { admin.with("content-type", media) };
        client.send(Method::PUT, path, body.to_owned()).await
    };
    for media in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let reply = put(media, &format!("{{\"value\":\"{CANARY}\"}}")).await;
        let problem = reply.problem(415, "unsupported_media_type");
        assert!(problem["detail"].as_str().unwrap().contains("application/json"));
    }
    for (body, said) in [
        ("", "ends too early"),
        ("{\"value\": \"CANARY", "ends too early"),
        ("{\"value\": CANARY}", "not JSON"),
        ("[\"CANARY\"]", "expected"),
        ("{\"value\": 5}", "expected a string"),
        ("{\"value\": \"CANARY\", \"kind\": \"CANARY\"}", "expected one of `text`"),
        ("{\"valeu\": \"CANARY\"}", "unknown field `valeu`"),
        ("{\"value\": \"CANARY\", \"value\": \"CANARY\"}", "duplicate field `value`"),
    ] {
        let reply = put("application/json; charset=utf-8", &body.replace("CANARY", CANARY)).await;
        let problem = reply.problem(400, "malformed");
        assert!(problem["detail"].as_str().unwrap().contains(said), "{problem}");
        assert!(!reply.text().contains(CANARY), "{problem}");
    }
    let problem = put("application/json", "{}").await.problem(422, "invalid");
    assert_eq!(problem["detail"], "give a `value`, or `generate` one");
    assert!(admin.get("/platform/secrets").await.names().is_empty());
}

#[tokio::test]
async fn a_name_that_breaks_its_rule_is_told_the_rule() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for slug in ["My Shop", "2shop", "", "platform", "sho\u{440}"] {
        let reply = admin.post("/projects", json!({"slug": slug})).await;
        reply.problem(422, "invalid_name");
    }
    let value = json!({"value": "x"});
    for name in ["a%20b", "-a", "%D0%B0", "a%0Ab", "a%00", "%E2%80%AEa"] {
        let path = format!("/projects/shop/secrets/{name}");
        admin.put(&path, value.clone()).await.problem(422, "invalid_name");
        admin.get(&path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_place_that_is_not_there_is_not_found_whatever_its_name() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for place in [
        "/projects/none",
        "/projects/NONE",
        "/projects/%FF",
        "/projects/shop/services/none",
        "/projects/shop/services/-",
        "/projects/none/services/api",
    ] {
        for rest in ["", "/secrets", "/secrets/A"] {
            admin.get(&format!("{place}{rest}")).await.problem(404, "not_found");
        }
    }
    for environment in ["none", "NONE", "all", "%20", ""] {
        for place in ["/platform", "/projects/shop", "/projects/shop/services/api"] {
            let path = format!("{place}/secrets?environment={environment}");
            admin.get(&path).await.problem(404, "not_found");
        }
        let path = format!("/projects/shop/services/api/values?environment={environment}");
        admin.get(&path).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn a_misspelt_parameter_never_widens_what_is_asked() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for path in [
        "/platform/secrets?enviroment=production",
        "/platform/secrets?environment=production&environment=staging",
        "/platform/secrets?limit=many",
        "/platform/secrets?limit=-1",
        "/projects?serch=x",
        "/audit?who=x",
        "/projects/shop/services/api/effective?environment=production&all",
    ] {
        admin.get(path).await.problem(400, "malformed");
    }
    let put = "/platform/secrets/A?enviroment=production";
    admin.put(put, json!({"value": "x"})).await.problem(400, "malformed");
    let import = "/platform/import?enviroment=production";
    admin.upload(import, "{\"A\":\"x\"}").await.problem(400, "malformed");
    assert!(admin.get("/platform/secrets").await.names().is_empty());
}

#[tokio::test]
async fn effective_values_need_an_environment() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for path in ["effective", "explain/A", "values", "values/A"] {
        let reply = admin.get(&format!("/projects/shop/services/api/{path}")).await;
        let problem = reply.problem(422, "invalid");
        assert_eq!(problem["problems"][0]["name"], "environment");
    }
}

#[tokio::test]
async fn a_token_in_an_address_is_refused() {
    let server = Server::start().await;
    for parameter in ["token=srm_x", "access_token=x", "a=b&%74oken=x"] {
        let reply = server.admin().get(&format!("/projects?{parameter}")).await;
        let problem = reply.problem(400, "malformed");
        assert!(problem["detail"].as_str().unwrap().contains("Authorization"));
    }
}

#[tokio::test]
async fn a_compressed_body_is_refused_unread() {
    let server = Server::start().await;
    for coding in ["gzip", "br", "zstd", "identity, gzip"] {
        let client = server.admin().with("content-encoding", coding);
        client.upload("/platform/import", "x").await.problem(415, "unsupported_media_type");
    }
    let client = server.admin().with("content-encoding", "identity");
    client.upload("/platform/import", "{\"A\":\"x\"}").await.is(200);
}

#[tokio::test]
async fn a_rest_answer_cannot_be_part_of_a_page() {
    let server = Server::start().await;
    for dest in ["script", "image", "iframe", "style", "object", "embed"] {
        let client = server.admin().with("sec-fetch-dest", dest);
        client.get("/projects").await.problem(403, "denied");
    }
    server.admin().with("sec-fetch-dest", "empty").get("/projects").await.is(200);
}

#[tokio::test]
async fn bodies_have_a_limit_whether_their_length_is_said_or_not() {
    let server = Server::start().await;
    let admin = server.admin();
    let limits = [
        ("/projects", Method::POST, 64 * 1024),
        ("/platform/secrets/A", Method::PUT, 2 * 1024 * 1024),
        ("/platform/import", Method::POST, 5 * 1024 * 1024),
    ];
    for (path, method, limit) in limits {
        for (size, too_large) in [(limit, false), (limit + 1, true)] {
            let said = Body::from(vec![b' '; size]);
            let unsaid = Body::new(InPieces(size));
            for body in [said, unsaid] {
                let client = admin.with("content-type", "application/json");
                let reply = client.send(method.clone(), path, body).await;
                if too_large {
                    reply.problem(413, "too_large");
                } else {
                    reply.problem(400, "malformed");
                }
            }
        }
    }
}

/// A body of so many spaces that comes in pieces and does not say how long it is.
struct InPieces(usize);

impl http_body::Body for InPieces {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        let piece = self.0.min(4096);
        self.0 -= piece;
        let frame = http_body::Frame::data(vec![b' '; piece].into());
        std::task::Poll::Ready((piece > 0).then_some(Ok(frame)))
    }
}
