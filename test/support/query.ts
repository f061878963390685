/** One statement (or several, without values) on a connection of its own. */
import { Client, type QueryResultRow } from 'pg';

export async function query<R extends QueryResultRow = QueryResultRow>(
  url: string,
  text: string,
  values?: readonly unknown[],
): Promise<R[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const result: unknown = await client.query(text, values && [...values]);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return (last as { rows: R[] }).rows;
  } finally {
    await client.end();
  }
}
