"""What DuckDB takes for the same rows: told on one line each, in seconds. Reads what `zugong bench` wrote."""
import sys
import time

import duckdb
import pyarrow as pa


def column(folder, name, kind):
    data = open(f"{folder}/{name}", "rb").read()
    return pa.Array.from_buffers(kind, len(data) // (kind.bit_width // 8), [None, pa.py_buffer(data)])


def best(db, statements):
    took = []
    for statement in statements:
        began = time.perf_counter()
        answer = db.execute(statement).fetchone()
        took.append((time.perf_counter() - began, answer))
    return min(took)


def main(folder, unit):
    rows = pa.table({
        "figure": column(folder, "figure", pa.uint8()),
        "month_": column(folder, "month", pa.uint8()),
        "unit": column(folder, "unit", pa.uint16()),
        "person": column(folder, "person", pa.uint32()),
    })
    above = pa.table({
        "unit": column(folder, "below", pa.uint16()),
        "above": column(folder, "above", pa.uint16()),
    })
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false")
    db.execute("CREATE TABLE rows AS SELECT * FROM rows")
    db.execute("CREATE TABLE above AS SELECT * FROM above")
    # Both ways of writing it; the faster one counts. The sum of all cells is the check.
    took, (cells, people) = best(db, [
        "SELECT count(*), sum(people) FROM (SELECT figure, month_, above, count(DISTINCT person) AS people "
        "FROM rows JOIN above USING (unit) GROUP BY ALL)",
        "SELECT count(*), sum(people) FROM (SELECT figure, month_, above, count(*) AS people FROM "
        "(SELECT DISTINCT figure, month_, above, person FROM rows JOIN above USING (unit)) GROUP BY ALL)",
    ])
    print("cube", took, cells, people)
    took, (people,) = best(db, [
        "SELECT count(DISTINCT person) FROM rows WHERE figure = 7 AND month_ < 12 "
        f"AND unit IN (SELECT unit FROM above WHERE above = {unit})"
    ] * 5)
    print("year", took, 1, people)


main(sys.argv[1], int(sys.argv[2]))
