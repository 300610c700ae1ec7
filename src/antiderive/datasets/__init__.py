"""Data sets: shards on disk, and streams that training reads."""

from __future__ import annotations
