"""Reads the tables of the contract and holds a running server to them."""
