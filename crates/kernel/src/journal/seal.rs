//! What was known at the end of a day? A Merkle root over the heads of all journals that grew, chained to the seal before.
//!
//! A head carries the hash of everything before it in its record, so that the heads which grew since the last seal,
//! with that seal's hash, fix every entry of every record ever written. The cost is that of what grew.
//! Leaves and nodes are hashed under different signs (RFC 6962), so that no node can pass for a leaf.
//! Never made anew: whoever kept a seal elsewhere can tell.

use std::fmt::Write as _;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use sm3::{Digest as _, Sm3};

use super::hex;
use crate::ids::RecordId;

/// How hashes of a seal are made; kept with each seal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// GB/T 32905.
    #[default]
    #[serde(rename = "SM3")]
    Sm3,
    /// FIPS 180-4.
    #[serde(rename = "SHA-256")]
    Sha256,
}

impl Algorithm {
    /// Its name, as settings and seals write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sm3 => "SM3",
            Self::Sha256 => "SHA-256",
        }
    }

    /// The algorithm of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Sm3, Self::Sha256].into_iter().find(|it| it.name() == name)
    }

    fn digest(self, parts: &[&[u8]]) -> Hash {
        let all = parts.concat();
        match self {
            Self::Sm3 => Sm3::digest(&all).into(),
            Self::Sha256 => Sha256::digest(&all).into(),
        }
    }
}

type Hash = [u8; 32];

/// The head of a record's journal: what a leaf of the tree says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The record.
    pub record: RecordId,
    /// The number of its last entry.
    pub seq: i64,
    /// That entry's hash.
    pub hash: String,
}

/// The Merkle root over leaves in the order of their records.
pub fn root(algorithm: Algorithm, leaves: &[Leaf]) -> String {
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(algorithm, leaf)).collect();
    hex(&node(algorithm, &hashes))
}

fn leaf_hash(algorithm: Algorithm, leaf: &Leaf) -> Hash {
    algorithm.digest(&[&[0], leaf.record.0.as_bytes(), &leaf.seq.to_be_bytes(), leaf.hash.as_bytes()])
}

/// The hash of a run of leaves: of both halves, the left one as large as a power of two can be.
fn node(algorithm: Algorithm, hashes: &[Hash]) -> Hash {
    match hashes {
        [] => algorithm.digest(&[]),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            algorithm.digest(&[&[1], &node(algorithm, left), &node(algorithm, right)])
        }
    }
}

/// A seal. As JSON it is a line of an exported file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Its number on the site, from 1, without gaps.
    pub number: i64,
    /// The day that it seals.
    pub on: Date,
    /// When it was made, in milliseconds since 1970 UTC.
    pub sealed_at: i64,
    /// How its hashes are made.
    pub algorithm: Algorithm,
    /// How many heads it covers.
    pub heads: i64,
    /// The Merkle root over them.
    pub root: String,
    /// The number of the last act that is not about one record, 0 if there was none.
    pub act_seq: i64,
    /// That act's hash.
    pub act_hash: Option<String>,
    /// The hash of the seal before.
    pub prior_hash: Option<String>,
    /// Its own hash.
    pub hash: String,
}

impl Seal {
    /// The hash that its contents give.
    pub fn reckoned(&self) -> String {
        let mut said = String::new();
        let written = write!(
            said,
            "{}|{}|{}|{}|{}|{}|{}|{}|{}",
            self.number,
            self.on,
            self.sealed_at,
            self.algorithm.name(),
            self.heads,
            self.root,
            self.act_seq,
            self.act_hash.as_deref().unwrap_or(""),
            self.prior_hash.as_deref().unwrap_or(""),
        );
        written.expect("a text takes any words");
        hex(&self.algorithm.digest(&[said.as_bytes()]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn leaves(count: u128) -> Vec<Leaf> {
        (0..count)
            .map(|at| Leaf { record: RecordId(Uuid::from_u128(at)), seq: 1, hash: format!("{at:064x}") })
            .collect()
    }

    #[test]
    fn each_algorithm_gives_another_root() {
        let some = leaves(3);
        assert_ne!(root(Algorithm::Sm3, &some), root(Algorithm::Sha256, &some));
        assert_eq!(Algorithm::named("SHA-256"), Some(Algorithm::Sha256));
        assert_eq!(Algorithm::named("MD5"), None);
    }

    #[test]
    fn the_root_of_nothing_is_the_hash_of_nothing() {
        // GB/T 32905 and FIPS 180-4, empty message.
        assert_eq!(root(Algorithm::Sm3, &[]), "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b");
        assert_eq!(root(Algorithm::Sha256, &[]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_node_does_not_pass_for_a_leaf() {
        let two = leaves(2);
        let inner = root(Algorithm::Sm3, &two);
        let forged = Leaf { hash: inner, ..two[0].clone() };
        assert_ne!(root(Algorithm::Sm3, &[forged]), root(Algorithm::Sm3, &two));
    }

    #[test]
    fn a_seal_covers_each_of_its_parts() {
        let seal = Seal {
            number: 2,
            on: jiff::civil::date(2026, 3, 5),
            sealed_at: 7,
            algorithm: Algorithm::Sm3,
            heads: 1,
            root: "r".to_owned(),
            act_seq: 3,
            act_hash: Some("a".to_owned()),
            prior_hash: Some("p".to_owned()),
            hash: String::new(),
        };
        let others = [
            Seal { number: 3, ..seal.clone() },
            Seal { on: jiff::civil::date(2026, 3, 6), ..seal.clone() },
            Seal { sealed_at: 8, ..seal.clone() },
            Seal { algorithm: Algorithm::Sha256, ..seal.clone() },
            Seal { heads: 2, ..seal.clone() },
            Seal { root: "s".to_owned(), ..seal.clone() },
            Seal { act_seq: 4, ..seal.clone() },
            Seal { act_hash: None, ..seal.clone() },
            Seal { prior_hash: None, ..seal.clone() },
        ];
        for other in others {
            assert_ne!(other.reckoned(), seal.reckoned(), "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn changing_dropping_or_swapping_a_head_changes_the_root(count in 2_u128..40, at in 0_usize..40, by in 1_i64..9) {
            let all = leaves(count);
            let at = at % all.len();
            let sealed = root(Algorithm::Sm3, &all);
            let mut changed = all.clone();
            changed[at].seq += by;
            prop_assert_ne!(root(Algorithm::Sm3, &changed), sealed.clone());
            let mut fewer = all.clone();
            fewer.remove(at);
            prop_assert_ne!(root(Algorithm::Sm3, &fewer), sealed.clone());
            let mut swapped = all.clone();
            let other = (at + 1) % all.len();
            swapped.swap(at, other);
            prop_assert_ne!(root(Algorithm::Sm3, &swapped), sealed);
        }
    }
}
