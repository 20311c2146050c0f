use std::time::Instant;

use domain::{
    Actor,
    api::{CellState, ListQuery, Matrix, MatrixShow},
};
use vault::ImportOptions;

use crate::{
    fixture::TestVault,
    speak::{at, env, page, put, status, upload},
};

/// A row as text: `v1` set, `v1>project` set and covering, `<platform` inherited, `-` not set.
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
        let query = ListQuery { search: Some("A".into()), ..ListQuery::default() };
        let found = matrix(&t, &admin, "shop", MatrixShow::All, &query).await;
        assert_eq!(found.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["A1", "a2"]);
        assert_eq!(found.counts.all, 4);
    }

    async fn who_may_look_at_a_matrix(t: TestVault) {
        let admin = t.shop().await;
        put(&t.vault, &admin, "platform", "P", "v").await;
        put(&t.vault, &admin, "shop/api", "S", "v").await;
        let token = t.service_token("shop", "api", None).await;
        let outsider = t.outsider().await;
        let all = ListQuery::default();
        assert_eq!(rows(&matrix(&t, &token, "shop/api", MatrixShow::All, &all).await), ["S: v1 <all <all <all"]);
        for (actor, place) in [(&token, "shop"), (&token, "platform"), (&outsider, "shop"), (&outsider, "shop/api"), (&admin, "none")] {
            let level = at(place).level;
            assert_eq!(status(t.vault.matrix(actor, &level, MatrixShow::All, &all).await), 404, "{place}");
        }
        assert_eq!(matrix(&t, &outsider, "platform", MatrixShow::All, &all).await.rows.len(), 1);
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
