"""The account-days as rows: nothing lost, nothing twice, whatever the order of the tables."""

from datetime import date

import numpy as np
import pyarrow as pa

from ecluse.watch.panel import FEW_PEERS, panel_of

DAYS = {"account": pa.string(), "day": pa.date32(), "profession": pa.string()}
FINDINGS = {"detector": pa.string(), "account": pa.string(), "day": pa.date32(), "value": pa.int64()}
STAFF = {"account": pa.string(), "profession": pa.string(), "service": pa.bool_()}
MONDAY, TUESDAY = date(2031, 3, 3), date(2031, 3, 4)


def table(columns: dict[str, pa.DataType], *rows: tuple[object, ...]) -> pa.Table:
    return (
        pa.table(
            [pa.array(part, kind) for part, kind in zip(zip(*rows, strict=True), columns.values(), strict=True)],
            names=list(columns),
        )
        if rows
        else pa.schema(columns.items()).empty_table()
    )


def test_nothing_at_all_is_a_panel_without_rows() -> None:
    panel = panel_of(table(FINDINGS), table(DAYS), table(STAFF))
    assert panel.size == 0
    assert panel.span == 0


def test_rows_stand_by_account_then_day_whatever_the_order_given() -> None:
    rows = [("b", MONDAY, "nurse"), ("a", TUESDAY, "clerk"), ("a", MONDAY, "clerk")]
    panel = panel_of(table(FINDINGS), table(DAYS, *rows), table(STAFF))
    assert panel.accounts == ("a", "b")
    assert panel.account.tolist() == [0, 0, 1]
    assert np.diff(panel.day).tolist() == [1, -1]
    assert panel.nth.tolist() == [0, 1, 0]


def test_a_day_only_a_finding_knows_gets_a_row() -> None:
    found = table(FINDINGS, ("guessing", "c", TUESDAY, 9))
    panel = panel_of(found, table(DAYS, ("a", MONDAY, "nurse")), table(STAFF))
    assert panel.accounts == ("a", "c")
    assert panel.columns["guessing"].dense(panel.size).tolist() == [0, 9]


def test_the_staff_list_overrules_the_profession_of_the_days() -> None:
    panel = panel_of(table(FINDINGS), table(DAYS, ("a", MONDAY, "")), table(STAFF, ("a", "midwife", False)))
    assert panel.professions == ("midwife",)


def test_a_small_profession_is_judged_with_everybody_and_a_machine_apart() -> None:
    nurses = [(f"n{number}", MONDAY, "nurse") for number in range(FEW_PEERS)]
    rows = [*nurses, ("m", MONDAY, "interface"), ("x", MONDAY, "midwife")]
    panel = panel_of(table(FINDINGS), table(DAYS, *rows), table(STAFF, ("m", "interface", True)))
    group = {name: panel.classes[panel.peers[number]] for number, name in enumerate(panel.accounts)}
    assert group["n0"] == "nurse"
    assert group["x"] == ""
    assert group["m"] not in {"", "nurse", "interface"}
    assert [name for name, machine in zip(panel.accounts, panel.machines, strict=True) if machine] == ["m"]


def test_only_an_account_without_peers_that_opens_the_log_may_be_older_than_it() -> None:
    days = [("old", date(2031, 3, day), "") for day in (3, 9, 10, 20)] + [("new", date(2031, 3, 20), "")]
    days += [(f"n{number}", date(2031, 3, 3), "nurse") for number in range(FEW_PEERS)]
    panel = panel_of(table(FINDINGS), table(DAYS, *days), table(STAFF))
    week = {name: int(panel.opened[number] - panel.start[number]) for number, name in enumerate(panel.accounts)}
    assert {name: rows for name, rows in week.items() if rows} == {"old": 2}
