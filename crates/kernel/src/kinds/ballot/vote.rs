//! What stands on one vote, and may it stand there?
//!
//! A vote is laid out in bytes of one length, whatever it says: nothing of it shows by its size.
//! Never a name, a moment or a number of its own.

use super::{MOST_POINTS, Voting};

/// A vote: its class, an answer for each candidate and question (candidates first), and the comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// The place of the class.
    pub class: usize,
    /// The place of a choice, a score, or nothing: abstained.
    pub answers: Vec<Option<i64>>,
    /// A comment for each candidate, may be empty.
    pub comments: Vec<String>,
}

/// What is wrong with a vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not belong to this voting at all.
    Foreign,
    /// This is no answer to the question.
    NoAnswer {
        /// The candidate.
        candidate: usize,
        /// The question.
        item: usize,
    },
    /// More candidates got a choice than may.
    TooMany {
        /// The question.
        item: usize,
        /// The choice.
        choice: usize,
        /// So many got it.
        given: i64,
    },
    /// A comment is too long.
    LongComment {
        /// The candidate.
        candidate: usize,
    },
}

/// Stands where nothing was answered.
const NOTHING: u16 = u16::MAX;

impl Vote {
    /// The answer to a question about a candidate.
    pub fn answer(&self, voting: &Voting, candidate: usize, item: usize) -> Option<i64> {
        self.answers.get(candidate * voting.items.len() + item).copied().flatten()
    }

    /// Everything that is wrong with it.
    // enforces: voting.item.choice.most
    // enforces: voting.item.scores
    // enforces: voting.comments
    pub fn faults(&self, voting: &Voting, candidates: usize) -> Vec<Fault> {
        let asked = candidates * voting.items.len();
        if self.class >= voting.classes.len() || self.answers.len() != asked || self.comments.len() != candidates {
            return vec![Fault::Foreign];
        }
        let mut faults = Vec::new();
        for (at, item) in voting.items.iter().enumerate() {
            let most = if item.scores() { MOST_POINTS } else { item.choices.len() as i64 - 1 };
            let answers = (0..candidates).map(|candidate| (candidate, self.answer(voting, candidate, at)));
            for (candidate, answer) in answers.clone() {
                if answer.is_some_and(|it| !(0..=most).contains(&it)) {
                    faults.push(Fault::NoAnswer { candidate, item: at });
                }
            }
            for (choice, limit) in item.choices.iter().enumerate().filter_map(|(at, it)| Some((at, it.most?))) {
                let given = answers.clone().filter(|(_, answer)| *answer == Some(choice as i64)).count() as i64;
                if given > limit {
                    faults.push(Fault::TooMany { item: at, choice, given });
                }
            }
        }
        let longest = voting.comments.unwrap_or(0);
        let long = self.comments.iter().enumerate().filter(|(_, it)| it.chars().count() > longest);
        faults.extend(long.map(|(candidate, _)| Fault::LongComment { candidate }));
        faults
    }

    /// How many questions are answered.
    pub fn filled(&self) -> usize {
        self.answers.iter().flatten().count()
    }

    /// Its bytes: of the same length for every vote of a voting.
    pub fn bytes(&self, voting: &Voting) -> Vec<u8> {
        let mut bytes = (self.class as u16).to_be_bytes().to_vec();
        for answer in &self.answers {
            let written = answer.and_then(|it| u16::try_from(it).ok()).unwrap_or(NOTHING);
            bytes.extend(written.to_be_bytes());
        }
        for comment in &self.comments {
            bytes.extend((comment.len() as u16).to_be_bytes());
            bytes.extend(comment.as_bytes());
        }
        let length = length(voting, self.comments.len());
        bytes.resize(length.max(bytes.len()), 0);
        bytes
    }

    /// Reads what [`Vote::bytes`] wrote.
    pub fn read(voting: &Voting, candidates: usize, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != length(voting, candidates) {
            return None;
        }
        let mut rest = bytes;
        let number = |rest: &mut &[u8]| -> Option<u16> {
            let (two, more) = rest.split_at_checked(2)?;
            *rest = more;
            Some(u16::from_be_bytes([two[0], two[1]]))
        };
        let class = usize::from(number(&mut rest)?);
        let mut answers = Vec::with_capacity(candidates * voting.items.len());
        for _ in 0..candidates * voting.items.len() {
            let answer = number(&mut rest)?;
            answers.push((answer != NOTHING).then_some(i64::from(answer)));
        }
        let mut comments = Vec::with_capacity(candidates);
        for _ in 0..candidates {
            let length = usize::from(number(&mut rest)?);
            let (text, more) = rest.split_at_checked(length)?;
            rest = more;
            comments.push(String::from_utf8(text.to_vec()).ok()?);
        }
        let vote = Self { class, answers, comments };
        (rest.iter().all(|it| *it == 0) && vote.faults(voting, candidates).is_empty()).then_some(vote)
    }
}

/// How many bytes every vote of a voting has: what the longest comments in the widest signs need.
fn length(voting: &Voting, candidates: usize) -> usize {
    2 + candidates * (2 * voting.items.len() + 2 + 4 * voting.comments.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tally::tests::{votes, voting};
    use super::*;

    proptest! {
        /// Every vote has the same length and is read as it was written; no other bytes are a vote by accident.
        #[test]
        fn a_vote_is_read_as_it_was_written_and_its_length_says_nothing(all in votes(3)) {
            let voting = voting();
            for vote in &all {
                let bytes = vote.bytes(&voting);
                prop_assert_eq!(bytes.len(), length(&voting, 3));
                prop_assert_eq!(Vote::read(&voting, 3, &bytes), Some(vote.clone()));
                prop_assert_eq!(Vote::read(&voting, 2, &bytes), None);
            }
        }

        #[test]
        fn any_bytes_are_a_vote_of_this_voting_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(vote) = Vote::read(&voting(), 3, &bytes) {
                prop_assert_eq!(vote.faults(&voting(), 3), vec![]);
            }
        }
    }

    // proves: voting.item.choice.most
    // proves: voting.comments
    #[test]
    fn what_may_not_stand_on_a_vote_is_named() {
        let voting = voting();
        let vote =
            |answers: [Option<i64>; 6]| Vote { class: 0, answers: answers.to_vec(), comments: vec![String::new(); 3] };
        let two = vote([Some(0), Some(90), Some(0), None, Some(1), None]);
        assert_eq!(two.faults(&voting, 3), vec![Fault::TooMany { item: 0, choice: 0, given: 2 }]);
        let wrong = vote([Some(4), Some(101), Some(-1), None, None, None]);
        assert_eq!(wrong.faults(&voting, 3).len(), 3);
        assert_eq!(vote([None; 6]).faults(&voting, 3), vec![], "whoever answers nothing abstains");
        let long = Vote { comments: vec!["好".repeat(21), String::new(), String::new()], ..vote([None; 6]) };
        assert_eq!(long.faults(&voting, 3), vec![Fault::LongComment { candidate: 0 }]);
        assert_eq!(vote([None; 6]).faults(&voting, 2), vec![Fault::Foreign]);
    }
}
