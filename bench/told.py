"""Processes that do what they are told: a line of JSON for each command, and one for its answer."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent


class Told:
    """The other side of a process. `before` stands in front of its command, as `ip netns exec …` does."""

    def __init__(
        self, module: str, arguments: Any, *, before: Sequence[str] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [*before, sys.executable, "-m", module, json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )
        self._to: Any = self.process.stdin
        self._from: Any = self.process.stdout

    def tell(self, do: str, **arguments: Any) -> None:
        """The answer is to be fetched, before the next command."""
        self._to.write(json.dumps({"do": do, **arguments}) + "\n")
        self._to.flush()

    def answer(self) -> Any:
        if not (line := self._from.readline()):
            raise RuntimeError(f"the process ended: {self.process.args!r}")
        return json.loads(line)

    def ask(self, do: str, **arguments: Any) -> Any:
        self.tell(do, **arguments)
        return self.answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError):
            self._to.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(2)
        self.process.kill()
        self.process.wait()
