"""A compiled executor for the operations of a GraphQL schema; see README.md."""
