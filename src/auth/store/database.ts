/** Statements on the platform's pool: rows with names in camel case, transactions, and what a refusal of PostgreSQL means. */
import type { Pool, PoolClient } from 'pg';
import { toAppError } from '../../database/errors.ts';
import { parameter, render, type Sql } from '../../database/sql.ts';

export type Statement = Sql<unknown>;

/** A pool or a transaction. */
export interface Connection {
  rows<R>(statement: Statement): Promise<R[]>;
  /** The first row, where there is one. */
  row<R>(statement: Statement): Promise<R | undefined>;
  /** How many rows were touched. */
  run(statement: Statement): Promise<number>;
}

export interface Database extends Connection {
  /** Everything or nothing. What `work` throws undoes it. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
}

/** A bound value of whatever type. */
export const value = (it: unknown): Sql<unknown> => parameter<unknown>(it);

const UNIQUE_VIOLATION = '23505';
const NAMES = new Map<string, string>();

export function createDatabase(pool: Pool, { prepared }: { prepared: boolean }): Database {
  return {
    ...connectionOf((query) => pool.query(query), prepared),
    async transaction(work) {
      const client = await connect(pool);
      let broken = false;
      try {
        await client.query('begin');
        const result = await work(connectionOf((query) => client.query(query), prepared));
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

/** Whether the row was refused since another one has its key. */
export function isTaken(error: unknown, constraint?: string): boolean {
  const { code, constraint: name } = (error ?? {}) as { code?: unknown; constraint?: unknown };
  return code === UNIQUE_VIOLATION && (constraint === undefined || name === constraint);
}

interface Query {
  name?: string;
  text: string;
  values: unknown[];
}

function connectionOf(
  send: (query: Query) => Promise<{ rows: unknown[]; rowCount: number | null }>,
  prepared: boolean,
): Connection {
  const ask = async (statement: Statement) => {
    const { text, parameters } = render(statement);
    try {
      return await send({ ...(prepared ? { name: nameOf(text) } : {}), text, values: parameters });
    } catch (error) {
      throw isTaken(error) ? error : asUnavailable(error);
    }
  };
  return {
    rows: async <R>(statement: Statement) =>
      (await ask(statement)).rows.map((row) => camelRow(row as Record<string, unknown>) as R),
    row: async <R>(statement: Statement) => {
      const [first] = (await ask(statement)).rows;
      return first === undefined ? undefined : (camelRow(first as Record<string, unknown>) as R);
    },
    run: async (statement) => (await ask(statement)).rowCount ?? 0,
  };
}

/** The statements of this module are few and fixed in shape, so each may stay prepared. */
function nameOf(text: string): string {
  let name = NAMES.get(text);
  if (name === undefined) {
    name = `auth_${NAMES.size}`;
    NAMES.set(text, name);
  }
  return name;
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw asUnavailable(error);
  }
}

/** A database that cannot be reached is told as such; everything else is a bug, and stays what it is. */
function asUnavailable(error: unknown): unknown {
  const known = toAppError(error, undefined);
  return known.code === 'database-unavailable' ? known : error;
}

const CAMEL = new Map<string, string>();

function camel(name: string): string {
  let known = CAMEL.get(name);
  if (known === undefined) {
    known = name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
    CAMEL.set(name, known);
  }
  return known;
}

/** Rows that PostgreSQL put into JSON have their moments as text. */
export function camelRow(row: Record<string, unknown>, fromJson = false): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, it] of Object.entries(row)) {
    const moment = fromJson && typeof it === 'string' && /_(at|until|after)$/.test(name);
    result[camel(name)] = moment ? new Date(it as string) : it;
  }
  return result;
}
