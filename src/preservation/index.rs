//! The index in the form of UNI 11386:2020 (SInCRO). The standard itself is sold; names and order of the
//! elements are as the public code of the preservation service of Regione Emilia-Romagna (ParER) writes them.

use std::io;

use quick_xml::escape::escape;

use super::log::{Filed, Head, ReceiptFacts};
use super::{LOG, README, SCHEMA};

/// Where an index goes; or with what it is compared, when an archive is checked.
pub trait Sink {
    /// The next piece of the index.
    fn put(&mut self, text: &str) -> io::Result<()>;
    /// When the archive was written, as `2027-01-02T10:00:00Z`: all that the log does not tell.
    fn moment(&mut self) -> io::Result<()>;
}

/// A file of the archive that is no receipt.
#[derive(Debug)]
pub struct Document<'d> {
    /// Its name.
    pub path: &'static str,
    /// Its media type.
    pub format: &'static str,
    /// Its SHA-256.
    pub digest: &'d str,
}

/// The files that are no receipts, by their digests: what explains the archive, the schema, the log.
pub fn documents([readme, schema, log]: [&str; 3]) -> [Document<'_>; 3] {
    [
        Document { path: README, format: "text/plain", digest: readme },
        Document { path: SCHEMA, format: "application/xml", digest: schema },
        Document { path: LOG, format: "application/jsonl", digest: log },
    ]
}

/// An index that is being written.
#[derive(Debug)]
pub struct Index<S> {
    sink: S,
    id: String,
    in_receipts: bool,
}

const SHA_256: &str = "<Hash canonicalXML=\"false\" hashFunction=\"SHA-256\">";

const LAWS: &str =
    "Linee Guida sulla formazione, gestione e conservazione dei documenti informatici (AgID, 09-09-2020)";

impl<S: Sink> Index<S> {
    /// Begins it with what the archive is of.
    pub fn begin(mut sink: S, head: &Head) -> io::Result<Self> {
        let id = format!("urn:varco:{}:preservation:{}:{}", head.organization, head.from, head.to);
        let state = if head.complete { "" } else { " (periodo non concluso)" };
        sink.put(&format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <sincro:PIndex xmlns:sincro=\"http://www.uni.com/U3011/sincro-v2/\" \
             xmlns=\"http://www.uni.com/U3011/sincro-v2/\" language=\"it\" sincroVersion=\"2.0\" \
             uri=\"http://www.uni.com/U3011/sincro-v2/PIndex.xsd\">\n\
             <SelfDescription><ID scheme=\"local\">{id}:index</ID><CreatingApplication><Name>Varco</Name>\
             <Version>{program}</Version><Producer>Varco</Producer></CreatingApplication></SelfDescription>\n\
             <PVolume><ID scheme=\"local\">{id}</ID><Label>Ricevute telematiche pagoPA</Label>\
             <Description>Ricevute ricevute dal {from} al {to}{state}</Description></PVolume>\n",
            id = escape(&id),
            program = escape(&head.program),
            from = escape(&head.from),
            to = escape(&head.to),
        ))?;
        Ok(Index { sink, id, in_receipts: false })
    }

    /// Adds a receipt.
    pub fn receipt(&mut self, filed: &Filed, receipt: &ReceiptFacts) -> io::Result<()> {
        if !self.in_receipts {
            self.in_receipts = true;
            self.begin_group("receipts", "Ricevute, byte per byte come inviate dal nodo")?;
        }
        let paid_at = receipt.paid_at.as_deref();
        let paid_at = paid_at.map_or_else(String::new, |at| format!("<PaidAt>{}</PaidAt>", escape(at)));
        let (id, path, digest) = (&self.id, &filed.path, &receipt.message_digest);
        self.sink.put(&format!(
            "<File encoding=\"binary\" extension=\"xml\" format=\"application/xml\">\
             <ID scheme=\"local\">{id}:{path}</ID><Path>{path}</Path>{SHA_256}{digest}</Hash>\
             <MoreInfo xmlSchema=\"receipt.xsd\"><EmbeddedMetadata>\
             <Receipt xmlns=\"urn:varco:preservation:1\"><ReceiptId>{receipt_id}</ReceiptId>\
             <NoticeNumber>{notice}</NoticeNumber><Iuv>{iuv}</Iuv><Amount>{amount}</Amount>{paid_at}\
             <ReceivedAt>{received_at}</ReceivedAt><Class>{class}</Class><Executed>{executed}</Executed>\
             <Primitive>{primitive}</Primitive><Psp>{psp}</Psp><PspName>{psp_name}</PspName></Receipt>\
             </EmbeddedMetadata></MoreInfo></File>\n",
            id = escape(id),
            path = escape(path),
            digest = escape(digest),
            receipt_id = escape(&receipt.receipt_id),
            notice = escape(&receipt.notice_number),
            iuv = escape(&receipt.iuv),
            amount = receipt.amount,
            received_at = escape(&receipt.received_at),
            class = escape(&receipt.class),
            executed = receipt.executed,
            primitive = escape(&receipt.primitive),
            psp = escape(&filed.psp),
            psp_name = escape(&filed.psp_name),
        ))
    }

    /// Ends it with the other files, and who is responsible; gives the sink back.
    pub fn finish(mut self, documents: &[Document<'_>], head: &Head) -> io::Result<S> {
        if self.in_receipts {
            self.sink.put("</FileGroup>\n")?;
        }
        self.begin_group("log", "Registro degli eventi e istruzioni per il controllo")?;
        for Document { path, format, digest } in documents {
            let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
            let id = escape(&self.id);
            self.sink.put(&format!(
                "<File encoding=\"binary\" extension=\"{extension}\" format=\"{format}\">\
                 <ID scheme=\"local\">{id}:{path}</ID><Path>{path}</Path>{SHA_256}{digest}</Hash></File>\n"
            ))?;
        }
        let agent = format!(
            "<AgentID>VATIT-{organization}</AgentID><AgentName><FormalName>{name}</FormalName></AgentName>",
            organization = escape(&head.organization),
            name = escape(&head.name),
        );
        self.sink.put(&format!(
            "</FileGroup>\n<Process><Submitter agentType=\"legal person\">{agent}</Submitter>\
             <Holder agentType=\"legal person\" holderRole=\"soggetto produttore\">{agent}</Holder>\
             <TimeReference><TimeInfo attachedTimeStamp=\"false\">"
        ))?;
        self.sink.moment()?;
        self.sink.put(&format!(
            "</TimeInfo></TimeReference><LawsAndRegulations>{LAWS}</LawsAndRegulations></Process>\n\
             </sincro:PIndex>\n"
        ))?;
        Ok(self.sink)
    }

    fn begin_group(&mut self, name: &str, label: &str) -> io::Result<()> {
        let id = escape(&self.id);
        self.sink.put(&format!("<FileGroup><ID scheme=\"local\">{id}:{name}</ID><Label>{label}</Label>\n"))
    }
}
