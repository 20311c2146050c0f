//! Opening an installation: keys first, then the database, then the row that ties the two together.
//!
//! Until the row and both keys are known to belong together, nothing is written: no directory, no file, no table.

use std::{path::Path, sync::Arc, time::Duration};

use domain::access::RequestInfo;
use seal::{AuditRoot, KeyRing};
use uuid::Uuid;

use crate::{
    Config, Inner, KeyFiles, Rollback, Vault,
    audit::{
        Event, Log,
        epochs::{Begun, read_head, refuse_rollback},
        head::Head,
    },
    clock::new_id,
    db::{Db, Tx, environments::StoredEnvironment, installation::StoredInstallation},
    environments,
    error::{Error, StartError},
    key_files::{Keys, refused},
    passwords::Passwords,
    throttle::Throttle,
    watch::Watches,
};

/// How often, and how long apart, a start is tried while another process holds the SQLite file.
const TRIES: u32 = 50;
const APART: Duration = Duration::from_millis(100);

pub(crate) async fn open(config: Config) -> Result<Vault, StartError> {
    let mut tries = 0;
    loop {
        match try_open(&config).await {
            // What SQLite does not wait for, busy timeout or not: changing the journal mode, and migrating.
            Err(error) if error.is_locked() && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(APART).await;
            }
            done => return done,
        }
    }
}

async fn try_open(config: &Config) -> Result<Vault, StartError> {
    let files = &config.keys;
    let keys = files.read()?;
    match (look(config).await?, &keys) {
        (Some((row, lengths)), Some(keys)) => {
            drop(unlock(&row, keys, files)?);
            if let Some(head) = read_head(&config.audit, keys)? {
                refuse_rollback(&config.audit, &head.lost(&lengths, head.epoch))?;
            }
        }
        (Some(_), None) => return Err(missing(files)),
        (None, Some(keys)) => refuse_empty(config, keys)?,
        (None, None) => {}
    }
    let new_keys = match keys {
        Some(_) => None,
        None => Some(files.prepare()?),
    };
    let db = Db::connect(&config.database).await?;
    db.migrate().await?;

    let mut tx = db.write().await?;
    tx.lock_for_start().await?;
    if let Some(row) = only_row(&mut tx).await? {
        // As always; or another server has made the installation since we looked, perhaps with these very files.
        let keys = match keys {
            Some(keys) => keys,
            None => files.read()?.ok_or_else(|| missing(files))?,
        };
        let ring = || unlock(&row, &keys, files);
        let head = read_head(&config.audit, &keys)?;
        let vault = vault(config, db, ring()?, row.id, &keys, head.clone());
        let (ring, begun) = vault.meet_head(&mut tx, &config.audit, head, ring()?).await?;
        let vault = vault.with_ring(ring);
        let is_new = vault.record_start(&mut tx, &begun).await?;
        if let Begun::RolledBack { epoch, .. } = begun {
            vault.inner.log.head.forget(epoch).await;
        }
        let carried = vault.carry_members(&mut tx).await?;
        if vault.refresh_search(&mut tx).await? || is_new || carried {
            tx.commit().await?;
        }
        vault.tell_records();
        return Ok(vault);
    }
    let keys = match (keys, new_keys) {
        (Some(keys), _) => keys,
        (None, Some(new)) => new.publish()?,
        (None, None) => return Err(missing(files)),
    };
    refuse_empty(config, &keys)?;
    let id = new_id();
    let ring = KeyRing::new(&keys.root, &keys.store, *id.as_bytes());
    let vault = vault(config, db, ring, id, &keys, None);
    vault.make_installation(&mut tx).await?;
    tx.commit().await?;
    vault.tell_records();
    Ok(vault)
}

/// Refuses to make a new installation where the head file knows one: its database is gone, or another one is meant.
fn refuse_empty(config: &Config, keys: &Keys) -> Result<(), StartError> {
    match read_head(&config.audit, keys)? {
        Some(head) if config.audit.rollback == Rollback::Refuse => Err(StartError::Head(format!(
            "there is no installation in the database, but the head file {} knows the installation {}: restore its \
             database, or start once with --accept-rollback to make a new one",
            config.audit.head.as_deref().unwrap_or(Path::new("")).display(),
            head.installation
        ))),
        _ => Ok(()),
    }
}

/// The installation in the database as it is, and the lengths of its audit chains, without making or changing anything.
async fn look(config: &Config) -> Result<Option<(StoredInstallation, Vec<(Uuid, i64)>)>, StartError> {
    let Some(db) = Db::connect_to_existing(&config.database).await? else {
        return Ok(None);
    };
    let mut tx = db.read().await?;
    let mut row = None;
    if tx.has_schema().await?
        && let Some(found) = only_row(&mut tx).await?
    {
        row = Some((found, tx.list_audit_lengths().await?));
    }
    drop(tx);
    db.close().await;
    Ok(row)
}

async fn only_row(tx: &mut Tx) -> Result<Option<StoredInstallation>, StartError> {
    let mut rows = tx.list_installations().await?;
    match rows.len() {
        0 | 1 => Ok(rows.pop()),
        // Never written by us.
        _ => Err(Error::Tampered { table: "installation" }.into()),
    }
}

/// The key ring, when both keys are those of this installation.
fn unlock(row: &StoredInstallation, keys: &Keys, files: &KeyFiles) -> Result<KeyRing, StartError> {
    let ring = KeyRing::new(&keys.root, &keys.store, *row.id.as_bytes());
    let check = |path: &Path, found: [u8; 16], expected: &[u8]| {
        if found.as_slice() == expected {
            return Ok(());
        }
        Err(refused(path, "belongs to another installation than this database; restore the file that was made with it"))
    };
    check(&files.root, ring.root_check(), &row.root_key_check)?;
    check(&files.store, ring.store_check(), &row.store_key_check)?;
    Ok(ring)
}

fn missing(files: &KeyFiles) -> StartError {
    StartError::Key(format!(
        "the key files {} and {} are missing, but the database holds an installation that was made with them; \
         restore both from their backups",
        files.root.display(),
        files.store.display()
    ))
}

fn vault(config: &Config, db: Db, ring: KeyRing, instance: Uuid, keys: &Keys, head: Option<Head>) -> Vault {
    let root = AuditRoot::new(&keys.root, *instance.as_bytes());
    let known = head.unwrap_or_else(|| Head::new(instance));
    Vault {
        inner: Arc::new(Inner {
            db,
            keys: ring,
            instance,
            clock: config.clock.clone(),
            log: Arc::new(Log::new(&root, &config.audit, config.keys.clone(), known)),
            confirm_within: config.confirm_within,
            passwords: Passwords::new(),
            throttle: Throttle::default(),
            watches: Watches::default(),
        }),
    }
}

impl Vault {
    /// The same vault with other keys; for one that nobody has a second handle of yet.
    fn with_ring(mut self, ring: KeyRing) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.keys = ring;
        }
        self
    }

    /// From now on the log is told of its records as they are committed.
    fn tell_records(&self) {
        let log = self.inner.log.clone();
        self.inner.db.on_recorded(Box::new(move |rows, segment| log.committed(rows, segment)));
    }
}

impl Vault {
    async fn make_installation(&self, tx: &mut Tx) -> crate::Result<()> {
        let now = self.inner.clock.now();
        tx.append_installation(&StoredInstallation {
            id: self.inner.instance,
            root_key_check: self.inner.keys.root_check().to_vec(),
            store_key_check: self.inner.keys.store_check().to_vec(),
            created_at: now.0,
        })
        .await?;
        for (position, name) in (0..).zip(environments::FIRST) {
            let row = self.guard(StoredEnvironment {
                id: new_id(),
                name: name.to_owned(),
                position,
                created_at: now.0,
                mac: Vec::new(),
            });
            tx.append_environment(&row).await?;
        }
        self.refresh_search(tx).await?;
        let event = Event::of("installation.create", "", "");
        self.record_as(tx, "server", &RequestInfo::default(), event).await?;
        Ok(())
    }
}

impl Inner {
    pub(crate) async fn is_ready(&self) -> bool {
        self.db.ping().await.is_ok()
    }
}
