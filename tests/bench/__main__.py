"""`./portal bench [--large] [NAME …]`: ratios of one run, with what DESIGN 11 asks beside them.

NAME is one of append, covering, intake, web, ranges, memory; all of them without a name.
`--large` measures memory with a file of 5 GiB instead of one. It is one segment sent again and
again, so that nothing has to hold it beforehand; sealed bytes are never sparse, so the store
needs twice its size for the time of the measurement, and the whole takes some minutes.
"""

import sys
from collections.abc import Callable
from functools import partial

from tests.bench import append, covering, intake, memory, ranges, web

# What is asked of a figure: its name, the bound, and whether more or less is better.
WANTED = {
    "append": [("ratio", 0.9, "at least")],
    "covering": [
        (f"{which} {figure}", bound, "at most")
        for which in ("covered", "uncovered")
        for figure, bound in (("ms", 50), ("queries", 6))
    ],
    "intake": [("ratio", 0.8, "at least"), ("memory added MiB", 100, "at most")],
    "web": [
        ("upload ratio 1", 0.5, "at least"),
        ("upload ratio 8", 0.5, "at least"),
        ("stalled ratio", 2.0, "at most"),
    ],
    "ranges": [("range ms", 1.0, "at most")],
    "memory": [
        ("bytes server adds MiB", 100, "at most"),
        ("worker adds MiB", 100, "at most"),
        ("download adds MiB", 100, "at most"),
    ],
}
MEASURES: dict[str, Callable[[], dict[str, float]]] = {
    "append": append.measure,
    "covering": covering.measure,
    "intake": intake.measure,
    "web": web.measure,
    "ranges": ranges.measure,
    "memory": memory.measure,
}


def main(words: list[str]) -> None:
    """Measure all, or the named ones, and print a line for each figure."""
    if {"--help", "-h"} & set(words):
        print(__doc__)
        return
    measures = dict(MEASURES)
    if "--large" in words:
        measures["memory"] = partial(memory.measure, memory.LARGE)
    for name in [word for word in words if word != "--large"] or list(measures):
        wanted = {figure: (bound, sense) for figure, bound, sense in WANTED[name]}
        for figure, value in measures[name]().items():
            line = f"{name:8} {figure:24} {value:10.2f}"
            if figure in wanted:
                bound, sense = wanted[figure]
                met = value >= bound if sense == "at least" else value <= bound
                line += f"   {sense} {bound}: {'reached' if met else 'NOT REACHED'}"
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
