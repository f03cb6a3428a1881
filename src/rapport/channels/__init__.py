"""Ways a customer reaches us: one folder per adapter, each turning its protocol into contacts."""
