//! What is asked under load, in which shares.

use std::str::FromStr;

use serde::Serialize;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Asks {
    /// Whether a notice can be paid.
    Verify,
    /// What its payment needs.
    Activate,
    /// That a receipt is taken.
    Receipt,
    /// Whether the station is there.
    Probe,
}

impl Asks {
    /// All of them.
    pub const ALL: [Asks; 4] = [Asks::Verify, Asks::Activate, Asks::Receipt, Asks::Probe];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Asks::Verify => "verify",
            Asks::Activate => "activate",
            Asks::Receipt => "receipt",
            Asks::Probe => "probe",
        }
    }
}

/// Shares of requests, such as `verify=60,activate=25,receipt=15`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mix(Vec<(Asks, u32)>);

/// Why a mix cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a mix is such as verify=60,activate=25,receipt=15: {0}")]
pub struct MixError(String);

impl FromStr for Mix {
    type Err = MixError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts: Vec<(Asks, u32)> = Vec::new();
        for part in text.split(',') {
            let wrong = |reason: &str| MixError(format!("{part:?} {reason}"));
            let (word, share) = part.split_once('=').ok_or_else(|| wrong("is no WORD=SHARE"))?;
            let asks = Asks::ALL.into_iter().find(|asks| asks.word() == word.trim());
            let asks = asks.ok_or_else(|| wrong("asks neither verify, activate, receipt nor probe"))?;
            let share: u32 = share.trim().parse().map_err(|_| wrong("has no whole number as its share"))?;
            if share > 1_000_000 || parts.iter().any(|(known, _)| *known == asks) {
                return Err(wrong("is there twice or too large"));
            }
            parts.push((asks, share));
        }
        if parts.iter().all(|(_, share)| *share == 0) {
            return Err(MixError("nothing is asked".to_owned()));
        }
        Ok(Mix(parts))
    }
}

impl Mix {
    /// What the request of that number asks: shares hold over any stretch of requests, without chance.
    pub fn nth(&self, number: u64) -> Asks {
        let total: u64 = self.0.iter().map(|(_, share)| u64::from(*share)).sum();
        // A step without common divisor visits every place of a round once, and mixes what is asked.
        let step = (1..).map(|odd| total * 5 / 8 + odd).find(|step| coprime(*step, total)).unwrap_or(1);
        let mut place = (number % total) * step % total;
        for (asks, share) in &self.0 {
            match place.checked_sub(u64::from(*share)) {
                Some(rest) => place = rest,
                None => return *asks,
            }
        }
        Asks::Verify
    }

    /// Whether receipts are among what is asked.
    pub fn pays(&self) -> bool {
        self.0.iter().any(|(asks, share)| *asks == Asks::Receipt && *share > 0)
    }
}

fn coprime(a: u64, b: u64) -> bool {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_hold_over_every_round_and_are_mixed() {
        let mix: Mix = "verify=60,activate=25,receipt=15".parse().unwrap();
        let round: Vec<_> = (0..100).map(|number| mix.nth(number)).collect();
        for (asks, share) in [(Asks::Verify, 60), (Asks::Activate, 25), (Asks::Receipt, 15), (Asks::Probe, 0)]
        {
            assert_eq!(round.iter().filter(|asked| **asked == asks).count(), share, "{asks:?}");
        }
        let changes = round.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(changes > 30, "{changes}");
        assert!(mix.pays() && !"probe=1".parse::<Mix>().unwrap().pays());
        assert_eq!("probe=1".parse::<Mix>().unwrap().nth(7), Asks::Probe);
    }

    #[test]
    fn what_is_no_mix_is_told() {
        for wrong in ["", "verify", "verify=x", "pay=1", "verify=0", "verify=1,verify=2", "verify=1,"] {
            assert!(wrong.parse::<Mix>().is_err(), "{wrong}");
        }
    }
}
