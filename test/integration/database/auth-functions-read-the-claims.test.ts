import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new Client({ connectionString: database.apiUrl });
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

interface Identity {
  uid: string | null;
  role: string | null;
  email: string | null;
  jwt: unknown;
}

const ID = '7d9f1c7e-6e1b-4d1e-9d6f-0e2f5a3b4c5d';

async function identify(role: string, settings: Record<string, string>): Promise<Identity> {
  await client.query('begin');
  try {
    for (const [name, value] of Object.entries({ ...settings, role })) {
      await client.query('select set_config($1, $2, true)', [name, value]);
    }
    const { rows } = await client.query<Identity>(
      'select auth.uid() as uid, auth.role() as role, auth.email() as email, auth.jwt() as jwt',
    );
    return rows[0]!;
  } finally {
    await client.query('rollback');
  }
}

describe.each(['anon', 'authenticated', 'service_role'])('as %s', (role) => {
  it('reads sub, role and email', async () => {
    const claims = { sub: ID, role, email: 'a@example.org' };
    const identity = await identify(role, { 'request.jwt.claims': JSON.stringify(claims) });
    expect(identity).toEqual({ uid: ID, role, email: 'a@example.org', jwt: claims });
  });

  it('answers null for absent settings and for absent claims', async () => {
    const nothing = { uid: null, role: null, email: null };
    expect(await identify(role, {})).toEqual({ ...nothing, jwt: null });
    expect(await identify(role, { 'request.jwt.claims': '' })).toEqual({ ...nothing, jwt: null });
    expect(await identify(role, { 'request.jwt.claims': '{}' })).toEqual({ ...nothing, jwt: {} });
  });

  it('answers null for a subject that is no uuid', async () => {
    expect((await identify(role, { 'request.jwt.claims': '{"sub":"not-a-uuid"}' })).uid).toBeNull();
    expect((await identify(role, { 'request.jwt.claims': '{"sub":""}' })).uid).toBeNull();
  });

  it('prefers the settings of one claim each, which older clients send', async () => {
    const identity = await identify(role, {
      'request.jwt.claim.sub': ID,
      'request.jwt.claims': '{"sub":"other"}',
    });
    expect(identity.uid).toBe(ID);
  });
});

it('keeps its meaning under a hostile search_path', async () => {
  await database.sql(`create schema trap; grant usage on schema trap to public;
    create function trap.current_setting(text, boolean) returns text language sql as $$ select '{"sub":"${ID}"}' $$`);
  const identity = await identify('anon', {
    search_path: 'trap, pg_catalog',
    'request.jwt.claims': '{"sub":"x"}',
  });
  expect(identity.jwt).toEqual({ sub: 'x' });
});
