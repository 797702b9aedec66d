//! How is a password hashed without the server standing still? Two at a time, and never a long queue for one name or from
//! one address.
//!
//! argon2id with 19 MiB and two passes takes some 50 ms of a processor: a storm of sign-ins must not hold up others.
//! Never keeps a password longer than its hashing takes.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::{Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use crate::error::Error;

/// Hashings that run at the same time; each takes 19 MiB.
const AT_ONCE: usize = 2;
/// Who may wait altogether: what two processors hash in some three seconds.
const MOST_WAITING: usize = 128;

/// How long a hold that was looked up is believed: an unlocking on another node holds after that.
const LOOKED_FOR_MS: i64 = 5_000;
/// Holds that are noted at most.
const MOST_NOTED: usize = 10_000;

/// Hashes and verifies passwords.
#[derive(Debug)]
pub struct Hashing {
    turns: Semaphore,
    work: AtomicU64,
    waiting: Mutex<HashMap<String, usize>>,
    held: Mutex<HashMap<String, Held>>,
}

/// Somebody who was held off a moment ago: until when, and when that was looked up.
#[derive(Clone, Copy, Debug)]
struct Held {
    until_at: i64,
    looked_at: i64,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            work: AtomicU64::new(0),
            waiting: Mutex::default(),
            held: Mutex::default(),
        }
    }
}

/// A place in the queue; given back when it is dropped.
#[derive(Debug)]
pub struct Place<'a> {
    queue: &'a Mutex<HashMap<String, usize>>,
    whos: Vec<String>,
}

impl Hashing {
    /// A place in the queue for each of these, who may have so many places at a time; none if one has them all, or if
    /// too many wait already.
    pub fn queue(&self, whos: &[(String, usize)]) -> Option<Place<'_>> {
        const ALL: &str = "";
        let mut waiting = self.waiting.lock().expect("nobody panics while counting places");
        let limits = || whos.iter().map(|(who, most)| (who.as_str(), *most)).chain([(ALL, MOST_WAITING)]);
        if limits().any(|(who, most)| waiting.get(who).copied().unwrap_or(0) >= most) {
            return None;
        }
        let whos: Vec<String> = limits().map(|(who, _)| who.to_owned()).collect();
        for who in &whos {
            *waiting.entry(who.clone()).or_default() += 1;
        }
        Some(Place { queue: &self.waiting, whos })
    }

    /// Until when one of these is held off, if that was looked up in the last seconds: a storm of attempts that are all
    /// refused does not ask the database for each.
    pub fn held(&self, whos: &[&str], now: i64) -> Option<(String, i64)> {
        let held = self.held.lock().expect("nobody panics while looking at holds");
        let fresh = |who: &&str| {
            let one = held.get(*who)?;
            (one.until_at > now && one.looked_at + LOOKED_FOR_MS > now).then(|| ((*who).to_owned(), one.until_at))
        };
        whos.iter().filter_map(fresh).max_by_key(|(_, until)| *until)
    }

    /// Notes that somebody is held off.
    pub fn note_held(&self, who: &str, until_at: i64, now: i64) {
        let mut held = self.held.lock().expect("nobody panics while noting holds");
        if held.len() >= MOST_NOTED {
            held.retain(|_, one| one.looked_at + LOOKED_FOR_MS > now);
        }
        if held.len() < MOST_NOTED {
            held.insert(who.to_owned(), Held { until_at, looked_at: now });
        }
    }

    /// Forgets that somebody was held off.
    pub fn forget_held(&self, who: &str) {
        self.held.lock().expect("nobody panics while forgetting holds").remove(who);
    }

    /// Hashes a password for keeping (argon2id, 19 MiB, two passes).
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let _turn = self.turn().await?;
        self.add(usual_work());
        let hashed = tokio::task::spawn_blocking(move || {
            Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string())
        });
        let hashed = hashed.await.map_err(|fault| Error::broken("hash a password", fault))?;
        hashed.map_err(|fault| Error::broken("hash a password", anyhow::anyhow!("{fault}")))
    }

    /// Is it the password of this hash? Without a hash, or with one that none can have, the same work is done in vain.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let _turn = self.turn().await?;
        let checked = tokio::task::spawn_blocking(move || check(&password, hash.as_deref()));
        let (fits, work) = checked.await.map_err(|fault| Error::broken("check a password", fault))?;
        self.add(work);
        Ok(fits)
    }

    /// The work done so far: kibibytes of memory, passed over once.
    pub fn work(&self) -> u64 {
        self.work.load(Ordering::Relaxed)
    }

    fn add(&self, work: u64) {
        self.work.fetch_add(work, Ordering::Relaxed);
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Error> {
        self.turns.acquire().await.map_err(|fault| Error::broken("wait to hash a password", fault))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.lock().expect("nobody panics while counting places");
        for who in &self.whos {
            if let Some(places) = waiting.get_mut(who) {
                *places = places.saturating_sub(1);
            }
            if waiting.get(who) == Some(&0) {
                waiting.remove(who);
            }
        }
    }
}

fn check(password: &str, hash: Option<&str>) -> (bool, u64) {
    match hash.and_then(|hash| PasswordHash::new(hash).ok()) {
        Some(hash) => {
            let work = Params::try_from(&hash).map_or(usual_work(), |params| work_of(&params));
            (Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(), work)
        }
        None => {
            // The answer's time tells nothing.
            let _ = Argon2::default().hash_password(password.as_bytes());
            (false, usual_work())
        }
    }
}

fn usual_work() -> u64 {
    work_of(Argon2::default().params())
}

fn work_of(params: &Params) -> u64 {
    u64::from(params.m_cost()) * u64::from(params.t_cost())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_all_places_of_the_queue() {
        let hashing = Hashing::default();
        let from = |name: &str| vec![(format!("name:{name}"), 2), ("address:a".to_owned(), 3)];
        let first = hashing.queue(&from("lin"));
        let second = hashing.queue(&from("lin"));
        assert!(first.is_some() && second.is_some());
        assert!(hashing.queue(&from("lin")).is_none(), "two for one name");
        let third = hashing.queue(&from("wu"));
        assert!(third.is_some());
        assert!(hashing.queue(&from("su")).is_none(), "three from one address");
        assert!(hashing.queue(&[("name:su".to_owned(), 2)]).is_some(), "others are not held up");
        drop((first, second, third));
        assert!(hashing.queue(&from("lin")).is_some());
        assert!(hashing.waiting.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_password_that_nobody_has_takes_the_work_of_one_that_somebody_has() {
        let hashing = Hashing::default();
        let hash = hashing.hash("渔港七月涨潮".to_owned()).await.unwrap();
        let mut before = hashing.work();
        let mut took = Vec::new();
        for hash in [Some(hash.clone()), Some(hash), None, Some("-".to_owned())] {
            let _ = hashing.fits("不是这个".to_owned(), hash).await.unwrap();
            took.push(hashing.work() - before);
            before = hashing.work();
        }
        assert!(took[0] > 0 && took.iter().all(|work| *work == took[0]), "{took:?}");
    }
}
