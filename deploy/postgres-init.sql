-- beside the ledger's database, which the image makes: one for Prefect's own history
CREATE DATABASE prefect;
