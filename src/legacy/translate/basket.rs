//! The basket of one debt with two beneficiaries: `idCarrello`, and what its two RPTs must agree on.

use super::Unusable;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::notice_number::NoticeNumber;
use crate::wire::pagamenti::Rpt;

/// How many RPTs such a basket has.
pub const BASKET: usize = 2;
/// How many shares a payment has.
const SHARES: usize = 5;

/// The name of such a basket: `<tax code 11><notice number 18>-NNNNN`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasketName {
    /// The body that issued the notice.
    pub ec: FiscalCode,
    /// The notice.
    pub notice: NoticeNumber,
}

impl BasketName {
    /// Reads a name.
    pub fn read(text: &str) -> Result<Self, Unusable> {
        let (head, tail) = text.trim().split_once('-').ok_or(Unusable::Basket)?;
        let counted = tail.len() == 5 && tail.bytes().all(|b| b.is_ascii_digit());
        let (ec, notice) = head.split_at_checked(11).filter(|_| counted).ok_or(Unusable::Basket)?;
        Ok(BasketName {
            ec: FiscalCode::new(ec).map_err(|_| Unusable::Basket)?,
            notice: NoticeNumber::new(notice).map_err(|_| Unusable::Basket)?,
        })
    }

    /// Row "Multi-beneficiary cart": exactly two RPTs of different bodies, the first of the body in the name; one
    /// IUV, that of the notice; one CCP; at most five shares in all; no stamp.
    pub fn check(&self, rpts: &[Rpt]) -> Result<(), Unusable> {
        let [first, second] = rpts else { return Err(Unusable::Basket) };
        let ec = |rpt: &Rpt| rpt.dominio.identificativo_dominio.as_str().to_owned();
        let debt = |rpt: &Rpt| rpt.dati_versamento.identificativo_univoco_versamento.as_str().to_owned();
        let ccp = |rpt: &Rpt| rpt.dati_versamento.codice_contesto_pagamento.as_str().to_owned();
        let shares = || rpts.iter().flat_map(|rpt| &rpt.dati_versamento.dati_singolo_versamento);
        let sound = ec(first) == self.ec.as_str()
            && ec(first) != ec(second)
            && rpts.iter().all(|rpt| debt(rpt) == self.notice.iuv().as_str())
            && ccp(first) == ccp(second)
            && shares().all(|share| share.dati_marca_bollo_digitale.is_none());
        if !sound {
            return Err(Unusable::Basket);
        }
        if shares().count() > SHARES { Err(Unusable::Shares) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legacy::translate::samples;

    #[test]
    fn the_name_of_a_basket_says_whose_notice_it_is_about() {
        let name = BasketName::read("77777777777301000000000000012-00001").unwrap();
        assert_eq!((name.ec.as_str(), name.notice.as_str()), ("77777777777", "301000000000000012"));
        for wrong in ["", "77777777777301000000000000012", "77777777777301000000000000012-1", "x-00001"] {
            assert_eq!(BasketName::read(wrong), Err(Unusable::Basket), "{wrong}");
        }
    }

    #[test]
    fn a_basket_is_one_debt_of_two_bodies() {
        let name = BasketName::read("77777777777301000000000000012-00001").unwrap();
        let basket = samples::basket();
        assert_eq!(name.check(&basket), Ok(()));
        assert_eq!(name.check(&basket[..1]), Err(Unusable::Basket));
        let same = [basket[0].clone(), basket[0].clone()];
        assert_eq!(name.check(&same), Err(Unusable::Basket));
        let mut other = basket.clone();
        other[1].dati_versamento.identificativo_univoco_versamento = samples::text("01000000000000099");
        assert_eq!(name.check(&other), Err(Unusable::Basket));
        let mut stamped = basket.clone();
        stamped[1] = samples::rpt("88888888888", vec![samples::stamp_share(16_00)]);
        assert_eq!(name.check(&stamped), Err(Unusable::Basket));
        let six = [
            samples::rpt("77777777777", vec![samples::share(1_00); 5]),
            samples::rpt("88888888888", vec![samples::share(1_00)]),
        ];
        assert_eq!(name.check(&six), Err(Unusable::Shares));
    }
}
