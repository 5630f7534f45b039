"""Quality control: a variant's figures and the delivery checks."""
