"""``python -m antiderive``, which is ``antiderive``."""

from __future__ import annotations

from antiderive.cli import main

if __name__ == "__main__":
    main()
