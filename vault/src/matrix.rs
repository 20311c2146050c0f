//! A level as a table: names × environments. No values.

use domain::{
    Actor, Level,
    api::{ListQuery, Matrix, MatrixShow},
};

use crate::{Vault, error::Result};

impl Vault {
    /// One page of the names of `level`, with what is in every environment; wider rungs included.
    pub async fn matrix(
        &self,
        actor: &Actor,
        level: &Level,
        show: MatrixShow,
        query: &ListQuery,
    ) -> Result<Matrix> {
        let _ = (actor, level, show, query);
        todo!()
    }
}
