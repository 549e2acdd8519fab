"""The table and the plot of docs/recommendations.md."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from analytics.recommendations.catalogue import PEERS, SERVED
from analytics.recommendations.comparison import Comparison
from analytics.recommendations.evaluation import Measures

BEGIN, END = "<!-- evaluation -->", "<!-- /evaluation -->"
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#999999"
"""Of Okabe and Ito, told apart by every kind of colour vision."""

HEAD = (
    "| algorithm | Recall@10 | NDCG@10 | hit rate | coverage |\n| --- | ---: | ---: | ---: | ---: |"
)


def write(document: Path, comparison: Comparison) -> None:
    """Exchange what stands between the marks of ``document``, and its plot beside it.

    :raises ValueError: there are no marks.
    """
    before = document.read_text(encoding="utf-8")
    head, begin, rest = before.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"The text has no lines {BEGIN} and {END}")
    picture = document.with_suffix(".svg")
    _draw(picture, comparison)
    image = f"![NDCG@10 of unseen items by algorithm]({picture.name})"
    written = f"{head}{BEGIN}\n{tables(comparison)}\n\n{image}\n{END}{tail}"
    document.write_text(written, encoding="utf-8")


def tables(comparison: Comparison) -> str:
    """Markdown."""
    missing = comparison.left_out
    notes = [f"Left out, as `implicit` is not installed: {', '.join(missing)}."] if missing else []
    parts = (
        f"Cut {comparison.cut}, until {comparison.until}; {comparison.items:,} items.",
        f"Unseen items, {comparison.customers['unseen']:,} customers:",
        table(comparison.unseen),
        f"All items, {comparison.customers['all']:,} customers:",
        table(comparison.all),
        *notes,
    )
    return "\n\n".join(parts)


def table(measures: Mapping[str, Measures]) -> str:
    return "\n".join([HEAD, *_rows(measures)])


def _rows(measures: Mapping[str, Measures]) -> Iterator[str]:
    """Best first; what is served stands out."""
    for name, one in sorted(measures.items(), key=lambda pair: -pair[1].ndcg10):
        shown = f"**`{name}`**" if name == SERVED else f"`{name}`"
        figures = f"{one.recall10:.4f} | {one.ndcg10:.4f} | {one.hit_rate:.4f} | {one.coverage:.4f}"
        yield f"| {shown} | {figures} |"


def _draw(path: Path, comparison: Comparison) -> None:
    """An SVG, the same bytes for the same figures."""
    import matplotlib as mpl  # noqa: PLC0415  # heavy
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415  # heavy
    from matplotlib.figure import Figure  # noqa: PLC0415  # heavy

    ordered = sorted(comparison.unseen.items(), key=lambda pair: pair[1].ndcg10)
    colours = [ORANGE if n == SERVED else GREY if n in PEERS else BLUE for n, _ in ordered]
    with mpl.rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 0.4 * len(ordered) + 1.4), layout="constrained")
        FigureCanvasSVG(figure)
        title = f"Unseen items bought from {comparison.cut}"
        axes = figure.add_subplot(title=title, xlabel="NDCG@10, mean of customers")
        bars = axes.barh(range(len(ordered)), [one.ndcg10 for _, one in ordered], color=colours)
        axes.bar_label(bars, fmt="{:.3f}", padding=4)
        axes.set_yticks(range(len(ordered)), [name.replace("_", " ") for name, _ in ordered])
        axes.margins(x=0.1)
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path, metadata={"Date": None, "Title": title})
