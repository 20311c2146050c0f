//! What REST, pages and clients exchange. Values travel only in types whose fields are a [`WireValue`].

mod account;
mod audit;
mod bindings;
mod changes;
mod delivery;
mod history;
mod people;
mod places;
mod plan;
mod readiness;
mod search;
mod secrets;
mod tokens;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use account::{
    ConfirmRule, Confirmation, DeviceCode, Enrolment, FactorRule, PasswordChange, Policy, RecoveryCodes, SecondFactor,
    SessionRow,
};
pub use audit::{
    AuditChart, AuditQuery, AuditReport, AuditRow, AuditSlot, AuditStatus, BreakKind, ChainBreak, ChainReport,
    HeadState, Outcome,
};
pub use bindings::{Binding, BindingState, BindingTarget, EffectiveBinding, Proposal, ProposedBinding};
pub use changes::{ChangeAction, ChangeItem, ChangeRow, DeletedRow, ScopeFilter};
pub use delivery::{
    Applied, Delivered, DeliveredBinding, Delivery, DeliveryMode, EffectiveRow, ExplainedRung, Explanation, Mode,
    NamedValue, SealedAnswer, WatchEvent, Watcher,
};
pub use history::{Compared, Conflict, ConflictSide, MoveRequest, MovedPlace, MovedSecret, VersionDiff, VersionRow};
pub use people::{
    CreatedPerson, Invitation, Invitee, Member, MemberGrant, NewMember, NewPerson, PatchPerson, PersonRow, PersonState,
    PutMember,
};
pub use places::{
    BindingUse, Environment, EnvironmentRemoval, NewEnvironment, NewProject, PatchEnvironment, PatchPlace, Project,
    ScopeUse, Service,
};
pub use plan::{AFFECTED_MAX, Affected, Affects, CopyRequest, FileLook, Plan, PlanAction, PlanCounts, PlanItem};
pub use readiness::{ContractRow, Finding, Readiness, ServiceReadiness, Severity};
pub use search::{Found, SearchHit};
pub use secrets::{
    Cell, CellState, CellWrite, DUE_DAYS, Duplicate, DuplicatePlace, ExportRequest, Matrix, MatrixCounts, MatrixRow,
    MatrixShow, RestoreRequest, RevealRequest, Revealed, RowWrite, RowWritten, SecretPatch, SecretRow, SecretWrite,
};
pub use tokens::{CreatedToken, NewToken, TokenRow, TokenState};

/// The largest page of a list.
pub const LIMIT_MAX: u32 = 1000;
/// The page a list answers with when nothing is asked.
pub const LIMIT_DEFAULT: u32 = 100;

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The items of this page.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// A whole list as its only page.
impl<T> From<Vec<T>> for Page<T> {
    fn from(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

/// Which part of a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Only names that contain this text, without regard to ASCII case.
    pub search: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
    /// How many, at most 1000; 100 when not given.
    pub limit: Option<u32>,
}

impl ListQuery {
    /// How many rows to answer: within 1..=1000.
    pub fn rows(&self) -> u32 {
        self.limit.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
    }
}

/// A value on the wire: text as it is, a file's bytes in base64. Wiped when dropped, and without `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct WireValue(pub Zeroizing<String>);

impl From<String> for WireValue {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}
