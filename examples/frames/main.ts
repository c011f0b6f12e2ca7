// Data frames from Python as Arrow tables and back. Needs pyarrow, and pandas or polars, in the Python that is used, and
//   npm install apache-arrow
//   node examples/frames/main.ts [pandas|polars]                 (Node 22.18 or newer, or compiled by tsc)
import * as arrow from "apache-arrow";
import { createPool } from "nogil";

type Sales = arrow.Table<{ region: arrow.Utf8; amount: arrow.Float64 }>;

const library = process.argv[2] ?? "pandas";
const pool = await createPool({ module: new URL("sales.py", import.meta.url), arrow });
try {
  const sales = await pool.call<Sales>("by_region", [library, 10_000]);
  for (const { region, amount } of sales) console.log(`${region}: ${amount.toFixed(1)}`);

  const scaled = await pool.call<Sales>("scale", [sales, 2]);
  const total = (table: Sales) =>
    table
      .getChild("amount")
      ?.toArray()
      .reduce((sum, amount) => sum + amount, 0) ?? 0;
  console.log(`total ${total(sales).toFixed(1)}, doubled in Python ${total(scaled).toFixed(1)}`);
} finally {
  await pool.close();
}
