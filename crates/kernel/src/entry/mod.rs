//! Who may come in, and for how long? The numbers of the site's policy, how failures hold somebody off, what a password
//! must be.
//!
//! The numbers are settings of the vocabulary with defaults after GB/T 22239-2019 8.1.4.1.
//! Never hashes a password and never keeps one.

mod password;

use crate::catalog::Vocabulary;

pub use password::{HIGHEST_LENGTH, faults, folds_alike};

const SECOND_MS: i64 = 1_000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A number of the policy that a site may set.
#[derive(Debug)]
pub struct Number {
    /// The setting's name in `vocabulary/site.kdl`.
    pub name: &'static str,
    /// What it is if the site says nothing.
    pub default: i64,
    /// The least that is allowed.
    pub least: i64,
    /// The most that is allowed.
    pub most: i64,
    /// What it does.
    pub words: &'static str,
}

/// Every number of the policy.
pub const NUMBERS: [Number; 11] = [
    number("密码最短", 10, 8, 64, "密码至少多少字"),
    number("密码有效天数", 90, 0, 3650, "密码用多少天后要换；0 表示不要求"),
    number("密码不重复次数", 5, 0, 24, "新密码不能与最近几次用过的相同"),
    number("初始密码有效天数", 7, 1, 90, "一次性的初始密码多少天内有效"),
    number("登录失败锁定次数", 5, 3, 20, "连续失败几次锁定"),
    number("登录锁定分钟", 30, 1, 1440, "锁定多少分钟"),
    number("同一地址失败次数", 50, 5, 10_000, "同一地址在锁定时间内失败多少次，暂停从这个地址登录"),
    number("无操作退出分钟", 30, 5, 480, "多少分钟没有操作就退出"),
    number("登录最长小时", 10, 1, 24, "登录后最长多少小时必须重新登录"),
    number("账号闲置停用天数", 90, 0, 3650, "多少天没有登录的账号由系统停用；0 表示不停用"),
    number("无授权停用天数", 7, 0, 365, "新账号多少天内仍没有任何授权，由系统停用"),
];

/// The setting that lets an account be signed in at one place only: 是 or 否.
pub const ONE_PLACE: &str = "同一账号只许一处登录";
/// The setting that trusts the second factor of the site's single sign-on: 是 or 否.
pub const TRUSTS_SINGLE_SIGN_ON: &str = "单点登录免动态码";

const fn number(name: &'static str, default: i64, least: i64, most: i64, words: &'static str) -> Number {
    Number { name, default, least, most, words }
}

/// What is wrong with a setting's value, if the setting belongs to the policy: a sentence for whoever wrote it.
pub fn setting_fault(name: &str, value: &str) -> Option<String> {
    if name == ONE_PLACE || name == TRUSTS_SINGLE_SIGN_ON {
        return (!matches!(value, "是" | "否")).then(|| format!("设置“{name}”要写“是”或“否”"));
    }
    let number = NUMBERS.iter().find(|number| number.name == name)?;
    let fits = value.parse().is_ok_and(|value: i64| (number.least..=number.most).contains(&value));
    (!fits).then(|| format!("设置“{name}”要写 {} 到 {} 的整数", number.least, number.most))
}

/// The site's policy on coming in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The fewest characters of a password.
    pub password_least: usize,
    /// How long a password holds, in milliseconds; 0 for ever.
    pub password_ms: i64,
    /// How many earlier passwords a new one must differ from.
    pub remembered: usize,
    /// How long a one-time password holds, in milliseconds.
    pub first_password_ms: i64,
    /// How many failures lock.
    pub failures: i64,
    /// For how long, in milliseconds.
    pub lock_ms: i64,
    /// How many failures hold off an address.
    pub address_failures: i64,
    /// How long a session lives without use, in milliseconds.
    pub idle_ms: i64,
    /// How long a session lives at most, in milliseconds.
    pub longest_ms: i64,
    /// After how long without a sign-in an account is switched off, in milliseconds; 0 for never.
    pub unused_ms: i64,
    /// How long a new account may be without any grant, in milliseconds.
    pub without_grant_ms: i64,
    /// May an account be signed in at one place only?
    pub one_place: bool,
    /// Is the second factor of the single sign-on enough?
    pub trusts_single_sign_on: bool,
}

impl Policy {
    /// The policy that the site's settings say; what is not set, or set wrongly, is the default.
    pub fn of(vocabulary: &Vocabulary) -> Self {
        let of = |name: &str| {
            let number =
                NUMBERS.iter().find(|number| number.name == name).expect("the policy asks for its own numbers");
            let written = vocabulary.setting(name).filter(|value| setting_fault(name, value).is_none());
            written.and_then(|value| value.parse().ok()).unwrap_or(number.default)
        };
        let small = |name: &str| usize::try_from(of(name)).unwrap_or(0);
        Self {
            password_least: small("密码最短"),
            password_ms: of("密码有效天数") * DAY_MS,
            remembered: small("密码不重复次数"),
            first_password_ms: of("初始密码有效天数") * DAY_MS,
            failures: of("登录失败锁定次数"),
            lock_ms: of("登录锁定分钟") * MINUTE_MS,
            address_failures: of("同一地址失败次数"),
            idle_ms: of("无操作退出分钟") * MINUTE_MS,
            longest_ms: of("登录最长小时") * HOUR_MS,
            unused_ms: of("账号闲置停用天数") * DAY_MS,
            without_grant_ms: of("无授权停用天数") * DAY_MS,
            one_place: vocabulary.setting(ONE_PLACE) == Some("是"),
            trusts_single_sign_on: vocabulary.setting(TRUSTS_SINGLE_SIGN_ON) == Some("是"),
        }
    }

    /// How long nothing is tried any more after so many failures in a row: a growing wait, then the lock.
    pub fn hold_after(&self, failures: i64) -> i64 {
        if failures >= self.failures {
            return self.lock_ms;
        }
        match failures {
            ..=0 => 0,
            1 => SECOND_MS,
            2 => 2 * SECOND_MS,
            3 => 5 * SECOND_MS,
            _ => 10 * SECOND_MS,
        }
    }

    /// Has a password that was set at one moment run out at another?
    pub fn has_run_out(&self, set_at: Option<i64>, at: i64) -> bool {
        self.password_ms > 0 && set_at.is_some_and(|set_at| set_at + self.password_ms <= at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(settings: &[(&str, &str)]) -> Vocabulary {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Vocabulary { settings: settings.iter().map(pair).collect(), ..Vocabulary::default() }
    }

    #[test]
    fn failures_wait_longer_and_longer_and_then_lock_for_half_an_hour() {
        let policy = Policy::of(&vocabulary(&[]));
        let waits: Vec<i64> = (0..=6).map(|failures| policy.hold_after(failures) / SECOND_MS).collect();
        assert_eq!(waits, [0, 1, 2, 5, 10, 1800, 1800]);
    }

    #[test]
    fn a_site_sets_its_own_numbers_and_a_wrong_one_counts_as_unset() {
        let policy =
            Policy::of(&vocabulary(&[("登录锁定分钟", "60"), ("无操作退出分钟", "一小时"), (ONE_PLACE, "是")]));
        assert_eq!(policy.lock_ms, HOUR_MS);
        assert_eq!(policy.idle_ms, 30 * MINUTE_MS);
        assert!(policy.one_place);
        assert_eq!(setting_fault("登录锁定分钟", "60"), None);
        assert_eq!(setting_fault("机关名称", "甲局"), None);
        assert_eq!(setting_fault("登录锁定分钟", "0").as_deref(), Some("设置“登录锁定分钟”要写 1 到 1440 的整数"));
        assert_eq!(setting_fault(ONE_PLACE, "对").as_deref(), Some("设置“同一账号只许一处登录”要写“是”或“否”"));
    }

    #[test]
    fn a_password_runs_out_after_its_days_and_never_if_they_are_none() {
        let policy = Policy::of(&vocabulary(&[]));
        assert!(!policy.has_run_out(Some(0), 90 * DAY_MS - 1));
        assert!(policy.has_run_out(Some(0), 90 * DAY_MS));
        assert!(!policy.has_run_out(None, i64::MAX));
        let never = Policy::of(&vocabulary(&[("密码有效天数", "0")]));
        assert!(!never.has_run_out(Some(0), i64::MAX));
    }
}
