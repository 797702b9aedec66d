//! What is bound to a secret that does not lie in the database? Codes that prove a row, and texts that only we can read.
//!
//! One master key of 32 bytes lies in a file of its own; for each purpose another key is made of it, so that what
//! serves one purpose proves nothing for another.
//! Never written into the database, a log or an error; never shown by `Debug`.

use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sm3::Sm3;

use crate::error::Error;

/// The length of the master key, in bytes.
pub const LENGTH: usize = 32;

/// 16 random bytes in hexadecimal: the salt of a personal value in the journal.
pub fn salt() -> String {
    let mut bytes = [0_u8; 16];
    rand::RngCore::fill_bytes(&mut rand::rng(), &mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The secrets of an installation.
#[derive(Clone)]
pub struct Keys([u8; LENGTH]);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

impl Keys {
    /// The keys that follow from a master key.
    pub fn new(master: [u8; LENGTH]) -> Self {
        Self(master)
    }

    /// A code that only the holder of the master key can make for these bytes and this purpose: HMAC with SM3
    /// (GB/T 15852.2), 64 hexadecimal digits.
    pub fn mac(&self, purpose: &str, bytes: &[u8]) -> String {
        let code = hmac(&self.of(purpose), bytes);
        code.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Is this the code of these bytes? Compared in constant time.
    pub fn proves(&self, purpose: &str, bytes: &[u8], code: &str) -> bool {
        let own = self.mac(purpose, bytes);
        own.len() == code.len() && own.bytes().zip(code.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }

    /// A text that only the holder of the master key can read again, and that nobody can change unseen
    /// (ChaCha20-Poly1305 under a nonce of its own), in hexadecimal. `about` binds it to its place, for instance the
    /// account's id: moved elsewhere it cannot be opened.
    pub fn seal(&self, purpose: &str, about: &[u8], plain: &[u8]) -> Result<String, Error> {
        let mut nonce = [0_u8; NONCE_LEN];
        rand::RngCore::fill_bytes(&mut rand::rng(), &mut nonce);
        let mut sealed = plain.to_vec();
        let done = self.cipher(purpose)?.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(about),
            &mut sealed,
        );
        done.map_err(|_| Error::broken("encrypt a secret", anyhow::anyhow!("the text is too long")))?;
        Ok(nonce.iter().chain(&sealed).map(|byte| format!("{byte:02x}")).collect())
    }

    /// What was sealed for this purpose and place; an error if it was changed, moved, or sealed under another key.
    pub fn open(&self, purpose: &str, about: &[u8], sealed: &str) -> Result<Vec<u8>, Error> {
        let refused =
            || Error::broken("decrypt a secret", anyhow::anyhow!("it was sealed under another key, or changed"));
        let mut bytes = unhex(sealed).ok_or_else(refused)?;
        if bytes.len() < NONCE_LEN {
            return Err(refused());
        }
        let mut rest = bytes.split_off(NONCE_LEN);
        let nonce = Nonce::try_assume_unique_for_key(&bytes).map_err(|_| refused())?;
        let plain = self.cipher(purpose)?.open_in_place(nonce, Aad::from(about), &mut rest).map_err(|_| refused())?;
        Ok(plain.to_vec())
    }

    /// The key of one purpose.
    fn of(&self, purpose: &str) -> [u8; LENGTH] {
        hmac(&self.0, purpose.as_bytes())
    }

    fn cipher(&self, purpose: &str) -> Result<LessSafeKey, Error> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.of(&format!("cipher:{purpose}")));
        key.map(LessSafeKey::new).map_err(|_| Error::broken("make a key", anyhow::anyhow!("of the wrong length")))
    }
}

fn hmac(key: &[u8], bytes: &[u8]) -> [u8; LENGTH] {
    let mut mac = Hmac::<Sm3>::new_from_slice(key).expect("a key of any length will do");
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().filter(|_| pair.len() == 2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_proves_these_bytes_for_this_purpose_under_this_key_only() {
        let keys = Keys::new([7; LENGTH]);
        let code = keys.mac("act", b"one");
        assert!(keys.proves("act", b"one", &code));
        assert!(!keys.proves("act", b"two", &code));
        assert!(!keys.proves("seal", b"one", &code));
        assert!(!Keys::new([8; LENGTH]).proves("act", b"one", &code));
        assert!(!keys.proves("act", b"one", ""));
    }

    #[test]
    fn what_was_sealed_opens_at_its_place_and_nowhere_else() {
        let keys = Keys::new([7; LENGTH]);
        let sealed = keys.seal("totp", b"account 1", b"secret").expect("sealed");
        assert_eq!(keys.open("totp", b"account 1", &sealed).expect("opened"), b"secret");
        assert!(!sealed.contains("736563726574"), "the text does not show through");
        for (keys, purpose, about) in [
            (Keys::new([8; LENGTH]), "totp", "account 1"),
            (keys.clone(), "recovery", "account 1"),
            (keys.clone(), "totp", "account 2"),
        ] {
            assert!(keys.open(purpose, about.as_bytes(), &sealed).is_err());
        }
        let mut changed = sealed.clone();
        changed.replace_range(30..31, if sealed.as_bytes()[30] == b'0' { "1" } else { "0" });
        for wrong in [changed.as_str(), "", "zz", "0", "汉字"] {
            assert!(keys.open("totp", b"account 1", wrong).is_err(), "{wrong}");
        }
        assert_ne!(
            keys.seal("totp", b"account 1", b"secret").expect("sealed"),
            sealed,
            "each time under another nonce"
        );
    }

    #[test]
    fn keys_do_not_show_themselves() {
        assert_eq!(format!("{:?}", Keys::new([7; LENGTH])), "Keys(…)");
    }
}
