//! What services need: their contracts, and how ready each of them is. No values.

use domain::{
    Action, Actor, Code, EnvironmentName, Error as PublicError, Millis, Scope, ServicePath, Slug, access,
    api::{ContractRow, Readiness, ServiceReadiness},
    contract::Contract,
};

use crate::{
    Vault,
    audit::Event,
    db::{Tx, contracts::StoredContract},
    error::{Error, Result},
    scopes::known,
};

/// The longest contract, in bytes.
const CONTRACT_MAX: usize = 64 * 1024;

impl Vault {
    /// The contract of a service; 404 when it has none.
    pub async fn find_contract(&self, actor: &Actor, service: &ServicePath) -> Result<ContractRow> {
        self.sees_service(actor, service, "contract.find").await?;
        let mut tx = self.inner.db.read().await?;
        let stored = self.service(&mut tx, service).await?;
        let row = tx.find_contract(stored.id).await?.ok_or_else(|| none(service))?;
        let StoredContract { text, updated_at, updated_by, .. } = self.checked(row)?;
        Ok(ContractRow { text, updated_at: Millis(updated_at), updated_by })
    }

    /// Keeps a contract for a service, in the place of the one before. 422 with every problem, by line and column.
    pub async fn put_contract(&self, actor: &Actor, service: &ServicePath, text: &str) -> Result<ContractRow> {
        let scope = Scope::service(service.clone(), None);
        let event = Event::of("contract.put", &scope, service.service.as_str());
        self.authorise(actor, Action::Bind, &scope, event.clone()).await?;
        if text.len() > CONTRACT_MAX {
            return Err(PublicError::new(Code::TooLarge, "a contract has at most 64 KiB").into());
        }
        let contract = Contract::parse(text).map_err(PublicError::invalid)?;
        let mut tx = self.inner.db.write().await?;
        let stored = self.locked_service(&mut tx, service).await?;
        let row = self.guard(StoredContract {
            service_id: stored.id,
            text: text.to_owned(),
            updated_at: self.inner.clock.now().0,
            updated_by: actor.label.clone(),
            mac: Vec::new(),
        });
        tx.put_contract(&row).await?;
        let count = match contract.secrets().len() {
            1 => "1 secret".to_owned(),
            many => format!("{many} secrets"),
        };
        self.record(&mut tx, actor, event.reason(&count)).await?;
        tx.commit().await?;
        Ok(ContractRow { text: row.text, updated_at: Millis(row.updated_at), updated_by: row.updated_by })
    }

    /// Forgets the contract of a service; 404 when it has none.
    pub async fn delete_contract(&self, actor: &Actor, service: &ServicePath) -> Result<()> {
        let scope = Scope::service(service.clone(), None);
        let event = Event::of("contract.delete", &scope, service.service.as_str());
        self.authorise(actor, Action::Bind, &scope, event.clone()).await?;
        let mut tx = self.inner.db.write().await?;
        let stored = self.locked_service(&mut tx, service).await?;
        if !tx.delete_contract(stored.id).await? {
            return Err(none(service).into());
        }
        self.record(&mut tx, actor, event).await?;
        tx.commit().await?;
        Ok(())
    }

    /// How ready the services of a project are that the actor may see, by slug; each in the environments that they may
    /// see, in their order.
    pub async fn list_readiness(&self, actor: &Actor, project: &Slug) -> Result<Vec<ServiceReadiness>> {
        let mut services = Vec::new();
        for service in self.list_services(actor, project).await? {
            let path = ServicePath::new(project.clone(), service.slug);
            services.push(self.find_readiness(actor, &path).await?);
        }
        Ok(services)
    }

    /// How ready a service is: what its contract asks for and it does not get; without a contract, what would stop a
    /// program from starting.
    pub async fn find_readiness(&self, actor: &Actor, service: &ServicePath) -> Result<ServiceReadiness> {
        self.sees_service(actor, service, "contract.check").await?;
        let mut tx = self.inner.db.read().await?;
        let contract = self.contract(&mut tx, service).await?;
        let mut environments = Vec::new();
        for row in self.all_checked(tx.list_environments().await?)? {
            let environment: EnvironmentName = known(row.name, "environments")?;
            let scope = Scope::service(service.clone(), Some(environment));
            if access::check(actor, Action::See, &scope).is_err() {
                continue;
            }
            let Some(environment) = scope.environment else { continue };
            let rows = self.given_in(&mut tx, actor, service, &environment).await?;
            let given = rows.as_given();
            let findings = contract.as_ref().map_or_else(|| given.refusals(), |contract| contract.check(&given));
            environments.push(Readiness { environment, findings });
        }
        Ok(ServiceReadiness { service: service.service.clone(), has_contract: contract.is_some(), environments })
    }

    async fn contract(&self, tx: &mut Tx, service: &ServicePath) -> Result<Option<Contract>> {
        let stored = self.service(tx, service).await?;
        let Some(row) = tx.find_contract(stored.id).await? else { return Ok(None) };
        let row = self.checked(row)?;
        // It was read before it was kept; a later version of the program may read less.
        Contract::parse(&row.text).map(Some).map_err(|_| Error::Unknown { table: "contracts" })
    }
}

fn none(service: &ServicePath) -> PublicError {
    PublicError::not_found(format!("a contract of {service}"))
}
