//! Files that leave.

use serde_json::json;

use crate::fixture::Server;

const CANARY: &str = "c4n4ry-of-exports";
const PATH: &str = "/projects/shop/export";

on_both! {
    async fn the_secrets_of_a_scope_leave_as_a_file(server: Server) {
        let admin = server.shop().await;
        admin.put("/projects/shop/secrets/A?environment=staging", json!({"value": "it's"})).await.is(200);
        admin.put("/projects/shop/secrets/J?environment=staging", json!({"value": "{\"a\": 1}", "kind": "json"})).await.is(200);
        admin.put("/projects/shop/secrets/WIDE", json!({"value": CANARY})).await.is(200);
        for (format, media, file, text) in [
            ("env", "text/plain; charset=utf-8", "shop-staging.env", "A=\"it's\"\nJ='{\"a\": 1}'\n"),
            ("shell", "text/plain; charset=utf-8", "shop-staging.sh", "export A='it'\\''s'\nexport J='{\"a\": 1}'\n"),
            ("json", "application/json", "shop-staging.json", "{\n  \"A\": \"it's\",\n  \"J\": {\"a\": 1}\n}\n"),
            ("yaml", "application/yaml", "shop-staging.yaml", "A: \"it's\"\nJ: \"{\\\"a\\\": 1}\"\n"),
            ("toml", "application/toml", "shop-staging.toml", "A = \"it's\"\nJ = \"{\\\"a\\\": 1}\"\n"),
            ("docker", "text/plain; charset=utf-8", "shop-staging.docker.env", "A=it's\nJ={\"a\": 1}\n"),
            ("tfvars", "text/plain; charset=utf-8", "shop-staging.tfvars", "A = \"it's\"\nJ = \"{\\\"a\\\": 1}\"\n"),
        ] {
            let reply = admin.post(&format!("{PATH}?environment=staging"), json!({"format": format})).await.is(200);
            assert_eq!(reply.text(), text);
            assert_eq!(reply.header("content-type"), media);
            assert_eq!(reply.header("content-disposition"), format!("attachment; filename=\"{file}\""));
            assert_eq!(reply.header("cache-control"), "no-store");
        }
        let csv = admin.post(&format!("{PATH}?environment=staging"), json!({"format": "csv"})).await.is(200);
        assert!(csv.text().starts_with("name,kind,value,comment\r\nA,text,\"it's\",\"\"\r\n"));
        let log = admin.get("/audit?action=secret.reveal").await.is(200).json();
        assert_eq!(log["items"].as_array().unwrap().len(), 8 * 2);
    }

    async fn what_a_service_gets_leaves_as_a_file(server: Server) {
        let admin = server.shop().await;
        let api = "/projects/shop/services/api";
        admin.put("/platform/secrets/WIDE", json!({"value": "w"})).await.is(200);
        admin.put(&format!("{api}/secrets/OWN?environment=staging"), json!({"value": "o"})).await.is(200);
        let own = admin.post(&format!("{api}/export?environment=staging"), json!({"format": "docker"})).await.is(200);
        assert_eq!(own.text(), "OWN=o\n");
        let effective = format!("{api}/export?environment=staging&effective=true");
        assert_eq!(admin.post(&effective, json!({"format": "docker"})).await.is(200).text(), "OWN=o\nWIDE=w\n");
        let request = json!({"format": "kubernetes", "reason": "moving house"});
        let reply = admin.post(&effective, request).await.is(200);
        assert!(reply.text().contains("name: \"shop-api-staging-secrets\""));
        let log = admin.get("/audit?action=secret.export").await.is(200).json();
        assert_eq!(log["items"][0]["reason"], "2 values, export as kubernetes: moving house");

        for (path, field) in [(format!("{api}/export?effective=true"), "environment"), (format!("{PATH}?effective=true&environment=staging"), "effective")] {
            let problem = admin.post(&path, json!({"format": "env"})).await.problem(422, "invalid");
            assert_eq!(problem["problems"][0]["name"], field);
        }
    }

    async fn a_file_is_read_as_what_its_type_says(server: Server) {
        let admin = server.shop().await;
        for (environment, media, file) in [
            ("development", "text/plain; charset=utf-8", "# told\nexport A='x' # more\nB=\"1\"\n"),
            ("staging", "application/yaml", "A: x\nB: '1'\n"),
            ("production", "application/toml", "A = \"x\"\nB = '1'\n"),
        ] {
            let client = admin.with("content-type", media);
            let path = format!("/projects/shop/import?environment={environment}");
            let send = async |query: &str| client.send(axum::http::Method::POST, &format!("{path}{query}"), file).await.is(200).json();
            assert_eq!(send("&dry_run=true").await["counts"]["create"], 2);
            assert_eq!(send("").await["counts"]["create"], 2);
            let path = format!("/projects/shop/secrets/B/reveal?environment={environment}");
            let value = admin.post(&path, json!({})).await.is(200).json();
            assert_eq!((&value["value"], &value["kind"]), (&json!("1"), &json!("text")));
        }
        let told = admin.get("/projects/shop/secrets/A?environment=development").await.is(200).json();
        assert_eq!(told["comment"], "told\nmore");
    }
}

#[tokio::test]
async fn what_cannot_be_carried_is_named_and_nothing_leaves() {
    let server = Server::start().await;
    let admin = server.shop().await;
    for name in ["A", "b-c", "D"] {
        admin.put(&format!("/projects/shop/secrets/{name}"), json!({"value": format!("{CANARY}\n")})).await.is(200);
    }
    let reply = admin.post(PATH, json!({"format": "docker"})).await;
    assert!(!reply.text().contains(CANARY));
    assert_eq!(reply.header("content-disposition"), "");
    let problem = reply.problem(422, "invalid");
    let names: Vec<_> = problem["problems"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["A", "D", "b-c"]);
    for body in [json!({}), json!({"format": "xml"}), json!({"format": "env", "x": 1})] {
        let reply = admin.post(PATH, body).await;
        assert!([400, 422].contains(&reply.status), "{}", reply.text());
    }
    let log = admin.get("/audit?action=secret.reveal").await.is(200).json();
    assert_eq!(log["items"], json!([]));
}

#[tokio::test]
async fn a_form_answers_with_the_file_or_leads_back_with_what_was_wrong() {
    let server = Server::start().await;
    let admin = server.shop().await;
    admin.put("/projects/shop/secrets/A", json!({"value": "one\ntwo"})).await.is(200);
    let browser = server.browser().await;
    let fields = "project=shop&service=&level=project&environment=all&back=%2Fprojects%2Fshop%2Fsecrets";
    let reply = browser.form("/forms/export", &format!("{fields}&format=env")).await.is(200);
    assert_eq!(reply.text(), "A='one\ntwo'\n");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"shop.env\"");
    assert_eq!(reply.header("cache-control"), "no-store");
    let reply = browser.form("/forms/export", &format!("{fields}&format=docker")).await.is(303);
    assert_eq!(reply.header("location"), "/projects/shop/secrets");
    let page = browser.get("!/projects/shop/secrets").await.is(200);
    assert!(page.text().contains("docker env-file"), "the notice tells why");
    server.anyone().in_browser().form("/forms/export", &format!("{fields}&format=env")).await.is(303);
    let foreign = browser.with("sec-fetch-site", "cross-site");
    foreign.form("/forms/export", &format!("{fields}&format=env")).await.is(403);
}

#[tokio::test]
async fn an_upload_without_script_is_read_as_what_it_is_called_unless_told_otherwise() {
    let server = Server::start().await;
    server.shop().await;
    let browser = server.browser().await.with("content-type", "multipart/form-data; boundary=x");
    let upload = async |environment: &str, file_name: &str, format: &str, content: &str| {
        let part = |name: &str, text: &str| {
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        };
        let body = [
            part("project", "shop"),
            part("service", ""),
            part("level", "project"),
            part("environment", environment),
            part("format", format),
            format!(
                "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n{content}\r\n--x--\r\n"
            ),
        ];
        browser.send(axum::http::Method::POST, "!/forms/import", body.concat()).await.is(303);
        server.admin().get(&format!("/projects/shop/secrets?environment={environment}")).await.names()
    };
    assert_eq!(upload("development", ".env", "", "A=1\nB=2").await, ["A", "B"]);
    assert_eq!(upload("staging", "notes.txt", "", "A: 1\nC: 2").await, ["A", "C"]);
    assert_eq!(upload("production", "a.json", "toml", "A = 1\nD = 2").await, ["A", "D"]);
}
