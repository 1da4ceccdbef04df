"""The demo: four organizations, each told after one product's page, and the people who live in them."""
