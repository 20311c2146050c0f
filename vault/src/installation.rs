//! Opening an installation: keys first, then the database, then the row that ties the two together.
//!
//! Until the row and both keys are known to belong together, nothing is written: no directory, no file, no table.

use std::{path::Path, sync::Arc, time::Duration};

use domain::access::RequestInfo;
use seal::KeyRing;
use uuid::Uuid;

use crate::{
    Clock, Config, Inner, KeyFiles, Vault,
    audit::Event,
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
        (Some(row), Some(keys)) => drop(unlock(&row, keys, files)?),
        (Some(_), None) => return Err(missing(files)),
        (None, _) => {}
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
        let ring = unlock(&row, &keys, files)?;
        let vault = vault(db, ring, row.id, config.clock.clone());
        let carried = vault.carry_members(&mut tx).await?;
        if vault.refresh_search(&mut tx).await? || carried {
            tx.commit().await?;
        }
        return Ok(vault);
    }
    let keys = match (keys, new_keys) {
        (Some(keys), _) => keys,
        (None, Some(new)) => new.publish()?,
        (None, None) => return Err(missing(files)),
    };
    let id = new_id();
    let ring = KeyRing::new(&keys.root, &keys.store, *id.as_bytes());
    let vault = vault(db, ring, id, config.clock.clone());
    vault.make_installation(&mut tx).await?;
    tx.commit().await?;
    Ok(vault)
}

/// The installation in the database as it is, without making or changing anything.
async fn look(config: &Config) -> Result<Option<StoredInstallation>, StartError> {
    let Some(db) = Db::connect_to_existing(&config.database).await? else {
        return Ok(None);
    };
    let mut tx = db.read().await?;
    let mut row = None;
    if tx.has_schema().await? {
        row = only_row(&mut tx).await?;
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

fn vault(db: Db, keys: KeyRing, instance: Uuid, clock: Clock) -> Vault {
    Vault {
        inner: Arc::new(Inner {
            db,
            keys,
            instance,
            clock,
            writer: new_id(),
            passwords: Passwords::new(),
            throttle: Throttle::default(),
            watches: Watches::default(),
        }),
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
