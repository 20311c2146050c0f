//! Long tables: the rows further down are fetched as one comes near them, and stand as an empty row of their height
//! until then and afterwards. A row with an open cell stays, so that nothing typed in it is lost.

use std::{collections::HashMap, sync::Arc};

use domain::{
    EnvironmentName, Level, SecretName,
    api::{MatrixRow, MatrixShow},
};
use leptos::{prelude::*, task::spawn_local};

use super::{asked::Asked, browser, matrix::Row};
use crate::error::UiError;

/// How many rows are fetched at a time: those of the first page.
pub(super) const CHUNK: u32 = domain::api::LIMIT_DEFAULT;
/// How tall a row is before one was measured, in pixels.
const ROW_HEIGHT: u32 = 40;

/// Rows of a level from any place on. No values.
#[server(prefix = "/ui", endpoint = "rows", input = server_fn::codec::Json)]
pub async fn read_rows(level: Level, show: MatrixShow, filter: String, from: u32) -> Result<Vec<MatrixRow>, UiError> {
    let (vault, actor) = (crate::context::vault()?, crate::context::actor()?);
    let query = domain::api::ListQuery { search: Some(filter), cursor: None, limit: Some(CHUNK) };
    Ok(vault.matrix_rows(&actor, &level, show, &query, from).await?)
}

/// What a window is of: other rows are another window.
type Key = (Level, MatrixShow, String, u32);

/// Makes the open cell's panel.
pub(super) type MakeDetail = Arc<dyn Fn() -> AnyView + Send + Sync>;

/// What has been fetched. Belongs to the page: the table is made anew with every answer.
#[derive(Clone, Copy)]
pub(super) struct RowWindow {
    key: StoredValue<Option<Key>>,
    /// The rows of a chunk, by its number; none while they are fetched.
    chunks: RwSignal<HashMap<u32, Option<Vec<MatrixRow>>>>,
    /// The first and last chunk in sight or near it.
    near: RwSignal<(u32, u32)>,
    /// How tall a row is.
    height: RwSignal<u32>,
}

impl RowWindow {
    /// Nothing fetched.
    pub(super) fn new() -> Self {
        let window = Self {
            key: StoredValue::new(None),
            chunks: RwSignal::new(HashMap::new()),
            near: RwSignal::new((0, 0)),
            height: RwSignal::new(ROW_HEIGHT),
        };
        Effect::new(move |_| browser::on_scroll(move || window.look()));
        window
    }

    /// Forgets what was fetched when other rows are asked for.
    pub(super) fn is_of(self, level: &Level, asked: &Asked, total: u32) {
        let key = Some((level.clone(), asked.show, asked.filter.clone(), total));
        if self.key.get_value() != key {
            self.key.set_value(key);
            self.chunks.set(HashMap::new());
            self.near.set((0, 0));
        }
    }

    /// Whether a name's row stands further down, and was fetched.
    pub(super) fn holds(self, name: &SecretName) -> bool {
        self.chunks
            .with_untracked(|chunks| chunks.values().flatten().any(|rows| rows.iter().any(|row| row.name == *name)))
    }

    /// Finds out what is in sight, and fetches what is missing there.
    fn look(self) {
        let Some(Some((level, show, filter, total))) = self.key.try_get_value() else { return };
        if let Some(height) = browser::row_height().filter(|height| self.height.get_untracked() != *height) {
            self.height.set(height);
        }
        let Some(near) = browser::chunks_in_sight() else { return };
        if self.near.get_untracked() != near {
            self.near.set(near);
        }
        for chunk in near.0.max(1)..=near.1 {
            if chunk * CHUNK < total && !self.chunks.with_untracked(|chunks| chunks.contains_key(&chunk)) {
                self.fetch(chunk, level.clone(), show, filter.clone());
            }
        }
    }

    fn fetch(self, chunk: u32, level: Level, show: MatrixShow, filter: String) {
        self.chunks.update(|chunks| {
            chunks.insert(chunk, None);
        });
        let asked = self.key.get_value();
        spawn_local(async move {
            let rows = read_rows(level, show, filter, chunk * CHUNK).await;
            // The page may be gone, or show something else.
            if self.key.try_get_value() != Some(asked) {
                return;
            }
            self.chunks.update(|chunks| match rows {
                Ok(rows) => {
                    chunks.insert(chunk, Some(rows));
                }
                // Tried again when it comes into sight the next time.
                Err(_) => {
                    chunks.remove(&chunk);
                }
            });
        });
    }
}

/// The rows behind the first page, each hundred in a body of its own.
#[component]
pub(super) fn FurtherRows(
    /// What was fetched.
    window: RowWindow,
    /// How many rows there are in all.
    total: u32,
    /// The columns.
    environments: Vec<EnvironmentName>,
    /// What the address asks for.
    asked: Asked,
    /// The open cell's name and column.
    open: Option<(SecretName, usize)>,
    /// Its panel.
    detail: Option<MakeDetail>,
) -> impl IntoView {
    // Not before the page is awake: without script there is a pager.
    let awake = RwSignal::new(false);
    Effect::new(move |_| {
        awake.set(true);
        request_animation_frame(move || window.look());
    });
    let chunks = total.div_ceil(CHUNK);
    let columns = (environments.len() + 2).to_string();
    let body = move |chunk: u32| {
        let (environments, asked, open, detail) = (environments.clone(), asked.clone(), open.clone(), detail.clone());
        let columns = columns.clone();
        let count = CHUNK.min(total - chunk * CHUNK);
        let name = open.as_ref().map(|(name, _)| name.clone());
        // A chunk whose cell is open stays; others come and go.
        let rows = Memo::new(move |_| {
            let (first, last) = window.near.get();
            window.chunks.with(|chunks| {
                let rows = chunks.get(&chunk)?.as_ref()?;
                let open = name.as_ref().is_some_and(|name| rows.iter().any(|row| row.name == *name));
                (open || (first..=last).contains(&chunk)).then(|| rows.clone())
            })
        });
        let content = move || {
            match rows.get() {
            None => view! {
                <tr class="space" aria-hidden="true">
                    <td colspan=columns.clone()><svg width="1" height=move || (window.height.get() * count).to_string()></svg></td>
                </tr>
            }
            .into_any(),
            Some(rows) => {
                let numbered = (chunk * CHUNK + 2..).zip(rows);
                let lines = numbered.map(|(number, row)| {
                    let column = open.as_ref().filter(|(name, _)| *name == row.name).map(|(_, column)| *column);
                    let below = column.and(detail.as_ref()).map(|detail| {
                        view! { <tr class="detail-row"><td colspan=columns.clone()>{detail()}</td></tr> }
                    });
                    view! { <Row row number environments=environments.clone() asked=asked.clone() column />{below} }
                });
                lines.collect::<Vec<_>>().into_any()
            }
        }
        };
        view! { <tbody data-chunk=chunk.to_string()>{content}</tbody> }
    };
    move || awake.get().then(|| (1..chunks).map(body.clone()).collect::<Vec<_>>())
}
