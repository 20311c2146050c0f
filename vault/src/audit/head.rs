//! The head file: where every chain had come to, signed, outside of the database.
//!
//! Whoever replaces the database by an older copy, or removes a chain whole, replaces everything in it that could tell;
//! what they do not have is this file. It never goes back: what it knows of a chain is only ever replaced by more.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{Millis, api::HeadState};
use seal::{HeadSigner, digest};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::{
    clock::new_id,
    db::audit::StoredChain,
    key_files::{directory_of, sync_directory},
    row_mac::Fields,
};

const FORMAT: &str = "strongroom-audit-head-v1";
/// More than a file of a hundred thousand chains.
const FILE_MAX: u64 = 32 * 1024 * 1024;

/// What is known of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeadChain {
    pub(crate) sequence: i64,
    /// Names the head of the chain without telling it.
    pub(crate) digest: [u8; 32],
}

/// What is known of all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) installation: Uuid,
    pub(crate) epoch: i64,
    pub(crate) at: Millis,
    pub(crate) chains: BTreeMap<Uuid, HeadChain>,
}

impl Head {
    pub(crate) fn new(installation: Uuid) -> Self {
        Self { installation, epoch: 0, at: Millis(0), chains: BTreeMap::new() }
    }

    /// Takes over what the database says, where it is more; answers what it says less of, or otherwise.
    pub(crate) fn advance(&mut self, chains: &[StoredChain], epoch: i64) -> Vec<String> {
        let lengths: Vec<_> = chains.iter().map(|chain| (chain.writer_id, chain.sequence)).collect();
        let mut lost = self.lost(&lengths, epoch);
        for chain in chains {
            let news = HeadChain { sequence: chain.sequence, digest: digest(&chain.mac) };
            let known = self.chains.entry(chain.writer_id).or_insert(news);
            if known.sequence < news.sequence {
                *known = news;
            } else if *known != news && known.sequence == news.sequence && !is_reopened(chain) {
                lost.push(format!("record {} of chain {} is another", news.sequence, chain.writer_id));
            } else if known.sequence == news.sequence && is_reopened(chain) {
                *known = news;
            }
        }
        self.epoch = self.epoch.max(epoch);
        lost
    }

    /// What this head knows and the database does not any more.
    pub(crate) fn lost(&self, lengths: &[(Uuid, i64)], epoch: i64) -> Vec<String> {
        let there: BTreeMap<Uuid, i64> = lengths.iter().copied().collect();
        let mut lost = Vec::new();
        for (writer, known) in &self.chains {
            match there.get(writer) {
                None => lost.push(format!("chain {writer} with {} records is not there", known.sequence)),
                Some(found) if *found < known.sequence => {
                    lost.push(format!("chain {writer} has {found} records of {}", known.sequence));
                }
                Some(_) => {}
            }
        }
        if epoch < self.epoch {
            lost.push(format!("it is of epoch {epoch}, before a rollback was accepted for the epoch {}", self.epoch));
        }
        lost
    }

    /// The union of two, each the newer where it is.
    fn join(&mut self, other: &Self) {
        for (writer, theirs) in &other.chains {
            let ours = self.chains.entry(*writer).or_insert(*theirs);
            if ours.sequence < theirs.sequence {
                *ours = *theirs;
            }
        }
    }

    /// The bytes that are signed.
    fn message(&self) -> Vec<u8> {
        let all = Fields::of("audit_head").text(FORMAT).id(self.installation).number(self.epoch).at(self.at);
        let each = |all: Fields, (writer, chain): (&Uuid, &HeadChain)| {
            all.id(*writer).number(chain.sequence).bytes(&chain.digest)
        };
        self.chains.iter().fold(all, each).encode()
    }
}

/// Right after a segment was closed the head of its chain is the first link of the next, at the same record.
fn is_reopened(chain: &StoredChain) -> bool {
    chain.sequence == chain.segment_start
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    format: String,
    installation: Uuid,
    epoch: i64,
    at: i64,
    chains: Vec<ChainText>,
    /// The public key, for those who check the file without us.
    key: String,
    signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainText {
    writer: Uuid,
    sequence: i64,
    digest: String,
}

/// The head in a file; `None` when there is no file. Errors say what is wrong with it.
pub(crate) fn read(path: &Path, signed: impl FnOnce(Uuid, &[u8], &[u8]) -> bool) -> Result<Option<Head>, String> {
    let unusable = |why: &dyn std::fmt::Display| format!("the head file {} cannot be used: {why}", path.display());
    let file = match File::open(path) {
        Ok(file) => file,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(unusable(&why)),
    };
    let mut text = String::new();
    file.take(FILE_MAX).read_to_string(&mut text).map_err(|why| unusable(&why))?;
    let text: FileText = serde_json::from_str(&text).map_err(|why| unusable(&why))?;
    if text.format != FORMAT {
        return Err(unusable(&format!("it is not of the format {FORMAT}")));
    }
    let mut head = Head { epoch: text.epoch, at: Millis(text.at), ..Head::new(text.installation) };
    for chain in text.chains {
        let digest = STANDARD.decode(&chain.digest).ok().and_then(|bytes| bytes.try_into().ok());
        let digest = digest.ok_or_else(|| unusable(&"a digest is not 32 bytes of base64"))?;
        head.chains.insert(chain.writer, HeadChain { sequence: chain.sequence, digest });
    }
    let signature = STANDARD.decode(&text.signature).unwrap_or_default();
    if signed(head.installation, &head.message(), &signature) {
        Ok(Some(head))
    } else {
        Err(unusable(&"its signature is not that of this root key: it was changed, or belongs to another installation"))
    }
}

/// Writes a head whole or not at all, and so that it survives a power cut.
fn write(path: &Path, head: &Head, signer: &HeadSigner) -> std::io::Result<()> {
    let text = FileText {
        format: FORMAT.to_owned(),
        installation: head.installation,
        epoch: head.epoch,
        at: head.at.0,
        chains: head.chains.iter().map(|(writer, chain)| chain_text(*writer, chain)).collect(),
        key: STANDARD.encode(signer.public_key()),
        signature: STANDARD.encode(signer.sign(&head.message())),
    };
    let mut bytes = serde_json::to_vec_pretty(&text)?;
    bytes.push(b'\n');
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", new_id().simple()));
    let temporary = path.with_file_name(name);
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.and_then(|()| sync_directory(directory_of(path)))
}

fn chain_text(writer: Uuid, chain: &HeadChain) -> ChainText {
    ChainText { writer, sequence: chain.sequence, digest: STANDARD.encode(chain.digest) }
}

/// Keeps the head file of this process.
pub(crate) struct Keeper {
    path: Option<PathBuf>,
    known: Mutex<Head>,
}

impl Keeper {
    /// With what the file says, if there is one.
    pub(crate) fn new(path: Option<PathBuf>, known: Head) -> Self {
        Self { path, known: Mutex::new(known) }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.path.is_some()
    }

    /// Forgets everything of before: a rollback was accepted, and this epoch begins.
    pub(crate) async fn forget(&self, epoch: i64) {
        let mut known = self.known.lock().await;
        known.chains.clear();
        known.epoch = epoch;
    }

    /// What the database must still hold.
    pub(crate) async fn remembered(&self) -> (HeadState, BTreeMap<Uuid, HeadChain>) {
        let known = self.known.lock().await;
        let state = match &self.path {
            None => HeadState::Off,
            Some(_) if known.chains.is_empty() => HeadState::Missing,
            Some(_) => HeadState::Known { at: known.at, epoch: known.epoch },
        };
        (state, known.chains.clone())
    }

    /// Writes what the database says now, where it says more; answers what it says less of. What another process wrote
    /// meanwhile is kept.
    pub(crate) async fn advance(
        &self,
        signer: &HeadSigner,
        chains: &[StoredChain],
        epoch: i64,
        now: Millis,
    ) -> std::io::Result<Vec<String>> {
        let Some(path) = &self.path else {
            return Ok(Vec::new());
        };
        let mut known = self.known.lock().await;
        let before = known.clone();
        match read(path, |_, message, signature| signer.signed(message, signature)) {
            Ok(Some(other)) if other.epoch > known.epoch => *known = other,
            Ok(Some(other)) if other.epoch == known.epoch => known.join(&other),
            Ok(_) => {}
            Err(why) => tracing::error!("{why}; it is written anew"),
        }
        let lost = known.advance(chains, epoch);
        if *known != before || !path.exists() {
            known.at = now;
            // A small file, once in some seconds: not worth another thread.
            write(path, &known, signer)?;
        }
        Ok(lost)
    }
}
