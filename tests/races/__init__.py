"""Races on PostgreSQL with real processes; see `crowd`."""
