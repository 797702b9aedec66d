"""What DuckDB takes for the 120 figures of the city from Parquet, and for one unit's year: one line each, in seconds."""
import sys
import time

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


def column(folder, name, kind):
    data = open(f"{folder}/{name}", "rb").read()
    return pa.Array.from_buffers(kind, len(data) // (kind.bit_width // 8), [None, pa.py_buffer(data)])


def timed(work):
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def main(folder, unit):
    names = {"record": pa.uint32(), "figure": pa.uint8(), "month": pa.uint8(), "unit": pa.uint16(), "person": pa.uint32()}
    pq.write_table(pa.table({name: column(folder, name, kind) for name, kind in names.items()}), f"{folder}/rows.parquet")
    above = pa.table({name: column(folder, own, pa.uint16()) for name, own in (("unit", "below"), ("above", "above"))})
    pq.write_table(above, f"{folder}/above.parquet")
    rows, above = f"'{folder}/rows.parquet'", f"'{folder}/above.parquet'"
    db = duckdb.connect()
    db.execute("SET enable_progress_bar = false")
    people = [
        f"SELECT figure, month, above, count(DISTINCT person) AS amount FROM {rows} JOIN {above} USING (unit) GROUP BY ALL",
        "SELECT figure, month, above, count(*) AS amount FROM (SELECT DISTINCT figure, month, above, person "
        f"FROM {rows} JOIN {above} USING (unit)) GROUP BY ALL",
    ]
    counts = (
        "SELECT figure // 5 AS figure, month, above, count(*) AS amount FROM "
        f"(SELECT DISTINCT record, figure, month, unit FROM {rows}) JOIN {above} USING (unit) GROUP BY ALL"
    )
    # Both ways of writing it, the faster one counts; what comes out is kept, as it is with us.
    ways = [timed(lambda way=way: (db.execute(f"CREATE OR REPLACE TABLE people AS {way}"),
                                   db.execute(f"CREATE OR REPLACE TABLE counts AS {counts}")))[0] for way in people]
    print("all", min(ways), db.execute("SELECT sum(amount) FROM people").fetchone()[0])
    db.execute(f"CREATE TABLE rows AS SELECT * FROM {rows}")
    db.execute(f"CREATE TABLE above AS SELECT * FROM {above}")
    year = ("SELECT count(DISTINCT person) FROM rows WHERE figure = 7 AND month < 12 "
            f"AND unit IN (SELECT unit FROM above WHERE above = {unit})")
    took, answer = min(timed(lambda: db.execute(year).fetchone()) for _ in range(5))
    print("year", took, answer[0])


main(sys.argv[1], int(sys.argv[2]))
