/** Callers that share connections never meet: not by rows, and not by anything that a function of somebody left on a session. */
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Caller, createCaller } from '../../src/caller.ts';
import { CallerRunner, type CallerStatement } from '../../src/database/as-caller.ts';
import { AppError } from '../../src/errors.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const SEED = 20_261_122;
const STEPS = 1000;
/** Steps under way at a time: more than there are connections, so that they queue. */
const CONCURRENCY = 6;
const STATEMENT_TIMEOUT_MS = 60_000;

const CALLERS = {
  ada: createCaller('user', 'authenticated', { sub: 'ada' }),
  bob: createCaller('user', 'authenticated', { sub: 'bob' }),
  anonymous: createCaller('anonymous', 'anon'),
  service: createCaller('service', 'service_role'),
} as const;
type Name = keyof typeof CALLERS;

const VISIBLE: Record<Name, readonly string[]> = {
  ada: ["ada's", 'public'],
  bob: ["bob's", 'public'],
  anonymous: ['public'],
  service: ["ada's", "bob's", 'public'],
};

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(`
    create table note (owner text, body text);
    insert into note values ('ada', 'ada''s'), ('bob', 'bob''s'), (null, 'public');
    alter table note enable row level security;
    create policy public on note for select using (owner is null);
    create policy own on note for select to authenticated
      using (owner = current_setting('request.jwt.claims')::json ->> 'sub');
    grant select on note to anon, authenticated;
    create function become(other text) returns text volatile language sql as $$ select set_config('role', other, false) $$;
    create function pretend(sub text) returns text volatile language sql
      as $$ select set_config('request.jwt.claims', json_build_object('sub', sub)::text, false) $$;
    create function configure(name text, value text) returns text volatile language sql
      as $$ select set_config(name, value, false) $$;
    create function lock(key int) returns text volatile language sql as $$ select pg_advisory_lock(key)::text $$;
    create function remember(what text) returns text volatile language plpgsql as $$
      begin create temp table note (body text); insert into pg_temp.note values (what); return what; end $$;
    create function cancel() returns text volatile security definer language sql
      as $$ select pg_cancel_backend(pg_backend_pid())::text $$;
    create function complain(what text) returns text volatile language plpgsql
      as $$ begin raise exception '%', what; end $$;`);
  // The platform takes this right from everybody; here it is given, to see what a temporary table could do.
  await database.sql(`grant temporary on database ${database.name} to public`);
});
afterAll(() => database.drop());

function statement(text: string, volatile = false, ...values: string[]): CallerStatement {
  return { text, name: text.slice(0, 60), values, runsUserCode: volatile, mayChangeSession: volatile };
}

const rows = statement('select body from public.note order by body');
const state =
  statement(`select current_user, session_user, current_setting('request.jwt.claims'), current_setting('request.path'),
  current_setting('search_path'), current_setting('TimeZone'), current_setting('statement_timeout'),
  coalesce(current_setting('app.mark', true), ''),
  (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()),
  (select count(*) from pg_class where relpersistence = 't' and relkind = 'r' and relnamespace = pg_my_temp_schema())`);

/** What the next borrower finds, before it sets anything. */
const SESSION = `select current_user, current_setting('role') as role, coalesce(current_setting('request.jwt.claims', true), '') as claims,
  current_setting('search_path') as path, current_setting('TimeZone') as zone, coalesce(current_setting('app.mark', true), '') as mark,
  (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
  (select count(*)::int from pg_class where relpersistence = 't' and relkind = 'r' and relnamespace = pg_my_temp_schema()) as temporary`;

/** Every way to leave something behind, with the error that it ends in, if it does. */
const MISCHIEF: Record<
  string,
  { statement: CallerStatement; code?: string; writes?: boolean; timeoutMs?: number }
> = {
  'becomes the service': { statement: statement("select public.become('service_role')", true) },
  'becomes anonymous': { statement: statement("select public.become('anon')", true) },
  'undoes the role': { statement: statement("select public.become('none')", true) },
  'pretends to be bob': { statement: statement("select public.pretend('bob')", true) },
  'pretends to be ada': { statement: statement("select public.pretend('ada')", true) },
  'changes the time zone': {
    statement: statement("select public.configure('TimeZone', 'Asia/Tokyo')", true),
  },
  'changes the search path': {
    statement: statement("select public.configure('search_path', 'pg_temp, public')", true),
  },
  'leaves a mark': { statement: statement("select public.configure('app.mark', 'left behind')", true) },
  'switches timeouts off': {
    statement: statement("select public.configure('statement_timeout', '0')", true),
  },
  'keeps a lock': { statement: statement('select public.lock((random() * 1e9)::int)', true) },
  'hides the table behind a temporary one': {
    statement: statement("select public.remember('forged')", true),
    writes: true,
  },
  'divides by zero': { statement: statement('select (1 / 0)::text'), code: 'data-exception' },
  'divides by zero after becoming the service': {
    statement: statement(
      "select public.become('service_role'), public.configure('x.y', (1 / 0)::text)",
      true,
    ),
    code: 'data-exception',
  },
  'runs out of time': {
    statement: statement('select pg_sleep(5)::text'),
    code: 'query-cancelled',
    timeoutMs: 3,
  },
  'raises an exception': {
    statement: statement("select public.complain('no')", true),
    code: 'postgres-error',
  },
  'does what only a superuser may': {
    statement: statement('select pg_reload_conf()::text'),
    code: 'permission-error',
  },
  'is cancelled': {
    statement: statement('select public.cancel(), pg_sleep(5)', true),
    code: 'query-cancelled',
  },
};

type Step =
  | { readonly kind: 'rows' | 'state'; readonly who: Name }
  | { readonly kind: 'mischief'; readonly who: Name; readonly what: string }
  | { readonly kind: 'unknown role'; readonly role: string };

const who = fc.constantFrom(...(Object.keys(CALLERS) as Name[]));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('rows' as const, 'state' as const), who }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('mischief' as const),
      who,
      what: fc.constantFrom(...Object.keys(MISCHIEF)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('unknown role' as const),
      role: fc.constantFrom('nobody_of_that_name', 'postgres', 'goforward_platform', 'none'),
    }),
  },
);

class Room {
  readonly pool: pg.Pool;
  readonly #runners = new Map<number, CallerRunner>();

  constructor(connections: number) {
    this.pool = new pg.Pool({ connectionString: database.apiUrl, max: connections });
    this.pool.on('error', () => undefined);
  }

  #runner(statementTimeoutMs: number): CallerRunner {
    const settings = { searchPath: ['public'], statementTimeoutMs, preparedStatements: true };
    const runner = this.#runners.get(statementTimeoutMs) ?? new CallerRunner(this.pool, settings);
    this.#runners.set(statementTimeoutMs, runner);
    return runner;
  }

  run(
    caller: Caller,
    statements: readonly CallerStatement[],
    { readOnly = true, timeoutMs = STATEMENT_TIMEOUT_MS } = {},
  ) {
    const context = { caller, headersText: '{}', method: 'POST', path: `/${caller.userId ?? caller.role}` };
    return this.#runner(timeoutMs).run(context, statements, { readOnly });
  }

  /** Takes one step and says what is wrong, if anything is. */
  async take(one: Step): Promise<string | undefined> {
    if (one.kind === 'unknown role') {
      const error = await this.run(createCaller('user', one.role), [rows]).catch((thrown: unknown) => thrown);
      return error instanceof AppError ? undefined : `${one.role} got ${JSON.stringify(error)}`;
    }
    const caller = CALLERS[one.who];
    if (one.kind === 'mischief') {
      const { statement: does, code, writes = false, timeoutMs } = MISCHIEF[one.what]!;
      // The statement after it, in the same transaction, must be the caller's again.
      const outcome = await this.run(caller, [does, rows], {
        readOnly: !writes,
        ...(timeoutMs ? { timeoutMs } : {}),
      }).catch((thrown: unknown) => thrown);
      if (code !== undefined)
        return (outcome as { code?: string }).code === code ? undefined : `${one.what}: ${String(outcome)}`;
      return Array.isArray(outcome) ? seen(one.who, outcome[1]) : `${one.what}: ${String(outcome)}`;
    }
    if (one.kind === 'rows') return seen(one.who, (await this.run(caller, [rows]))[0]);
    const [found] = await this.run(caller, [state]);
    const path = `/${caller.userId ?? caller.role}`;
    const expected = [
      [caller.role, 'authenticator', caller.claimsText, path, 'public', 'UTC', '1min', '', '0', '0'],
    ];
    return JSON.stringify(found) === JSON.stringify(expected)
      ? undefined
      : `${one.who} found ${JSON.stringify(found)}`;
  }

  /** Every connection, as it is handed to whoever comes next. */
  async sessions(): Promise<unknown[]> {
    const clients = await Promise.all(
      Array.from({ length: this.pool.totalCount }, () => this.pool.connect()),
    );
    try {
      return await Promise.all(
        clients.map(async (client) => (await client.query(SESSION)).rows[0] as unknown),
      );
    } finally {
      for (const client of clients) client.release();
    }
  }
}

function seen(name: Name, found: readonly (readonly (string | null)[])[] | undefined): string | undefined {
  const bodies = found?.map(([body]) => body);
  return JSON.stringify(bodies) === JSON.stringify(VISIBLE[name])
    ? undefined
    : `${name} saw ${JSON.stringify(bodies)}`;
}

const AS_NEW = {
  current_user: 'authenticator',
  role: 'none',
  claims: '',
  path: '"$user", public',
  mark: '',
  locks: 0,
  temporary: 0,
};

describe.each([1, 2])('on %i connection(s)', (connections) => {
  test('a thousand steps of two users, anonymous and service never show a foreign row or setting', {
    timeout: 60_000,
  }, async () => {
    const script = fc.array(step, { minLength: STEPS, maxLength: STEPS });
    const [steps = []] = fc.sample(script, { seed: SEED + connections, numRuns: 1 });
    const room = new Room(connections);
    try {
      const problems: string[] = [];
      const queue = steps.values();
      const worker = async () => {
        for (const one of queue) {
          const problem = await room.take(one);
          if (problem !== undefined) problems.push(problem);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENCY }, worker));
      expect(problems).toEqual([]);
      expect(room.pool.totalCount).toBe(connections);
      const zone = await database.sql<{ zone: string }>(
        "select reset_val as zone from pg_settings where name = 'TimeZone'",
      );
      for (const session of await room.sessions())
        expect(session).toEqual({ ...AS_NEW, zone: zone[0]?.zone });
    } finally {
      await room.pool.end();
    }
  });
});

describe('the next borrower finds the session as new after a caller who', () => {
  test.each(Object.keys(MISCHIEF))('%s', async (what) => {
    const room = new Room(1);
    try {
      expect(await room.take({ kind: 'rows', who: 'ada' })).toBeUndefined();
      const [before] = await room.sessions();
      expect(before).toMatchObject(AS_NEW);
      expect(await room.take({ kind: 'mischief', who: 'ada', what })).toBeUndefined();
      expect(await room.sessions()).toEqual([before]);
      expect(await room.take({ kind: 'rows', who: 'bob' })).toBeUndefined();
    } finally {
      await room.pool.end();
    }
  });
});

test('mischief is what it says: without the precautions it shows', async () => {
  const room = new Room(1);
  try {
    const careless = {
      ...MISCHIEF['leaves a mark']!.statement,
      runsUserCode: false,
      mayChangeSession: false,
    };
    await room.run(CALLERS.ada, [careless]);
    expect(await room.take({ kind: 'state', who: 'bob' })).toMatch('left behind');
    const becomes = { ...MISCHIEF['becomes the service']!.statement, runsUserCode: false };
    expect(seen('ada', (await room.run(CALLERS.ada, [becomes, rows]))[1])).toMatch('ada saw');
  } finally {
    await room.pool.end();
  }
});
