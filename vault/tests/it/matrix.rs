use std::time::Instant;

use domain::{
    Actor,
    api::{CellState, ListQuery, Matrix, MatrixShow},
};
use vault::ImportOptions;

use crate::{
    fixture::TestVault,
    speak::{at, env, page, path, put, status, upload},
};

/// A row as text: `v1` set, `v1>project` set and covering, `<platform` inherited, `-` not set, `!` missing, `#` closed.
fn rows(matrix: &Matrix) -> Vec<String> {
    let rows = matrix.rows.iter();
    rows.map(|row| {
        let cells = row.cells.iter().map(|cell| {
            let other = cell.other.as_deref();
            match (cell.state, cell.version, other) {
                (CellState::Set, Some(version), None) => format!("v{version}"),
                (CellState::Set, Some(version), Some(other)) => format!("v{version}>{other}"),
                (CellState::From, None, Some(other)) => format!("<{other}"),
                (CellState::NotSet, None, None) => "-".to_owned(),
                (CellState::Missing, None, None) => "!".to_owned(),
                (CellState::NoAccess, None, None) => "#".to_owned(),
                odd => panic!("{odd:?}"),
            }
        });
        let cells: Vec<String> = cells.collect();
        format!("{}: {}", row.name, cells.join(" "))
    })
    .collect()
}

async fn matrix(t: &TestVault, actor: &Actor, place: &str, show: MatrixShow, query: &ListQuery) -> Matrix {
    let level = at(place).level;
    t.vault.matrix(actor, &level, show, query).await.unwrap()
}

db_tests! {
    async fn a_level_is_shown_with_what_its_cells_cover_and_inherit(t: TestVault) {
        let admin = t.shop().await;
        for (place, key) in [
            ("shop/api", "BOTH"), ("shop/api@staging", "BOTH"),
            ("platform", "EVERYWHERE"), ("shop@staging", "EVERYWHERE"), ("shop/api@staging", "EVERYWHERE"),
            ("shop", "PROJECT"), ("shop@production", "PROJECT"),
            ("platform@production", "PLATFORM"),
            ("shop/web", "ELSEWHERE"),
        ] {
            put(&t.vault, &admin, place, key, "v").await;
        }
        put(&t.vault, &admin, "shop/api", "BOTH", "w").await;
        let all = ListQuery::default();
        let service = matrix(&t, &admin, "shop/api", MatrixShow::All, &all).await;
        assert_eq!(service.environments, ["development", "staging", "production"].map(env));
        assert_eq!(rows(&service), [
            "BOTH: v2 <all v1>all <all",
            "EVERYWHERE: <platform <platform v1>project <platform",
            "PLATFORM: - - - <platform",
            "PROJECT: <project <project <project <project",
        ]);
        let counts = service.counts;
        assert_eq!((counts.all, counts.set, counts.inherited, counts.shadows), (4, 2, 2, 1));
        let project = matrix(&t, &admin, "shop", MatrixShow::All, &all).await;
        assert_eq!(rows(&project), [
            "EVERYWHERE: <platform <platform v1>platform <platform",
            "PLATFORM: - - - <platform",
            "PROJECT: v1 <all <all v1>all",
        ]);
        let platform = matrix(&t, &admin, "platform", MatrixShow::All, &all).await;
        assert_eq!(rows(&platform), ["EVERYWHERE: v1 <all <all <all", "PLATFORM: - - - v1"]);

        let names = async |show| {
            let matrix = matrix(&t, &admin, "shop/api", show, &all).await;
            assert_eq!(matrix.counts, counts);
            matrix.rows.iter().map(|row| row.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(MatrixShow::Set).await, ["BOTH", "EVERYWHERE"]);
        assert_eq!(names(MatrixShow::Inherited).await, ["PLATFORM", "PROJECT"]);
        assert_eq!(names(MatrixShow::Shadows).await, ["EVERYWHERE"]);
    }

    async fn a_matrix_is_searched_and_paged(t: TestVault) {
        let admin = t.shop().await;
        for key in ["b", "A1", "a2", "C"] {
            put(&t.vault, &admin, "shop", key, "v").await;
        }
        let first = matrix(&t, &admin, "shop", MatrixShow::All, &page(2, None)).await;
        assert_eq!(first.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["A1", "C"]);
        let second = matrix(&t, &admin, "shop", MatrixShow::All, &page(2, first.next_cursor.as_deref())).await;
        assert_eq!(second.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["a2", "b"]);
        assert_eq!(second.next_cursor, None);
        assert_eq!([first.found, first.before, second.found, second.before], [4, 0, 4, 2]);
        let query = ListQuery { search: Some("A".into()), ..ListQuery::default() };
        let found = matrix(&t, &admin, "shop", MatrixShow::All, &query).await;
        assert_eq!(found.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["A1", "a2"]);
        assert_eq!((found.counts.all, found.found), (4, 2));
    }

    async fn who_may_look_at_a_matrix(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "platform", "P", "v").await;
        put(&t.vault, &admin, "shop/api", "S", "v").await;
        let token = t.service_token("shop", "api", None).await;
        let outsider = t.outsider().await;
        let all = ListQuery::default();
        // Whoever gets the service's values may know of every rung, as in its effective secrets.
        let shown = matrix(&t, &token, "shop/api", MatrixShow::All, &all).await;
        assert_eq!(rows(&shown), ["P: <platform <platform <platform <platform", "S: v1 <all <all <all"]);
        for (actor, place) in [(&token, "shop"), (&token, "platform"), (&outsider, "shop"), (&outsider, "shop/api"), (&admin, "none")] {
            let level = at(place).level;
            assert_eq!(status(t.vault.matrix(actor, &level, MatrixShow::All, &all).await), 404, "{place}");
        }
        assert_eq!(matrix(&t, &outsider, "platform", MatrixShow::All, &all).await.rows.len(), 1);
    }

    async fn what_a_binding_needs_and_no_rung_holds_is_missing(t: TestVault) {
        let admin = t.shop().await;
        let all = page(10, None);
        put(&t.vault, &admin, "shop@staging", "PARTLY", "v").await;
        put(&t.vault, &admin, "shop", "THERE", "v").await;
        let bindings = serde_json::from_value::<Vec<_>>(serde_json::json!([
            {"target": {"env": "A"}, "secret": "PARTLY"},
            {"target": {"env": "B"}, "secret": "NOWHERE", "environment": "production"},
            {"target": {"env": "C"}, "secret": "THERE"},
            {"target": {"env": "D"}, "secret": "PINNED", "scope": {"level": "platform", "environment": null}},
        ]));
        t.vault.put_bindings(&admin, &path("shop", "api"), &bindings.unwrap()).await.unwrap();
        let shown = matrix(&t, &admin, "shop/api", MatrixShow::All, &all).await;
        assert_eq!(
            rows(&shown),
            ["NOWHERE: - - - !", "PARTLY: - ! <project !", "THERE: <project <project <project <project"]
        );
        assert_eq!((shown.rows[0].kind, shown.counts.missing), (None, 2));
        assert_eq!((shown.counts.all, shown.counts.inherited, shown.counts.set), (3, 2, 0));
        assert_eq!(shown.missing, [1, 0, 2]);
        let missing = matrix(&t, &admin, "shop/api", MatrixShow::Missing, &all).await;
        assert_eq!(missing.rows.len(), 2);
        // Only the service needs it; its project and its neighbour do not.
        for place in ["shop", "shop/web"] {
            let shown = matrix(&t, &admin, place, MatrixShow::All, &all).await;
            assert_eq!((shown.counts.missing, shown.missing), (0, vec![0, 0, 0]), "{place}");
        }
        let names = t.vault.list_missing(&admin, &path("shop", "api"), &env("production")).await.unwrap();
        assert_eq!(names.iter().map(ToString::to_string).collect::<Vec<_>>(), ["NOWHERE", "PARTLY"]);
        assert!(t.vault.list_missing(&admin, &path("shop", "api"), &env("staging")).await.unwrap().is_empty());
        assert_eq!(status(t.vault.list_missing(&t.outsider().await, &path("shop", "api"), &env("staging")).await), 404);
        // Whoever may not look at a wider rung is not told that a name is missing.
        let new = domain::api::NewToken {
            project: Some("shop".parse().unwrap()),
            rights: vec![domain::access::Right::Write],
            ..crate::fixture::new_token("ci")
        };
        let token = t.token(&admin, &new).await;
        let writer = t.bearer(&token).await;
        let shown = matrix(&t, &writer, "shop/api", MatrixShow::All, &all).await;
        assert_eq!((rows(&shown)[0].as_str(), shown.counts.missing), ("NOWHERE: - - - -", 0));
    }

    async fn columns_that_may_not_be_looked_at_are_closed_and_tell_nothing(t: TestVault) {
        let admin = t.shop().await;
        for (place, key) in [
            ("shop/api", "WIDE"), ("shop/api@staging", "MINE"), ("shop/api@production", "MINE"), ("platform", "P"),
            ("shop/api@production", "THEIRS"),
        ] {
            put(&t.vault, &admin, place, key, place).await;
        }
        let all = page(10, None);
        let staging = t.service_token("shop", "api", Some("staging")).await;
        let shown = matrix(&t, &staging, "shop/api", MatrixShow::All, &all).await;
        assert_eq!(rows(&shown), ["MINE: # # v1 #", "P: # # <platform #", "WIDE: # # <all #"]);
        let compared = shown.rows[0].cells.iter().filter(|cell| cell.group.is_some()).count();
        assert_eq!(compared, 1, "a closed cell is not compared with an open one");
        assert_eq!(t.audited("secret.list", "denied").await, 0);
        let level = at("shop").level;
        assert_eq!(status(t.vault.matrix(&staging, &level, MatrixShow::All, &all).await), 404);
        assert_eq!(t.audited("secret.list", "denied").await, 1);
    }

    async fn a_row_tells_which_environments_differ_without_a_value(t: TestVault) {
        let admin = t.shop().await;
        for (place, value) in [
            ("shop/api@development", "one"), ("shop/api@staging", "marker-8841"), ("shop/api@production", "marker-8841"),
        ] {
            put(&t.vault, &admin, place, "DB", value).await;
        }
        put(&t.vault, &admin, "platform", "DB", "one").await;
        let shown = matrix(&t, &admin, "shop/api", MatrixShow::All, &page(10, None)).await;
        let row = &shown.rows[0];
        let groups: Vec<_> = row.cells.iter().map(|cell| cell.group).collect();
        assert_eq!(groups, [Some(0), Some(0), Some(1), Some(1)], "development has what the platform has");
        assert_eq!(row.compared(3), (vec![1], vec![2]));
        let neighbours: Vec<_> = (0..4).map(|column| row.differs_from_neighbour(column)).collect();
        assert_eq!(neighbours, [None, None, Some(1), None]);
        assert!(!serde_json::to_string(&shown).unwrap().contains("marker-8841"));
    }

    async fn a_wide_value_says_who_has_another_in_its_place(t: TestVault) {
        let admin = t.shop().await;
        t.project("bank").await;
        for place in ["platform", "platform@staging", "shop", "shop@staging", "shop/api", "shop/web@staging", "bank@production"] {
            put(&t.vault, &admin, place, "A", place).await;
        }
        let covered = |shown: &Matrix| -> Vec<u32> { shown.rows[0].cells.iter().map(|cell| cell.covered).collect() };
        let all = page(10, None);
        let project = matrix(&t, &admin, "shop", MatrixShow::All, &all).await;
        assert_eq!(covered(&project), [2, 0, 2, 0]);
        let platform = matrix(&t, &admin, "platform", MatrixShow::All, &all).await;
        assert_eq!(covered(&platform), [5, 0, 4, 0]);
        assert_eq!(
            platform.rows[0].cells[2].covered_by,
            [
                "project: shop, service: web, environment: staging",
                "project: shop, service: api",
                "project: shop, environment: staging",
            ]
        );
        // Of other projects nobody is told.
        let developer = t.developer_of("shop").await;
        assert_eq!(covered(&matrix(&t, &developer, "platform", MatrixShow::All, &all).await), [4, 0, 4, 0]);
        assert_eq!(covered(&matrix(&t, &t.outsider().await, "platform", MatrixShow::All, &all).await), [0, 0, 0, 0]);
    }

    async fn fifty_thousand_names_stay_usable(t: TestVault) {
        let admin = t.shop().await;
        for part in 0..5 {
            let keys: Vec<String> = (0..10_000).map(|n| format!("\"KEY_{part}_{n:05}\": \"v\"")).collect();
            let file = upload(&format!("{{{}}}", keys.join(",")));
            t.vault.import(&admin, &at("shop"), &file, &ImportOptions::default()).await.unwrap();
        }
        let start = Instant::now();
        let shown = matrix(&t, &admin, "shop/api", MatrixShow::All, &page(100, Some("KEY_2_04999"))).await;
        let matrix_took = start.elapsed();
        assert_eq!((shown.rows.len(), shown.rows[0].name.as_str()), (100, "KEY_2_05000"));
        assert_eq!(shown.counts.inherited, 50_000);
        let start = Instant::now();
        let query = ListQuery { search: Some("_4_0999".into()), ..ListQuery::default() };
        assert_eq!(t.vault.list_secrets(&admin, &at("shop"), &query).await.unwrap().items.len(), 10);
        println!("matrix {matrix_took:?}, search {:?}", start.elapsed());
    }
}
