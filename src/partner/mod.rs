//! Systems of institutions behind the gateway: how they are asked, and how they get their receipts.
