"""`./portal bench [NAME …]`: ratios measured in one run, with what DESIGN 11 asks for beside them."""

import sys
from collections.abc import Callable

from tests.bench import append, intake, web

# What is asked of a figure: its name, the bound, and whether more or less is better.
WANTED = {
    "append": [("ratio", 0.9, "at least")],
    "intake": [("ratio", 0.8, "at least"), ("memory added MiB", 100, "at most")],
    "web": [
        ("upload ratio", 0.5, "at least"),
        ("stalled ratio", 2.0, "at most"),
        ("range ms", 1.0, "at most"),
    ],
}
MEASURES: dict[str, Callable[[], dict[str, float]]] = {
    "append": append.measure,
    "intake": intake.measure,
    "web": web.measure,
}


def main(names: list[str]) -> None:
    """Measure all, or the named ones, and print a line for each figure."""
    for name in names or list(MEASURES):
        wanted = {figure: (bound, sense) for figure, bound, sense in WANTED[name]}
        for figure, value in MEASURES[name]().items():
            line = f"{name:8} {figure:24} {value:10.2f}"
            if figure in wanted:
                bound, sense = wanted[figure]
                met = value >= bound if sense == "at least" else value <= bound
                line += f"   {sense} {bound}: {'reached' if met else 'NOT REACHED'}"
            print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
