"""Data sets on disk: writing by range, reading, checking, deduplicating, and the classic text files.

A data set is a folder (or a prefix of an object store) with a manifest and a Parquet file for each split of
each range of indices. This room does not know how examples are made.
"""

from __future__ import annotations

from antiderive.datasets.check import CHECKS, Findings, check_dataset
from antiderive.datasets.classic import parse_line, problem_infix, text_lines, write_lines
from antiderive.datasets.classic_export import write_classic
from antiderive.datasets.classic_import import BAD_LINES, classic_files, read_classic
from antiderive.datasets.dataset import DataSet, require_folder_of_tasks, write_card_of_tasks
from antiderive.datasets.dedup import deduplicate
from antiderive.datasets.manifest import (
    MANIFEST,
    Manifest,
    Range,
    Shard,
    joined_ranges,
    missing_ranges,
    split_of_name,
)
from antiderive.datasets.parquet import SCHEMA, rows_of, token_column
from antiderive.datasets.shards import (
    Pace,
    WritingProgress,
    cut_ranges,
    make_shard,
    shard_size,
    write_dataset,
)
from antiderive.datasets.storage import absolute, storage_at
from antiderive.datasets.summary import describe_dataset, plot_dataset
from antiderive.datasets.writer import RECIPE, DataSetWriter

__all__ = [
    "BAD_LINES",
    "CHECKS",
    "MANIFEST",
    "RECIPE",
    "SCHEMA",
    "DataSet",
    "DataSetWriter",
    "Findings",
    "Manifest",
    "Pace",
    "Range",
    "Shard",
    "WritingProgress",
    "absolute",
    "check_dataset",
    "classic_files",
    "cut_ranges",
    "deduplicate",
    "describe_dataset",
    "joined_ranges",
    "make_shard",
    "missing_ranges",
    "parse_line",
    "plot_dataset",
    "problem_infix",
    "read_classic",
    "require_folder_of_tasks",
    "rows_of",
    "shard_size",
    "split_of_name",
    "storage_at",
    "text_lines",
    "token_column",
    "write_card_of_tasks",
    "write_classic",
    "write_dataset",
    "write_lines",
]
