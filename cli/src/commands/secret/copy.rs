//! `secret copy`: names of one place into another, or moved there. The values stay on the server.

use domain::api::CopyRequest;

use super::{super::plan::Planned, Context, scope};
use crate::{args::CopyArgs, client::Route, failure::Failure};

pub(super) fn copy(context: &Context, args: &CopyArgs) -> Result<u8, Failure> {
    let scope = scope(context, args.level)?;
    let request = CopyRequest {
        from: args.from.scope.clone(),
        names: (!args.all).then(|| args.names.clone()),
        remove_source: args.r#move,
    };
    let client = context.client()?;
    Planned {
        args: &args.plan,
        scope: &scope,
        route: Route::of_scope(&scope, "copy"),
        send: |route| client.post(route, &request),
        of: args.from.scope.to_string(),
        leave_out: &args.plan.leave_out,
    }
    .carry_out(context)
}
