/** Statements as the golden files show them. */

export function boundText(values: readonly (string | null)[]): string {
  return values.map((value, index) => `-- $${index + 1} = ${JSON.stringify(value)}\n`).join('');
}

/** A line break before what the eye looks for. */
export function wrapped(statement: string): string {
  return statement.replace(/ (?=from \(select |left join lateral |where |order by |with )/g, '\n');
}
