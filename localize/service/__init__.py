"""The studios' bucket as a service: what is admitted, what is wanted, what is done, who decided. No Prefect here."""
