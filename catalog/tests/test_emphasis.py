"""What is typed stands out in what is suggested."""

import pytest

from catalog.emphasis import emphasised


@pytest.mark.parametrize(
    ("title", "typed", "marked"),
    [
        ("Blue Spotted Cup", "spot", "Blue [Spot]ted Cup"),
        ("Blue Spotted Cup", "CUP blue sp", "[Blue] [Sp]otted [Cup]"),
        ("Set of 3 Cups", "cup set", "[Set] of 3 [Cups]"),
        ("Redcurrant Cup", "red cu", "Redcurrant [Cu]p"),
        ("Café Crème", "creme caf", "[Caf]é [Crème]"),
        ("Große Straße", "stras", "Große [Straß]e"),
        ("Children's Apron", "childrens ap", "[Children's] [Ap]ron"),
        ("Lantern", "zebra", "Lantern"),
        ("Lantern", " ", "Lantern"),
        ("", "cup", ""),
    ],
)
def test_what_was_typed_is_marked(title, typed, marked):
    parts = emphasised(title, typed)

    assert "".join(f"[{part.text}]" if part.is_match else part.text for part in parts) == marked
