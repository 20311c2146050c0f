//! Key files: made once, checked at every start; and a refusal writes nothing.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use vault::{Config, KeyFiles, StartError, Vault};

use crate::fixture::{TestClock, TestVault};

/// Everything below a directory: mode and content.
fn listing(directory: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut todo = vec![directory.to_owned()];
    while let Some(path) = todo.pop() {
        let about = fs::symlink_metadata(&path).unwrap();
        let mut content = Vec::new();
        if about.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            todo.extend(entries.map(|entry| entry.unwrap().path()));
        } else if about.is_file() {
            content = fs::read(&path).unwrap();
        }
        found.insert(path, (about.mode(), content));
    }
    found
}

/// Opens, expecting a refusal that names `words`, and that nothing was written.
async fn refuses(t: &TestVault, keys: &KeyFiles, words: &[&str]) {
    let before = listing(&t.place.directory());
    let config = Config { keys: keys.clone(), ..t.place.config(&t.clock) };
    let refusal = match Vault::open(config).await {
        Ok(_) => panic!("opened, although it should say {words:?}"),
        Err(StartError::Key(sentence)) => sentence,
        Err(other) => panic!("{other}, and not {words:?}"),
    };
    for word in words {
        assert!(refusal.contains(word), "{refusal:?} does not say {word:?}");
    }
    assert!(before == listing(&t.place.directory()), "{refusal}: something was written");
}

/// Closes the vault, so that its files lie still.
async fn close(t: &TestVault) -> KeyFiles {
    t.vault.close().await;
    t.place.keys()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn line(label: &str, bytes: usize) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("{label}{}\n", STANDARD.encode(vec![7; bytes]))
}

const ROOT: &str = "strongroom-root-key-v1:";
const STORE: &str = "strongroom-store-key-v1:";

db_tests! {
    async fn a_first_start_makes_two_different_keys_that_only_the_owner_can_read(t: TestVault) {
        let keys = t.place.keys();
        for (path, label) in [(&keys.root, ROOT), (&keys.store, STORE)] {
            assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, 0o600);
            assert!(text(path).starts_with(label) && text(path).ends_with("=\n"));
        }
        assert_ne!(text(&keys.root).rsplit(':').next(), text(&keys.store).rsplit(':').next());
        let directory = keys.root.parent().unwrap();
        assert_eq!(fs::metadata(directory).unwrap().mode() & 0o7777, 0o700);
        assert_eq!(fs::read_dir(directory).unwrap().count(), 2, "no drafts are left");
        if t.place.is_sqlite() {
            let file = t.place.directory().join("data/strongroom.db");
            assert_eq!(fs::metadata(file).unwrap().mode() & 0o7777, 0o600);
        }
    }

    async fn a_second_start_uses_the_same_keys_and_installation(t: TestVault) {
        let before = (text(&t.place.keys().root), text(&t.place.keys().store));
        t.admin().await;
        let again = t.reopen().await;
        assert!(again.is_set_up().await.unwrap());
        assert!(again.is_ready().await);
        assert_eq!(before, (text(&t.place.keys().root), text(&t.place.keys().store)));
        assert_eq!(t.place.number("SELECT COUNT(*) FROM installation").await, 1);
        assert_eq!(t.place.number("SELECT COUNT(*) FROM environments").await, 3);
        again.close().await;
    }

    async fn missing_keys_of_an_installation_are_not_made_anew(t: TestVault) {
        let keys = close(&t).await;
        fs::remove_file(&keys.root).unwrap();
        fs::remove_file(&keys.store).unwrap();
        refuses(&t, &keys, &["root.key", "store.key", "missing", "restore both"]).await;
        fs::remove_dir(keys.root.parent().unwrap()).unwrap();
        refuses(&t, &keys, &["missing"]).await;
    }

    async fn one_key_without_the_other_is_refused(t: TestVault) {
        let keys = close(&t).await;
        let root = text(&keys.root);
        fs::remove_file(&keys.root).unwrap();
        refuses(&t, &keys, &["root.key", "is missing", "restore"]).await;
        fs::write(&keys.root, root).unwrap();
        fs::set_permissions(&keys.root, fs::Permissions::from_mode(0o600)).unwrap();
        fs::remove_file(&keys.store).unwrap();
        refuses(&t, &keys, &["store.key", "is missing", "restore"]).await;
    }

    async fn a_key_that_others_can_read_is_refused(t: TestVault) {
        let keys = close(&t).await;
        for path in [&keys.root, &keys.store] {
            for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666] {
                fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
                let name = path.to_str().unwrap();
                refuses(&t, &keys, &[&format!("chmod 600 {name}"), &format!("{mode:04o}")]).await;
            }
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        for mode in [0o600, 0o400] {
            fs::set_permissions(&keys.root, fs::Permissions::from_mode(mode)).unwrap();
            t.reopen().await.close().await;
        }
    }

    async fn a_link_or_a_directory_in_place_of_a_key_is_refused(t: TestVault) {
        let keys = close(&t).await;
        let elsewhere = t.place.directory().join("elsewhere");
        fs::rename(&keys.root, &elsewhere).unwrap();
        symlink(&elsewhere, &keys.root).unwrap();
        refuses(&t, &keys, &["root.key", "symbolic link"]).await;
        fs::remove_file(&keys.root).unwrap();
        symlink("nowhere", &keys.root).unwrap();
        refuses(&t, &keys, &["root.key", "symbolic link"]).await;
        fs::remove_file(&keys.root).unwrap();
        fs::create_dir(&keys.root).unwrap();
        refuses(&t, &keys, &["root.key", "not a regular file"]).await;
    }

    async fn a_key_of_another_user_is_refused(t: TestVault) {
        let keys = close(&t).await;
        if std::os::unix::fs::chown(&keys.store, Some(1), None).is_err() {
            println!("skipped: only root can give a file away");
            return;
        }
        refuses(&t, &keys, &["store.key", "belongs to the user 1", "chown"]).await;
    }

    async fn swapped_keys_are_told_by_their_labels(t: TestVault) {
        let keys = close(&t).await;
        let swapped = KeyFiles { root: keys.store, store: keys.root };
        refuses(&t, &swapped, &["store.key", "holds a store key", "swapped"]).await;
        let (root, store) = (text(&swapped.store), text(&swapped.root));
        let keys = t.place.keys();
        fs::write(&keys.store, &root).unwrap();
        refuses(&t, &keys, &["store.key", "holds a root key", "swapped"]).await;
        // The same key under both labels is one layer, not two.
        fs::write(&keys.store, root.replace(ROOT, STORE)).unwrap();
        refuses(&t, &keys, &["store.key", "same key"]).await;
        fs::write(&keys.store, store).unwrap();
        t.reopen().await.close().await;
    }

    async fn a_damaged_key_is_refused_with_what_is_wrong(t: TestVault) {
        let keys = close(&t).await;
        let good = text(&keys.root);
        for (content, word) in [
            (line(ROOT, 31), "31"),
            (line(ROOT, 33), "33"),
            (line(ROOT, 0), "0"),
            (line(ROOT, 150), "150"),
            (format!("{ROOT}{}=\n", "A".repeat(43)), "zeros"),
            (String::new(), ROOT),
            ("\n".into(), ROOT),
            (good.replace("v1", "v2"), ROOT),
            (good.trim_start_matches(ROOT).into(), ROOT),
            (good[..good.len() - 9].into(), "27"),
            (good[..good.len() - 2].into(), "base64"),
            (format!("{good}{good}"), "one line"),
            (format!(" {good}"), ROOT),
            (good.replace('\n', " \n"), "base64"),
        ] {
            fs::write(&keys.root, &content).unwrap();
            refuses(&t, &keys, &["root.key", word]).await;
        }
        fs::write(&keys.root, [0xff; 40]).unwrap();
        refuses(&t, &keys, &["root.key", "restore"]).await;
        fs::write(&keys.root, good.trim_end()).unwrap();
        t.reopen().await.close().await;
    }

    async fn keys_of_another_installation_are_refused(t: TestVault) {
        let keys = close(&t).await;
        let (root, store) = (text(&keys.root), text(&keys.store));
        fs::write(&keys.root, line(ROOT, 32)).unwrap();
        refuses(&t, &keys, &["root.key", "another installation"]).await;
        fs::write(&keys.root, root).unwrap();
        fs::write(&keys.store, line(STORE, 32)).unwrap();
        refuses(&t, &keys, &["store.key", "another installation"]).await;
        fs::write(&keys.store, store).unwrap();
        t.reopen().await.close().await;
    }

    async fn a_refusal_after_a_crash_leaves_the_log_of_the_database_for_the_next_start(t: TestVault) {
        if !t.place.is_sqlite() {
            return;
        }
        t.admin().await;
        // What a power cut would leave: the files of a running server.
        let crashed = tempfile::tempdir().unwrap();
        for (path, (_, content)) in listing(&t.place.directory()) {
            let copy = crashed.path().join(path.strip_prefix(t.place.directory()).unwrap());
            if path.is_dir() {
                fs::create_dir_all(copy).unwrap();
            } else {
                fs::write(&copy, content).unwrap();
                fs::set_permissions(&copy, fs::Permissions::from_mode(0o600)).unwrap();
            }
        }
        let file = crashed.path().join("data/strongroom.db");
        let config = || Config {
            database: format!("sqlite://{}", file.display()).parse().unwrap(),
            keys: KeyFiles::in_directory(&crashed.path().join("keys")),
            clock: t.clock.clock(),
            audit: vault::AuditConfig::default(),
            confirm_within: crate::fixture::CONFIRM_WITHIN,
        };
        let keys = config().keys;
        let good = text(&keys.root);
        fs::write(&keys.root, line(ROOT, 32)).unwrap();
        let still = || {
            let mut files = listing(crashed.path());
            // The index of the log, which SQLite makes anew.
            files.retain(|path, _| !path.to_str().unwrap().ends_with("-shm"));
            files
        };
        let before = still();
        assert!(before.keys().any(|path| path.to_str().unwrap().ends_with("-wal")));
        assert!(matches!(Vault::open(config()).await, Err(StartError::Key(_))));
        assert!(before == still(), "something was written");
        fs::write(&keys.root, good).unwrap();
        let vault = Vault::open(config()).await.unwrap();
        assert!(vault.is_set_up().await.unwrap());
        vault.close().await;
    }

    async fn bad_keys_on_a_fresh_machine_make_no_database(t: TestVault) {
        let keys = t.place.keys();
        fs::set_permissions(&keys.root, fs::Permissions::from_mode(0o644)).unwrap();
        let empty = tempfile::tempdir().unwrap();
        let file = empty.path().join("data/strongroom.db");
        let config = Config {
            database: format!("sqlite://{}", file.display()).parse().unwrap(),
            ..t.place.config(&t.clock)
        };
        assert!(matches!(Vault::open(config).await, Err(StartError::Key(_))));
        assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
        // The other way round: where no key can be made, no database is either.
        fs::write(empty.path().join("file"), "").unwrap();
        let config = Config {
            database: format!("sqlite://{}", file.display()).parse().unwrap(),
            keys: KeyFiles::in_directory(&empty.path().join("file/keys")),
            clock: t.clock.clock(),
            audit: vault::AuditConfig::default(),
            confirm_within: crate::fixture::CONFIRM_WITHIN,
        };
        assert!(matches!(Vault::open(config).await, Err(StartError::Key(_))));
        assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 1);
    }

    async fn servers_that_start_at_once_make_one_installation(t: TestVault) {
        close(&t).await;
        for _ in 0..5 {
            // An installation that was never made, on the engine of this test.
            forget(&t).await;
            let starts = (0..4).map(|_| {
                let config = t.place.config(&TestClock::new());
                tokio::spawn(Vault::open(config))
            });
            let starts: Vec<_> = starts.collect();
            for start in starts {
                let vault = start.await.unwrap().unwrap();
                assert!(vault.is_ready().await);
                vault.close().await;
            }
            assert_eq!(t.place.number("SELECT COUNT(*) FROM installation").await, 1);
            assert_eq!(t.place.number("SELECT COUNT(*) FROM environments").await, 3);
        }
    }

    async fn servers_with_different_keys_do_not_share_a_fresh_database(t: TestVault) {
        close(&t).await;
        for _ in 0..5 {
            forget(&t).await;
            let starts = (0..4).map(|number| {
                let directory = t.place.directory().join(format!("keys-{number}"));
                let _ = fs::remove_dir_all(&directory);
                tokio::spawn(Vault::open(Config {
                    keys: KeyFiles::in_directory(&directory),
                    ..t.place.config(&TestClock::new())
                }))
            });
            let starts: Vec<_> = starts.collect();
            let mut opened = 0;
            for (number, start) in (0..).zip(starts) {
                let directory = t.place.directory().join(format!("keys-{number}"));
                match start.await.unwrap() {
                    Ok(vault) => {
                        opened += 1;
                        vault.close().await;
                    }
                    Err(error) => {
                        assert!(matches!(error, StartError::Key(_)), "{error}");
                        assert!(!directory.exists(), "the loser leaves no keys behind");
                    }
                }
            }
            assert_eq!(opened, 1);
            assert_eq!(t.place.number("SELECT COUNT(*) FROM installation").await, 1);
        }
    }
}

/// Takes database and keys back to before the first start.
async fn forget(t: &TestVault) {
    let _ = fs::remove_dir_all(t.place.directory().join("keys"));
    if t.place.is_sqlite() {
        fs::remove_dir_all(t.place.directory().join("data")).unwrap();
    } else {
        let mut tables = vec!["_sqlx_migrations".to_owned()];
        for step in fs::read_dir("../migrations").unwrap() {
            let schema = fs::read_to_string(step.unwrap().path()).unwrap();
            let made = schema.lines().filter_map(|line| line.strip_prefix("CREATE TABLE "));
            tables.extend(made.map(|rest| rest.split(' ').next().unwrap().to_owned()));
        }
        // A step may have made one anew.
        tables.sort_unstable();
        tables.dedup();
        for table in tables {
            t.place.execute(&format!("DROP TABLE {table} CASCADE")).await;
        }
    }
}
