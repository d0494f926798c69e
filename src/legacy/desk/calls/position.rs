//! A payment that an institution begins by its RPTs: its debt becomes a position of ours, and is paid like any other.

use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::Iupd;
use crate::domain::notice_number::{AuxDigit, Iuv, NoticeNumber};
use crate::domain::position::{History, Position};
use crate::domain::routing::Handler;
use crate::domain::text::Text as DomainText;
use crate::legacy::translate::{self, Loaded, Unusable};
use crate::soap::legacy::PptCode;
use crate::store::{CreateError, ReplaceError};
use crate::wire::Text;
use crate::wire::pagamenti::Rpt;

use super::Refused;
use super::accept::Read;
use super::identify::Known;
use crate::legacy::desk::Desk;

/// How often a number is drawn because others have it already.
const DRAWS: usize = 10;

/// The notice of a position, and whether its number was ours to choose.
#[derive(Clone, Copy)]
enum Number {
    Given(NoticeNumber),
    Drawn(NoticeNumber),
}

impl Number {
    fn get(self) -> NoticeNumber {
        match self {
            Number::Given(notice) | Number::Drawn(notice) => notice,
        }
    }
}

/// Why a position of before is not written over.
enum Kept {
    Paid,
}

impl Desk {
    /// Makes a position of RPTs, or brings the one of before up to date; the number of its notice. A notice that the
    /// institution has a position for already is paid by that.
    pub(super) async fn stand_for(
        &self,
        known: &Known,
        read: &[Read],
        named: Option<NoticeNumber>,
    ) -> Result<NoticeNumber, Refused> {
        let Some(first) = read.first().map(|read| &read.kept.name) else {
            return Err(Refused::new(PptCode::Semantica, "there is no RPT"));
        };
        let odd = |_| Refused::new(PptCode::Semantica, "identificativoUnivocoVersamento has odd characters");
        let iupd = Iupd::new(&format!("rpt-{}", first.iuv)).map_err(odd)?;
        let rpts: Vec<Rpt> = read.iter().map(|read| read.rpt.clone()).collect();
        for _ in 0..DRAWS {
            let before = self.parts.store.position(&first.ec, &iupd).await?;
            let kept = before.as_ref().and_then(|before| before.notices().next()).map(|notice| notice.number);
            let number = match named.or(kept) {
                Some(notice) if self.is_its(known, &first.ec, &notice) => Number::Given(notice),
                Some(_) => return Err(of_another()),
                None => self.number(known, &first.ec, &first.iuv)?,
            };
            let position = self.position(known, (&iupd, number.get()), &rpts)?;
            if before.is_some() {
                self.bring_up_to_date(position, known).await?;
                return Ok(number.get());
            }
            let drawn: Vec<NoticeNumber> = match number {
                Number::Drawn(notice) => vec![notice],
                Number::Given(_) => Vec::new(),
            };
            match (self.parts.store.create_numbered(&position, &drawn).await, number) {
                (Ok(()), _) | (Err(CreateError::NoticeTaken(_)), Number::Given(_)) => return Ok(number.get()),
                // Another one drew it, or sent the same RPT just now.
                (Err(CreateError::NoticeTaken(_) | CreateError::IupdTaken), _) => {}
                (Err(CreateError::Store(error)), _) => return Err(error.into()),
            }
        }
        Err(Refused::new(PptCode::SystemError, "no number could be drawn for the notice"))
    }

    fn position(
        &self,
        known: &Known,
        (iupd, notice): (&Iupd, NoticeNumber),
        rpts: &[Rpt],
    ) -> Result<Position, Refused> {
        let wrong = |unusable: Unusable| Refused::new(PptCode::Semantica, format!("the RPT has {unusable}"));
        let mut asked = translate::requested(rpts, None).map_err(wrong)?;
        // The payer pays by the number of the notice; where that was drawn here, the node knows its reference only.
        asked.iuv = Text::new(notice.iuv().as_str()).map_err(|error| wrong(error.into()))?;
        let name =
            known.registry.institution(&asked.ec).map(|institution| institution.name.as_str().to_owned());
        let company_name = DomainText::new(&name.unwrap_or_else(|| asked.ec.to_string()));
        let company_name = company_name.map_err(|_| wrong(Unusable::Beneficiary))?;
        let loaded = Loaded { iupd: iupd.clone(), notice, company_name, now: known.now };
        let mut position = translate::position(&asked, loaded).map_err(wrong)?;
        position.history.version = 1;
        for option in &mut position.options {
            option.valid_from = Some(known.now);
        }
        Ok(position)
    }

    /// Writes over the position of an RPT that came before under another name.
    async fn bring_up_to_date(&self, position: Position, known: &Known) -> Result<(), Refused> {
        let (ec, iupd) = (position.ec.clone(), position.iupd.clone());
        let replaced = self.parts.store.replace_position(&ec, &iupd, |before: &Position| {
            if before.notices().any(|notice| notice.payment.is_some()) {
                return Err(Kept::Paid);
            }
            let version = before.history.version.saturating_add(1);
            let history = History { updated_at: known.now, version, invalidated_at: None, ..before.history };
            Ok(Position { history, ..position.clone() })
        });
        match replaced.await {
            Ok(Some(Err(Kept::Paid))) => {
                Err(Refused::new(PptCode::Semantica, "what the RPT asks for is paid already"))
            }
            Ok(Some(Ok(_)) | None) => Ok(()),
            Err(ReplaceError::NoticeTaken(_)) => {
                Err(Refused::new(PptCode::Semantica, "the notice of the RPT is of another position"))
            }
            Err(ReplaceError::Store(error)) => Err(error.into()),
        }
    }

    /// The notice that an IUV is the reference of; one that is drawn if it is of none (ISO 11649, for one).
    fn number(&self, known: &Known, ec: &FiscalCode, iuv: &str) -> Result<Number, Refused> {
        let links = known.registry.links(ec).iter().filter(|link| link.station == known.station);
        if let Ok(iuv) = Iuv::new(iuv) {
            let given = match NoticeNumber::of_iuv(&iuv) {
                Ok(notice) => Some(notice),
                Err(_) => links
                    .clone()
                    .filter(|link| link.aux_digit == AuxDigit::Zero)
                    .find_map(|link| NoticeNumber::new(&format!("0{}{}", link.code?, iuv.as_str())).ok()),
            };
            let own = given.filter(|notice| self.is_its(known, ec, notice));
            return own.map(Number::Given).ok_or_else(of_another);
        }
        let drawn = links.filter(|link| link.aux_digit == AuxDigit::Three).find_map(|link| {
            let notice = NoticeNumber::issue(link.code?, self.parts.randomness.notice_base()).ok()?;
            self.is_its(known, ec, &notice).then_some(notice)
        });
        let none = || {
            Refused::new(
                PptCode::Semantica,
                "the partner answers for no notice with a number that can be drawn",
            )
        };
        drawn.map(Number::Drawn).ok_or_else(none)
    }

    /// Whether the partner answers for a notice.
    fn is_its(&self, known: &Known, ec: &FiscalCode, notice: &NoticeNumber) -> bool {
        let Some(routes) = known.registry.routes(ec) else { return false };
        let standing = routes.at(&known.station, notice, known.now);
        let is = |handler: &Handler| matches!(handler, Handler::Legacy(id) if *id == known.partner.id);
        is(standing.handler) || standing.also.is_some_and(is)
    }
}

fn of_another() -> Refused {
    Refused::new(PptCode::Semantica, "the IUV is of a notice that the partner does not answer for")
}
