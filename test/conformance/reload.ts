/**
 * Called by the runner after each set-up: puts the suite's metadata where the server reads it, creates the suite's roles, and has the
 * server load everything anew. Arguments: metadata file, address of the server, service key.
 */
import { copyFile, readFile } from 'node:fs/promises';
import pg from 'pg';

const { HS_CONFIG = '', HS_DB = '' } = process.env;
const [metadata = '', base = '', serviceKey = ''] = process.argv.slice(2);

await copyFile(HS_CONFIG, metadata);
await createRoles();
const response = await fetch(`${base}/meta/v1/reload`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: `Bearer ${serviceKey}`, apikey: serviceKey },
  body: '{}',
});
if (!response.ok) throw new Error(`reload answered ${response.status} ${await response.text()}`);

async function createRoles(): Promise<void> {
  const { permissions = [], inheritedRoles = [] } = JSON.parse(await readFile(HS_CONFIG, 'utf8')) as {
    permissions?: { role: string }[];
    inheritedRoles?: { role: string; roles: string[] }[];
  };
  const inherited = inheritedRoles.flatMap(({ role, roles }) => [role, ...roles]);
  const roles = [...new Set([...permissions.map(({ role }) => role), ...inherited])];
  if (roles.length === 0) return;
  const client = new pg.Client({ connectionString: HS_DB });
  await client.connect();
  try {
    for (const role of roles) {
      const name = pg.escapeIdentifier(role);
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      if (rowCount === 0) await client.query(`create role ${name} nologin`);
      await client.query(`grant ${name} to authenticator`);
    }
    for (const { role, roles: parents } of inheritedRoles)
      await client.query(
        `grant ${parents.map((name) => pg.escapeIdentifier(name)).join(', ')} to ${pg.escapeIdentifier(role)}`,
      );
  } finally {
    await client.end();
  }
}
