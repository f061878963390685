/** Writes random transactions one after the other, through whatever happens to PostgreSQL, and knows what was committed. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Change, OracleTable, Random, Row } from './world.ts';

const IDS = 40;
const MAX_PER_TRANSACTION = 6;

export class Writer {
  /** What was committed, in that order. */
  readonly history: Change[] = [];
  readonly #rows = new Map<OracleTable, Map<number, Row>>();
  readonly #url: string;
  readonly #random: Random;
  #client: pg.Client | undefined;
  #transactions = 0;

  constructor(url: string, tables: readonly OracleTable[], random: Random) {
    this.#url = url;
    this.#random = random;
    for (const table of tables) this.#rows.set(table, new Map());
  }

  async write(): Promise<void> {
    const changes = this.#invent();
    this.#transactions += 1;
    const text = [
      'begin',
      `insert into oracle.marker values (${this.#transactions})`,
      ...changes.map(sqlOf),
      'commit',
    ].join('; ');
    while (!(await this.#run(text, this.#transactions))) await sleep(50);
    this.history.push(...changes);
    for (const { table, old, new: now } of changes) {
      const rows = this.#rows.get(table);
      if (old) rows?.delete(old.id);
      if (now) rows?.set(now.id, now);
    }
  }

  async close(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
  }

  /** Whether the transaction is committed: where the answer was lost its marker tells. */
  async #run(text: string, marker: number): Promise<boolean> {
    try {
      const client = await this.#connect();
      const { rows } = await client.query('select 1 from oracle.marker where n = $1', [marker]);
      if (rows.length === 0) await client.query(text);
      return true;
    } catch (error) {
      // What PostgreSQL refuses would be refused for ever: a mistake of the oracle.
      if (/^(22|23|42)/.test((error as { code?: string }).code ?? '')) throw error;
      await this.#client?.end().catch(() => undefined);
      this.#client = undefined;
      return false;
    }
  }

  async #connect(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client({ connectionString: this.#url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => {
      this.#client = undefined;
    });
    await client.connect();
    await client.query('set synchronous_commit = on');
    this.#client = client;
    return client;
  }

  #invent(): Change[] {
    const planned = new Map([...this.#rows].map(([table, rows]) => [table, new Map(rows)]));
    const tables = [...planned.keys()];
    return Array.from({ length: 1 + this.#random(MAX_PER_TRANSACTION) }, (): Change => {
      const table = tables[this.#random(tables.length)]!;
      const rows = planned.get(table)!;
      const id = this.#random(IDS);
      const old = rows.get(id);
      const change = { table, old, new: old && this.#random(4) === 0 ? undefined : this.#row(id) };
      if (change.new) rows.set(id, change.new);
      else rows.delete(id);
      return change;
    });
  }

  #row(id: number): Row {
    const random = this.#random;
    return {
      id,
      owner: `user ${random(8)}`,
      level: random(5),
      flag: random(3) === 0,
      body: `${'abc'[random(3)]} ${random(1_000_000)} "quoted" \\ ü`,
    };
  }
}

function sqlOf({ table: { name }, old, new: now }: Change): string {
  if (!now) return `delete from ${name} where id = ${old?.id}`;
  const { id, owner, level, flag, body } = now;
  const text = body.replaceAll("'", "''");
  return old
    ? `update ${name} set owner = '${owner}', level = ${level}, flag = ${flag}, body = '${text}' where id = ${id}`
    : `insert into ${name} values (${id}, '${owner}', ${level}, ${flag}, '${text}')`;
}
