use std::{
    sync::{Arc, Mutex},
    thread,
};

use super::*;

fn log_count(store: &Store) -> u64 {
    store
        .read_blocking(|db| logs::count(db, &logs::Filter::default()))
        .unwrap()
}

#[tokio::test]
async fn what_is_written_can_be_read_at_once() {
    let (_folder, store) = samples::store();

    store
        .write(|tx| groups::insert(tx, &samples::group("work")))
        .await
        .unwrap();

    let found = store
        .read(|db| groups::get(db, &"work".into()))
        .await
        .unwrap();
    assert_eq!(found.unwrap().group, samples::group("work"));
}

#[tokio::test]
async fn a_change_that_fails_halfway_leaves_nothing() {
    let (_folder, store) = samples::store();

    let failed = store.write(|tx| {
        groups::insert(tx, &samples::group("work"))?;
        groups::insert(tx, &samples::group("work"))
    });

    let error = failed.await.unwrap_err();
    assert_eq!(error.to_string(), "there is already a group with this id");
    assert_eq!(
        store
            .read(|db| groups::get(db, &"work".into()))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_change_that_panics_is_undone_and_the_next_one_works() {
    let (_folder, store) = samples::store();

    let broken = store.write(|tx| -> Result<(), StoreError> {
        groups::insert(tx, &samples::group("work"))?;
        panic!("a bug")
    });

    assert_eq!(broken.await.unwrap_err().code(), "broke_off");
    store
        .write(|tx| groups::insert(tx, &samples::group("work")))
        .await
        .unwrap();
}

#[tokio::test]
async fn flush_makes_all_entries_readable() {
    let (_folder, store) = samples::store();
    let store = Arc::new(store);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let store = Arc::clone(&store);
            thread::spawn(move || {
                for n in 0..1_000 {
                    store.log(samples::entry(&format!("{writer}-{n}"), n));
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }

    store.flush().await.unwrap();

    assert_eq!(log_count(&store), 4_000);
    assert_eq!(store.dropped_log_entries(), 0);
}

#[test]
fn entries_are_written_without_anybody_asking() {
    let (_folder, store) = samples::store();
    let (tell, told) = mpsc::channel();
    store.on_batch(move |entries| tell.send(entries.len()).unwrap());

    store.log(samples::entry("one", 1));

    let written = told
        .recv_timeout(std::time::Duration::from_secs(10))
        .unwrap();
    assert_eq!((written, log_count(&store)), (1, 1));
}

#[test]
fn closing_writes_what_is_left() {
    let (folder, store) = samples::store();
    store.log(samples::entry("last", 1));

    store.close();

    assert_eq!(log_count(&store), 1, "reads go on");
    let late = store.write_blocking(|tx| groups::insert(tx, &samples::group("late")));
    assert_eq!(late.unwrap_err().code(), "database_closed");
    store.log(samples::entry("late", 2));
    assert_eq!(store.dropped_log_entries(), 1);
    drop(store);
    assert_eq!(log_count(&Store::open(folder.path()).unwrap()), 1);
}

#[test]
fn a_listener_that_panics_does_not_stop_the_log() {
    let (_folder, store) = samples::store();
    let seen = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&seen);
    store.on_batch(move |entries| {
        *counter
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) += entries.len();
        panic!("a bug")
    });

    store.log(samples::entry("one", 1));
    store
        .write_blocking(|tx| groups::insert(tx, &samples::group("work")))
        .unwrap();
    store.log(samples::entry("two", 2));
    store.close();

    assert_eq!(log_count(&store), 2);
    assert_eq!(
        *seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner),
        2
    );
}

#[test]
fn entries_count_for_their_key() {
    let (_folder, store) = samples::store();
    let key = samples::key("default", "db_sk_1");
    let id = key.id.clone();
    store
        .write_blocking(move |tx| keys::insert(tx, &keys::KeyRow { key, sealed: None }))
        .unwrap();
    for (n, millis) in [(1, 7_000), (2, 8_000), (3, 7_500)] {
        let mut entry = samples::entry(&format!("e{n}"), millis);
        entry.key_id = Some(id.clone());
        entry.counted = Some(30);
        store.log(entry);
    }
    let mut refused = samples::entry("e4", 7_800);
    refused.key_id = Some(id.clone());
    store.log(refused);

    store.close();

    let row = store
        .read_blocking(|db| keys::get(db, &id))
        .unwrap()
        .unwrap();
    assert_eq!(
        (row.key.used_requests, row.key.used_tokens),
        (5 + 3, 6 + 3 * 30)
    );
    assert_eq!(row.key.last_used_at, Some(samples::at(8_000)));
}

#[test]
fn many_readers_take_turns() {
    let (_folder, store) = samples::store();
    let store = Arc::new(store);
    let readers: Vec<_> = (0..16)
        .map(|_| {
            let store = Arc::clone(&store);
            thread::spawn(move || (0..50).map(|_| log_count(&store)).sum::<u64>())
        })
        .collect();

    let sums: u64 = readers
        .into_iter()
        .map(|reader| reader.join().unwrap())
        .sum();

    assert_eq!(sums, 0);
}

#[test]
fn nothing_can_be_written_while_reading() {
    let (_folder, store) = samples::store();

    let refused = store.read_blocking(|db| groups::insert(db, &samples::group("work")));

    assert_eq!(refused.unwrap_err().code(), "database");
}

#[test]
fn configuration_waits_for_the_disk() {
    let (_folder, store) = samples::store();
    store.log(samples::entry("one", 1));
    store
        .write_blocking(|tx| groups::insert(tx, &samples::group("work")))
        .unwrap();

    let pragma = |name: &'static str| {
        store.write_blocking(move |tx| {
            Ok(tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0))?)
        })
    };

    assert_eq!(
        pragma("synchronous").unwrap(),
        2,
        "FULL, also after a batch of log rows"
    );
    assert_eq!(pragma("foreign_keys").unwrap(), 1);
    assert_eq!(pragma("auto_vacuum").unwrap(), 2, "incremental");
}
