use domain::{
    Kind, SecretValue,
    access::Right,
    api::{AuditQuery, NewToken},
    export::Format,
    import::{Format as ImportFormat, parse},
};
use vault::{ExportOptions, Exported, ImportOptions, Wrapping};

use crate::{
    fixture::new_token,
    speak::{at, env, name, path, put, refused, slug, status},
};

fn as_(format: Format) -> ExportOptions {
    ExportOptions { format, reason: "moving".into() }
}

fn text(exported: &Exported) -> &str {
    std::str::from_utf8(&exported.bytes).unwrap()
}

db_tests! {
    async fn a_scope_is_exported_and_every_name_recorded_before_it_leaves(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop/api@staging");
        for (key, value) in [("B", "two\nlines"), ("A", "1"), ("GONE", "canary")] {
            put(&t.vault, &admin, "shop/api@staging", key, value).await;
        }
        put(&t.vault, &admin, "shop/api@staging", "A", "it's").await;
        put(&t.vault, &admin, "shop/api", "WIDER", "canary").await;
        t.vault.delete_secret(&admin, &scope, &name("GONE"), None).await.unwrap();
        let exported = t.vault.export(&admin, &scope, &as_(Format::Env)).await.unwrap();
        assert_eq!(text(&exported), "A=\"it's\"\nB='two\nlines'\n");
        assert_eq!(exported.file_name, "shop-api-staging.env");
        assert_eq!(t.audited("secret.reveal", "allowed").await, 2);
        let log = t.vault.list_audit(&admin, &AuditQuery::default()).await.unwrap();
        let told = |n: usize| {
            let row = &log.items[n];
            (row.action.as_str(), row.name.as_str(), row.version, row.reason.as_str())
        };
        assert_eq!(told(0), ("secret.export", "", None, "2 values, export as env: moving"));
        assert_eq!(told(1), ("secret.reveal", "B", Some(1), "export as env: moving"));
        assert_eq!(told(2), ("secret.reveal", "A", Some(2), "export as env: moving"));
        assert!(t.vault.verify_audit().await.unwrap().verdict().is_ok());

        let empty = t.vault.export(&admin, &at("platform"), &as_(Format::Json)).await.unwrap();
        assert_eq!((text(&empty), empty.file_name.as_str()), ("{}\n", "platform.json"));
        assert_eq!(status(t.vault.export(&admin, &at("none"), &as_(Format::Json)).await), 404);
    }

    async fn what_a_service_gets_is_exported_from_every_rung(t: TestVault) {
        let admin = t.shop().await;
        for (place, key) in [
            ("platform", "A"), ("shop", "A"), ("shop", "B"), ("shop/api@staging", "B"), ("platform@staging", "C"),
            ("shop/api@production", "D"),
        ] {
            put(&t.vault, &admin, place, key, place).await;
        }
        let (api, staging) = (path("shop", "api"), env("staging"));
        let exported = t.vault.export_effective(&admin, &api, &staging, &as_(Format::Toml)).await.unwrap();
        assert_eq!(text(&exported), "A = \"shop\"\nB = \"shop/api@staging\"\nC = \"platform@staging\"\n");
        let delivery = t.vault.deliver(&admin, &api, &staging, Wrapping::Plain).await.unwrap();
        assert_eq!(delivery.values.len(), 3);
        let log = t.vault.list_audit(&admin, &AuditQuery::default()).await.unwrap();
        let sources: Vec<_> = log.items[2..5].iter().map(|row| row.source.as_str()).collect();
        assert_eq!(
            sources,
            ["platform, environment: staging", "project: shop, service: api, environment: staging", "project: shop"]
        );
        assert_eq!(status(t.vault.export_effective(&admin, &api, &env("none"), &as_(Format::Toml)).await), 404);
    }

    async fn what_a_format_cannot_carry_leaves_nothing_and_records_nothing(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop", "GOOD", "canary").await;
        put(&t.vault, &admin, "shop", "LINES", "canary\n").await;
        put(&t.vault, &admin, "shop", "my-name", "canary").await;
        let error = refused(t.vault.export(&admin, &at("shop"), &as_(Format::Docker)).await);
        let names: Vec<_> = error.problems.iter().filter_map(|problem| problem.name.as_deref()).collect();
        assert_eq!((error.code.status(), names), (422, vec!["LINES", "my-name"]));
        assert!(!format!("{error:?}").contains("canary"));
        assert_eq!(t.audited("secret.reveal", "allowed").await, 0);
        assert_eq!(t.audited("secret.export", "allowed").await, 0);
    }

    async fn only_those_who_may_reveal_export(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "shop/api@staging", "OWN", "own").await;
        let (api, staging) = (path("shop", "api"), env("staging"));
        let developer = t.developer_of("shop").await;
        let exported = t.vault.export_effective(&developer, &api, &staging, &as_(Format::Env)).await.unwrap();
        assert_eq!(text(&exported), "OWN=own\n");

        put(&t.vault, &admin, "platform", "WIDE", "canary").await;
        assert_eq!(status(t.vault.export(&developer, &at("platform"), &as_(Format::Env)).await), 403);
        // A developer may not reveal what comes from the platform, and must not by the way of a file.
        let error = refused(t.vault.export_effective(&developer, &api, &staging, &as_(Format::Env)).await);
        assert_eq!(error.code.status(), 403);
        assert_eq!(t.audited("secret.export", "denied").await, 2);
        // The service's own token is delivered all of it anyway.
        let token = t.service_token("shop", "api", Some("staging")).await;
        let exported = t.vault.export_effective(&token, &api, &staging, &as_(Format::Env)).await.unwrap();
        assert_eq!(text(&exported), "OWN=own\nWIDE=canary\n");
        assert_eq!(status(t.vault.export(&token, &at("platform"), &as_(Format::Env)).await), 404);

        let outsider = t.outsider().await;
        assert_eq!(status(t.vault.export(&outsider, &at("shop"), &as_(Format::Env)).await), 404);
        let rights = NewToken { rights: vec![Right::Write], project: Some(slug("shop")), ..new_token("writes") };
        let writer = t.bearer(&t.token(&admin, &rights).await).await;
        assert_eq!(status(t.vault.export(&writer, &at("shop"), &as_(Format::Env)).await), 403);
        assert_eq!(status(t.vault.export_effective(&writer, &api, &staging, &as_(Format::Env)).await), 403);
    }

    async fn what_is_exported_can_be_imported_elsewhere(t: TestVault) {
        let admin = t.shop().await;
        let (from, to) = (at("shop"), at("shop@production"));
        let bytes = SecretValue::new(Kind::File, vec![0, 255]).unwrap();
        t.vault.put_secret(&admin, &from, &name("F"), bytes, None, None).await.unwrap();
        put(&t.vault, &admin, "shop", "T", " it's\r\n\"\\ ").await;
        let exported = t.vault.export(&admin, &from, &as_(Format::Yaml)).await.unwrap();
        let import = parse(ImportFormat::Yaml, &exported.bytes).unwrap();
        let options = ImportOptions::default();
        let plan = t.vault.plan_import(&admin, &from, &import, &options).await.unwrap();
        assert_eq!(plan.counts.unchanged, 2);
        assert_eq!(t.vault.import(&admin, &to, &import, &options).await.unwrap().counts.create, 2);
        let copied = t.vault.export(&admin, &to, &as_(Format::Yaml)).await.unwrap();
        assert_eq!(*copied.bytes, *exported.bytes);
    }

    async fn a_comment_of_a_file_becomes_the_secret_s(t: TestVault) {
        let admin = t.shop().await;
        let scope = at("shop");
        let import = async |file: &str| {
            let import = parse(ImportFormat::Env, file.as_bytes()).unwrap();
            t.vault.import(&admin, &scope, &import, &ImportOptions::default()).await.unwrap()
        };
        let comment = async || t.vault.find_secret(&admin, &scope, &name("A")).await.unwrap().comment;
        import("# what it is\nA=1 # and why\n").await;
        assert_eq!(comment().await, "what it is\nand why");
        // Without a comment in the file, what is there stays.
        import("A=2\n").await;
        assert_eq!(comment().await, "what it is\nand why");
        // A value that is there already gets the words of the file.
        let plan = import("# other\nA=2\n").await;
        assert_eq!((plan.counts.update, comment().await.as_str()), (1, "other"));
        import("# other\nA=3\n").await;
        assert_eq!(comment().await, "other");
        let exported = t.vault.export(&admin, &scope, &as_(Format::Env)).await.unwrap();
        assert_eq!(text(&exported), "# other\nA=3\n");
    }
}
