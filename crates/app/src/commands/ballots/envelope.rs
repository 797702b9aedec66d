//! How does a vote lie in the urn so that nobody reads it before two tellers say so, and nobody changes it unseen?
//!
//! Each teller's word gives a key pair (X25519); only the public halves are kept, and the words are told once and kept
//! nowhere. A vote is encrypted under what a fresh key agrees with both halves (ChaCha20-Poly1305), so that it takes both
//! words, and the key outside the database, to open it. The server that takes votes cannot read them back.
//! Never a key that opens anything on the disk, and never two envelopes of different length.

use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::ids::{PersonId, RecordId};
use rand::{Rng as _, RngCore as _};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sm3::Sm3;
use uuid::Uuid;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::error::Error;
use crate::keys::Keys;

/// Signs that are not taken for one another.
const SIGNS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Signs of a word: a hundred bits, in groups of four.
const OF_A_WORD: usize = 20;
/// Signs of a slip: eighty bits.
const OF_A_SLIP: usize = 16;
/// Bytes of a key.
const KEY: usize = 32;

/// A word for a teller, as it is told.
pub fn new_word() -> String {
    grouped(&signs(OF_A_WORD))
}

/// The secret of a slip, as it stands in its address.
pub fn new_slip() -> String {
    signs(OF_A_SLIP)
}

fn signs(number: usize) -> String {
    let mut random = rand::rng();
    (0..number).map(|_| char::from(SIGNS[random.random_range(0..SIGNS.len())])).collect()
}

/// Signs in groups of four, as people type them.
pub fn grouped(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    signs.chunks(4).map(|some| some.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What was typed, without what people put between signs.
pub fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_uppercase()).take(64).collect()
}

/// How a slip is kept: nobody makes the slip out of it.
pub fn slip_hash(slip: &str) -> String {
    kernel::journal::digest(format!("slip {}", plain(slip)).as_bytes())
}

/// The key pair of a word; another teller's, another record's or another installation's word gives another.
fn secret(keys: &Keys, record: RecordId, teller: PersonId, word: &str) -> StaticSecret {
    let place = keys.mac("ballot.word", format!("{record} {teller}").as_bytes());
    StaticSecret::from(hmac(place.as_bytes(), &[plain(word).as_bytes()]))
}

/// The half of a word that is kept.
pub fn public_key(keys: &Keys, record: RecordId, teller: PersonId, word: &str) -> String {
    hex(PublicKey::from(&secret(keys, record, teller, word)).as_bytes())
}

/// The vote in an envelope that the holders of both words open.
pub fn seal(record: RecordId, publics: [&str; 2], vote: &[u8]) -> Result<Vec<u8>, Error> {
    let mut random = [0_u8; KEY];
    rand::rng().fill_bytes(&mut random);
    let own = StaticSecret::from(random);
    let publics = publics.map(|text| unhex(text).map(PublicKey::from));
    let [Some(one), Some(other)] = publics else { return Err(broken("a public key is none")) };
    let agreed = [own.diffie_hellman(&one), own.diffie_hellman(&other)];
    let shown = PublicKey::from(&own);
    let cipher = cipher(record, &shown, [&one, &other], agreed.each_ref().map(|it| it.as_bytes()))?;
    let mut sealed = vote.to_vec();
    // The key is made for this envelope alone: it meets one nonce only.
    let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
    let done = cipher.seal_in_place_append_tag(nonce, Aad::from(record.0.as_bytes()), &mut sealed);
    done.map_err(|_| broken("a vote is too long"))?;
    Ok(shown.as_bytes().iter().copied().chain(sealed).collect())
}

/// Two words that open the envelopes of a record.
pub struct Opener {
    record: RecordId,
    secrets: [StaticSecret; 2],
}

impl Opener {
    /// The words of both tellers, in whatever order they are told; nothing if one is wrong.
    pub fn of(keys: &Keys, record: RecordId, tellers: [(PersonId, &str); 2], words: [&str; 2]) -> Option<Self> {
        let of = |(teller, public): (PersonId, &str)| {
            let fits = |word: &&&str| public_key(keys, record, teller, word) == public;
            words.iter().find(fits).map(|word| secret(keys, record, teller, word))
        };
        Some(Self { record, secrets: [of(tellers[0])?, of(tellers[1])?] })
    }

    /// What lies in an envelope.
    pub fn open(&self, envelope: &[u8]) -> Result<Vec<u8>, Error> {
        let changed = || broken("an envelope was changed");
        let (shown, sealed) = envelope.split_at_checked(KEY).ok_or_else(changed)?;
        let shown = PublicKey::from(<[u8; KEY]>::try_from(shown).map_err(|_| changed())?);
        let publics = self.secrets.each_ref().map(PublicKey::from);
        let agreed = self.secrets.each_ref().map(|it| it.diffie_hellman(&shown));
        let cipher = cipher(self.record, &shown, publics.each_ref(), agreed.each_ref().map(|it| it.as_bytes()))?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        let opened = cipher.open_in_place(nonce, Aad::from(self.record.0.as_bytes()), &mut sealed);
        opened.map(|vote| vote.to_vec()).map_err(|_| changed())
    }
}

fn cipher(
    record: RecordId,
    shown: &PublicKey,
    publics: [&PublicKey; 2],
    agreed: [&[u8; KEY]; 2],
) -> Result<LessSafeKey, Error> {
    let both: Vec<u8> = agreed.into_iter().flatten().copied().collect();
    let parts: [&[u8]; 5] =
        [b"ballot.vote", record.0.as_bytes(), shown.as_bytes(), publics[0].as_bytes(), publics[1].as_bytes()];
    let key = UnboundKey::new(&CHACHA20_POLY1305, &hmac(&both, &parts));
    key.map(LessSafeKey::new).map_err(|_| broken("a key has the wrong length"))
}

/// Proves that this program put an envelope into this urn.
pub fn proof(keys: &Keys, record: RecordId, id: Uuid, envelope: &[u8]) -> String {
    let parts: [&[u8]; 3] = [record.0.as_bytes(), id.as_bytes(), envelope];
    keys.mac("ballot.vote", &parts.concat())
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; KEY] {
    let mut mac = Hmac::<Sm3>::new_from_slice(key).expect("a key of any length will do");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; KEY]> {
    let pairs = text.as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
    <[u8; KEY]>::try_from(pairs.collect::<Option<Vec<u8>>>()?).ok()
}

fn broken(what: &'static str) -> Error {
    Error::broken("seal or open a vote", anyhow::anyhow!(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> (Keys, RecordId, [PersonId; 2]) {
        let id = Uuid::from_u128;
        (Keys::new([7; crate::keys::LENGTH]), RecordId(id(1)), [PersonId(id(2)), PersonId(id(3))])
    }

    #[test]
    fn it_takes_both_words_and_the_key_outside_to_open_an_envelope() {
        let (keys, record, [one, other]) = people();
        let (first, second) = (new_word(), new_word());
        let publics = [public_key(&keys, record, one, &first), public_key(&keys, record, other, &second)];
        let tellers = [(one, publics[0].as_str()), (other, publics[1].as_str())];
        let envelope = seal(record, [&publics[0], &publics[1]], b"a vote").expect("sealed");
        // In either order, and however it is typed.
        for words in [[first.as_str(), &second], [&second.to_lowercase().replace('-', " "), &first]] {
            let opener = Opener::of(&keys, record, tellers, words).expect("both words");
            assert_eq!(opener.open(&envelope).expect("opened"), b"a vote");
        }
        assert!(Opener::of(&keys, record, tellers, [&first, &first]).is_none(), "one word is not two");
        assert!(Opener::of(&keys, record, tellers, [&first, &new_word()]).is_none());
        let elsewhere = Keys::new([8; crate::keys::LENGTH]);
        assert!(Opener::of(&elsewhere, record, tellers, [&first, &second]).is_none(), "without the key outside");
        let opener = Opener::of(&keys, record, tellers, [&first, &second]).expect("both words");
        for at in [0, 31, 32, envelope.len() - 1] {
            let mut changed = envelope.clone();
            changed[at] ^= 1;
            assert!(opener.open(&changed).is_err(), "byte {at}");
        }
        assert!(opener.open(b"short").is_err());
    }

    #[test]
    fn two_envelopes_of_one_vote_are_alike_in_length_only() {
        let (keys, record, [one, other]) = people();
        let publics = [public_key(&keys, record, one, "AAAA"), public_key(&keys, record, other, "BBBB")];
        let envelope = || seal(record, [&publics[0], &publics[1]], &[0; 40]).expect("sealed");
        let (first, second) = (envelope(), envelope());
        assert_eq!(first.len(), second.len());
        let same = first.iter().zip(&second).filter(|(a, b)| a == b).count();
        assert!(same < 10, "{same} bytes are the same");
    }

    #[test]
    fn words_and_slips_are_long_and_made_of_signs_that_differ() {
        let (word, slip) = (new_word(), new_slip());
        assert_eq!((word.len(), slip.len()), (24, 16));
        assert!(!format!("{word}{slip}").contains(['0', '1', 'I', 'O']));
        assert_eq!(slip_hash(&slip), slip_hash(&grouped(&slip).to_lowercase()));
        assert_ne!(slip_hash(&slip), slip_hash(&new_slip()));
    }
}
