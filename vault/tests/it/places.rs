use domain::api::{Mode, NewProject, PatchPlace};

use crate::speak::{at, delivered, name, path, put, refused, slug, status, text};

fn new(text: &str) -> NewProject {
    NewProject { slug: slug(text), name: None, description: None }
}

db_tests! {
    async fn projects_and_services_are_created_changed_and_listed(t: TestVault) {
        let admin = t.shop().await;
        let bank = NewProject { name: Some(" The Bank ".into()), description: Some("money".into()), ..new("bank") };
        let bank = t.vault.create_project(&admin, &bank).await.unwrap();
        assert_eq!((bank.name.as_str(), bank.description.as_str(), bank.services), ("The Bank", "money", 0));
        let listed = t.vault.list_projects(&admin).await.unwrap();
        let listed: Vec<_> = listed.iter().map(|p| (p.slug.as_str(), p.name.as_str(), p.services)).collect();
        assert_eq!(listed, [("bank", "The Bank", 0), ("shop", "shop", 2)]);
        assert_eq!(t.vault.find_project(&admin, &slug("shop")).await.unwrap().services, 2);

        let patch = PatchPlace { name: Some("Shop".into()), description: None };
        assert_eq!(t.vault.update_project(&admin, &slug("shop"), &patch).await.unwrap().name, "Shop");
        let patch = PatchPlace { name: None, description: Some("serves".into()) };
        let api = t.vault.update_service(&admin, &path("shop", "api"), &patch).await.unwrap();
        assert_eq!((api.name.as_str(), api.description.as_str(), api.mode), ("api", "serves", Mode::All));
        assert_eq!(t.vault.find_service(&admin, &path("shop", "api")).await.unwrap(), api);
        let services = t.vault.list_services(&admin, &slug("shop")).await.unwrap();
        assert_eq!(services.iter().map(|s| s.slug.as_str()).collect::<Vec<_>>(), ["api", "web"]);
        let long = PatchPlace { name: Some("x".repeat(201)), description: None };
        assert_eq!(status(t.vault.update_project(&admin, &slug("shop"), &long).await), 422);
    }

    async fn a_taken_slug_is_a_conflict(t: TestVault) {
        let admin = t.shop().await;
        let error = refused(t.vault.create_project(&admin, &new("shop")).await);
        assert_eq!((error.code.status(), error.detail.as_str()), (409, "the project `shop` exists already"));
        let error = refused(t.vault.create_service(&admin, &slug("shop"), &new("api")).await);
        assert_eq!((error.code.status(), error.detail.as_str()), (409, "the service `api` exists already"));
        t.project("bank").await;
        t.service("bank", "api").await;
    }

    async fn a_deleted_project_takes_everything_in_it_along(t: TestVault) {
        let admin = t.shop().await;
        for place in ["shop", "shop@staging", "shop/api", "shop/api@staging"] {
            put(&t.vault, &admin, place, "A", "v").await;
        }
        put(&t.vault, &admin, "platform", "A", "v").await;
        let bindings = serde_json::from_value::<Vec<_>>(serde_json::json!([{"target": {"env": "X"}, "secret": "A"}]));
        t.vault.put_bindings(&admin, &path("shop", "api"), &bindings.unwrap()).await.unwrap();
        t.service_token("shop", "api", None).await;
        t.vault.delete_project(&admin, &slug("shop")).await.unwrap();
        for (table, left) in [
            ("projects", 0), ("services", 0), ("bindings", 0), ("tokens", 0),
            ("scopes", 1), ("secrets", 1), ("secret_versions", 1), ("changes", 1),
        ] {
            assert_eq!(t.place.number(&format!("SELECT COUNT(*) FROM {table}")).await, left, "{table}");
        }
        assert_eq!(status(t.vault.find_project(&admin, &slug("shop")).await), 404);
        assert_eq!(status(t.vault.delete_project(&admin, &slug("shop")).await), 404);
        assert_eq!(t.audited("project.delete", "allowed").await, 1);
        // A new project of the same name starts empty.
        t.shop().await;
        assert_eq!(status(t.vault.find_secret(&admin, &at("shop"), &name("A")).await), 404);
    }

    async fn writes_at_once_with_the_deletion_of_their_project_are_done_or_told_that_it_is_gone(t: TestVault) {
        let admin = t.shop().await;
        let other = t.reopen().await;
        put(&t.vault, &admin, "shop/api", "A", "v").await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..6 {
            let vault = if writer % 2 == 0 { t.vault.clone() } else { other.clone() };
            let admin = admin.clone();
            writers.spawn(async move {
                let places = ["shop/api", "shop/web", "shop@staging"];
                for round in 0..30 {
                    let value = text(&format!("{writer}-{round}"));
                    let place = at(places[round % 3]);
                    let done = vault.put_secret(&admin, &place, &name("A"), value, None, None).await;
                    if let Err(error) = done {
                        return error.public().code.status();
                    }
                }
                200
            });
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        t.vault.delete_project(&admin, &slug("shop")).await.unwrap();
        for told in writers.join_all().await {
            assert!(told == 404 || told == 200, "{told}");
        }
        other.close().await;
    }

    async fn a_deleted_service_leaves_its_siblings_alone(t: TestVault) {
        let admin = t.shop().await;
        for place in ["shop", "shop/api", "shop/web"] {
            put(&t.vault, &admin, place, "A", place).await;
        }
        t.vault.delete_service(&admin, &path("shop", "api")).await.unwrap();
        assert_eq!(status(t.vault.find_service(&admin, &path("shop", "api")).await), 404);
        let values = delivered(&t.vault, &admin, &path("shop", "web"), "staging").await;
        assert_eq!(values["A"], "shop/web");
    }

    async fn people_and_tokens_see_their_own_places_only(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        let developer = t.developer_of("shop").await;
        let outsider = t.outsider().await;
        let token = t.service_token("shop", "api", Some("staging")).await;
        for (actor, projects) in [
            (&admin, vec!["bank", "shop"]), (&developer, vec!["shop"]), (&outsider, vec![]), (&token, vec!["shop"]),
        ] {
            let seen = t.vault.list_projects(actor).await.unwrap();
            assert_eq!(seen.iter().map(|p| p.slug.as_str()).collect::<Vec<_>>(), projects);
        }
        let seen = t.vault.list_services(&token, &slug("shop")).await.unwrap();
        assert_eq!(seen.iter().map(|s| s.slug.as_str()).collect::<Vec<_>>(), ["api"]);
        assert!(t.vault.find_project(&token, &slug("shop")).await.is_ok());
        assert!(t.vault.find_service(&token, &path("shop", "api")).await.is_ok());
        assert_eq!(status(t.vault.find_service(&token, &path("shop", "web")).await), 404);
        assert_eq!(status(t.vault.list_services(&outsider, &slug("shop")).await), 404);
        assert_eq!(status(t.vault.find_project(&outsider, &slug("shop")).await), 404);
        assert_eq!(
            refused(t.vault.find_project(&outsider, &slug("shop")).await).detail,
            refused(t.vault.find_project(&admin, &slug("shoq")).await).detail.replace("shoq", "shop"),
        );

        let patch = PatchPlace::default();
        for (actor, told) in [(&developer, 403), (&outsider, 404), (&token, 404)] {
            let results = [
                t.vault.update_project(actor, &slug("shop"), &patch).await.map(drop),
                t.vault.delete_project(actor, &slug("shop")).await,
                t.vault.create_service(actor, &slug("shop"), &new("x")).await.map(drop),
                t.vault.update_service(actor, &path("shop", "web"), &patch).await.map(drop),
                t.vault.delete_service(actor, &path("shop", "web")).await,
            ];
            for result in results {
                assert_eq!(status(result), told, "{}", actor.label);
            }
        }
        for actor in [&developer, &outsider] {
            assert_eq!(status(t.vault.create_project(actor, &new("x")).await), 403);
        }
        assert_eq!(t.vault.list_projects(&admin).await.unwrap().len(), 2);
    }
}
