//! Catalogo dati informativi of a payment service provider: only read, to say what is wrong with it.

use super::{Refused, is, read};
use crate::domain::document::CatalogueDocument;
use crate::wire::documents::{Catalogue, Catalogues};

/// Reads one catalogue or a list of them.
pub fn read_catalogues(document: &[u8]) -> Result<Vec<CatalogueDocument>, Refused> {
    if is::<Catalogues>(document) {
        let list: Catalogues = read(document)?;
        return Ok(list.informativa_psp.iter().map(facts).collect());
    }
    read(document).map(|catalogue: Catalogue| vec![facts(&catalogue)])
}

fn facts(catalogue: &Catalogue) -> CatalogueDocument {
    let master = &catalogue.informativa_master;
    CatalogueDocument {
        flow: catalogue.identificativo_flusso.as_str().to_owned(),
        psp: catalogue.identificativo_psp.as_str().to_owned(),
        name: catalogue.ragione_sociale.as_str().to_owned(),
        published: master.data_pubblicazione.moment(),
        valid_from: master.data_inizio_validita.moment(),
    }
}
