//! Values on their way: sealed to the key that came with the request.

use domain::api::{Delivery, NamedValue, SealedAnswer};
use domain::{EnvironmentName, SecretName, ServicePath};
use serde_json::{Value, json};
use transit::{OneTimeKey, Subject};

use crate::fixture::{Client, Reply, Server};

const API: &str = "/projects/shop/services/api";
const MARKER: &str = "m4rk3r-sealed";
const NAME: &str = "NAME_OF_MARKED";

/// The admin, and the service's own client; one value and a binding to it.
async fn start(server: &Server) -> (Client, Client) {
    let admin = server.shop().await;
    let token = server.token(json!({"name": "api", "project": "shop", "service": "api"})).await;
    admin.put(&format!("/projects/shop/secrets/{NAME}"), json!({"value": MARKER})).await.is(200);
    let bindings = json!([{"target": {"env": "TARGET_OF_MARKED"}, "secret": NAME}]);
    admin.put(&format!("{API}/bindings"), bindings).await.is(200);
    (admin, token)
}

fn path(rest: &str) -> String {
    format!("{API}/values{rest}?environment=production")
}

/// What was asked for, to be borrowed from.
struct Asked(ServicePath, EnvironmentName, SecretName);

impl Asked {
    fn new() -> Self {
        let service = ServicePath::new("shop".parse().unwrap(), "api".parse().unwrap());
        Self(service, "production".parse().unwrap(), NAME.parse().unwrap())
    }

    fn all(&self) -> Subject<'_> {
        Subject { service: &self.0, environment: &self.1, name: None }
    }

    fn one(&self) -> Subject<'_> {
        Subject { name: Some(&self.2), ..self.all() }
    }
}

/// The sealed answer, after a look at everything that anybody can see of it.
fn sealed(reply: &Reply) -> SealedAnswer {
    assert_eq!(reply.header("content-type"), transit::MEDIA_TYPE);
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("vary"), transit::HEADER);
    let seen = format!("{}{:?}", reply.text(), reply.headers);
    for secret in [MARKER, NAME, "MARKED", "project: shop"] {
        assert!(!seen.contains(secret), "{secret}: {seen}");
    }
    serde_json::from_slice(&reply.body).unwrap()
}

/// The newest records of deliveries: name and reason.
async fn deliveries(admin: &Client) -> Vec<(Value, Value)> {
    let log = admin.get("/audit").await.is(200).json();
    let records = log["items"].as_array().unwrap().iter().filter(|record| record["action"] == "service.read");
    records.map(|record| (record["name"].clone(), record["reason"].clone())).collect()
}

on_both! {
    async fn only_who_asked_can_read_what_a_service_gets(server: Server) {
        let (admin, program) = start(&server).await;
        let (asked, key) = (Asked::new(), OneTimeKey::generate());
        let reply = program.with(transit::HEADER, key.public()).get(&path("")).await.is(200);
        let answer = sealed(&reply);
        let opened = key.open(&asked.all(), &answer).unwrap();
        let delivery: Delivery = serde_json::from_slice(&opened).unwrap();
        assert_eq!(delivery.values[&asked.2].value.0.as_str(), MARKER);
        assert_eq!((delivery.bindings.len(), delivery.sequence), (1, answer.sequence));
        let plain = program.get(&path("")).await.is(200);
        assert_eq!(plain.header("content-type"), "application/json");
        assert_eq!(*opened, *plain.body);
        assert_eq!(deliveries(&admin).await, [
            (json!(""), json!("1 value, plain")),
            (json!(""), json!("1 value, sealed")),
        ]);
    }

    async fn one_value_is_sealed_as_the_answer_to_its_name(server: Server) {
        let (admin, program) = start(&server).await;
        let asked = Asked::new();
        let (key, other) = (OneTimeKey::generate(), OneTimeKey::generate());
        let one = |key: &OneTimeKey| program.with(transit::HEADER, key.public());
        let answer = sealed(&one(&key).get(&path(&format!("/{NAME}"))).await.is(200));
        let named: NamedValue = serde_json::from_slice(&key.open(&asked.one(), &answer).unwrap()).unwrap();
        assert_eq!((named.name.as_str(), named.delivered.value.0.as_str()), (NAME, MARKER));
        let answer = sealed(&one(&other).get(&path(&format!("/{NAME}"))).await.is(200));
        assert!(other.open(&asked.all(), &answer).is_err(), "it is not the answer to another question");
        assert_eq!(deliveries(&admin).await, [(json!(NAME), json!("sealed")), (json!(NAME), json!("sealed"))]);
        one(&OneTimeKey::generate()).get(&path("/NONE")).await.problem(404, "not_found");
    }

    async fn a_program_that_is_up_to_date_is_told_so_whatever_its_key(server: Server) {
        let (admin, program) = start(&server).await;
        let (first, second) = (OneTimeKey::generate(), OneTimeKey::generate());
        let reply = program.with(transit::HEADER, first.public()).get(&path("")).await.is(200);
        let tag = reply.header("etag").to_owned();
        assert_eq!(program.get(&path("")).await.is(200).header("etag"), tag);
        let again = program.with(transit::HEADER, second.public()).with("if-none-match", &tag);
        let unchanged = again.get(&path("")).await.is(304);
        assert!(unchanged.body.is_empty());
        assert_eq!(unchanged.header("etag"), tag);
        admin.put(&format!("/projects/shop/secrets/{NAME}"), json!({"value": format!("{MARKER} new")})).await.is(200);
        let changed = again.get(&path("")).await.is(200);
        assert_ne!(changed.header("etag"), tag);
        assert!(second.open(&Asked::new().all(), &sealed(&changed)).is_ok());
    }
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_nothing_is_delivered() {
    let server = Server::start().await;
    let (admin, program) = start(&server).await;
    let vectors: Value = serde_json::from_str(include_str!("../../../transit/vectors.json")).unwrap();
    let keys = vectors["refused_keys"].as_array().unwrap();
    assert!(keys.len() > 10);
    for refused in keys {
        let (key, why) = (refused["key"].as_str().unwrap(), refused["why"].as_str().unwrap());
        for rest in ["", "/NAME_OF_MARKED", "/NONE"] {
            let reply = program.with(transit::HEADER, key).get(&path(rest)).await;
            let problem = reply.problem(400, "malformed");
            let detail = problem["detail"].as_str().unwrap();
            assert!(
                detail.contains("`Strongroom-Public-Key`") && detail.ends_with("Nothing was delivered"),
                "{detail}"
            );
            let told = why.replace(" bytes", " bytes long").replace("not base64", "it is not base64");
            assert!(detail.contains(&told), "{why}: {detail}");
            assert!(!reply.text().contains(MARKER) && (key.is_empty() || !detail.contains(key)));
        }
    }
    assert_eq!(deliveries(&admin).await, []);
    // Who may not read is told that, and nothing about the key.
    server.anyone().with(transit::HEADER, "x").get(&path("")).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn two_keys_are_none() {
    let server = Server::start().await;
    let (_, program) = start(&server).await;
    let two = [OneTimeKey::generate().public(), OneTimeKey::generate().public()];
    let reply = program.with_both(transit::HEADER, &two).get(&path("")).await;
    let problem = reply.problem(400, "malformed");
    assert!(problem["detail"].as_str().unwrap().contains("more than once"), "{problem}");
}
