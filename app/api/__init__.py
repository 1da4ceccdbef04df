"""GraphQL: translates between the contract and the services, and decides nothing."""
