/** Which statements a database has run, by pg_stat_statements: exact, and told apart by the role that ran them. */
import { withClient } from '../database.ts';

export interface Ran {
  readonly role: string;
  readonly query: string;
  readonly calls: number;
}

/** Since the last call; those of the bench itself are left out. */
export async function takeStatements(url: string): Promise<Ran[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<Ran>(
      `select r.rolname as role, s.query, s.calls::int as calls from bench.pg_stat_statements s join pg_roles r on r.oid = s.userid
       where s.dbid = (select oid from pg_database where datname = current_database())
         and r.rolname <> current_user and s.query !~ 'pg_stat_statements' order by s.calls desc`,
    );
    await client.query('select bench.pg_stat_statements_reset()');
    return rows;
  });
}
