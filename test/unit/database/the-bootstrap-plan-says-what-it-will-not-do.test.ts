import { expect, it } from 'vitest';
import type { Inventory } from '../../../src/database/bootstrap/inventory.ts';
import { deriveLogin } from '../../../src/database/bootstrap/login.ts';
import { type BootstrapPlan, planBootstrap } from '../../../src/database/bootstrap/plan.ts';

const EMPTY: Inventory = {
  versionNumber: 180_004,
  login: { name: 'postgres', superuser: true, replication: true },
  database: { name: 'app', owned: true, publicMayCreateTemporary: true, creators: ['postgres'] },
  roles: {},
  memberships: [],
  schemas: { public: { owner: 'pg_database_owner', owned: true, usage: [''], create: [] } },
  functions: {},
  eventTriggers: [],
  defaultPrivileges: [],
};

const ROLE = {
  login: false,
  superuser: false,
  inherit: true,
  bypassRls: false,
  createRole: false,
  comment: null,
};

function plan(inventory: Partial<Inventory>): BootstrapPlan {
  return planBootstrap(
    { ...EMPTY, ...inventory },
    {
      apiLogin: deriveLogin('secret', 'api'),
      platformLogin: deriveLogin('secret', 'platform'),
      replicationLogin: deriveLogin('secret', 'replication'),
      defaultPrivileges: 'none',
      schemas: ['public'],
    },
  );
}

it('refuses a server older than PostgreSQL 15', () => {
  expect(() => plan({ versionNumber: 140_012 })).toThrow(
    expect.objectContaining({
      code: 'database-unsupported',
      message: expect.stringContaining('PostgreSQL 14'),
    }),
  );
  expect(plan({ versionNumber: 150_000 }).statements).not.toEqual([]);
});

it('warns of roles that row level security does not hold, and changes none that exists', () => {
  const roles = { anon: { ...ROLE, bypassRls: true }, authenticated: ROLE, service_role: ROLE };
  const { statements, warnings } = plan({ roles });
  expect(warnings).toEqual([
    'The role anon is not held by row level security.',
    'The role service_role does not bypass row level security: `alter role service_role bypassrls`.',
  ]);
  expect(
    statements.filter((statement) =>
      /^(create|alter) role (anon|authenticated|service_role)/.test(statement),
    ),
  ).toEqual([]);
});

it('asks an administrator for what only the owner of the database may do', () => {
  const { statements, recommended, warnings } = plan({
    login: { name: 'guest', superuser: false, replication: false },
    database: { ...EMPTY.database, owned: false },
  });
  const revoke = 'revoke temporary on database app from public';
  expect(statements).not.toContain(revoke);
  expect(recommended).toContain(revoke);
  expect(warnings).toContain(`An administrator should run: ${revoke};`);
});

it('quotes names that need it', () => {
  const { statements } = plan({ database: { ...EMPTY.database, name: 'my "app"' } });
  expect(statements).toContain(
    'grant create, connect, temporary on database "my ""app""" to goforward_platform',
  );
});

it('gives up when both names of a login belong to others', () => {
  const roles = { authenticator: { ...ROLE, login: true }, authenticator_a172cedc: { ...ROLE, login: true } };
  expect(() => plan({ roles })).toThrow(
    expect.objectContaining({ code: 'bootstrap-needed', hint: expect.stringContaining('database.apiUrl') }),
  );
});
