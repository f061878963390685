/** Notices that the database or the metadata file changed: by NOTIFY of the event trigger, else by polling a hash. */
import { unwatchFile, watchFile } from 'node:fs';
import pg from 'pg';
import { AppError } from '../../errors.ts';
import type { Observe } from '../../observation.ts';

export interface WatchInput {
  readonly connectionString: string;
  /** The event trigger is there: DDL notifies, and only roles are polled. */
  readonly ddlEvents: boolean;
  readonly pollMs: number;
  readonly metadataFile: string | undefined;
  readonly onChange: () => Promise<void>;
  readonly observe: Observe;
}

export interface Watch {
  close(): Promise<void>;
}

/** A migration is many statements: they are waited for, but not for ever. */
const DEBOUNCE_MS = 100;
const MAX_DELAY_MS = 500;
const RECONNECT_MS = 1000;
const FILE_POLL_MS = 500;

/** Roles belong to the cluster: no event trigger tells of them. */
const ROLES = `concat_ws(':',
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_auth_members),
  (select md5(string_agg(concat(rolname, rolsuper, rolinherit, rolbypassrls), ',' order by rolname)) from pg_catalog.pg_roles))`;

/** Changes with every committed change of what the API is made of; the sums make it cheap to compare. */
const CATALOG_HASH = `select md5(concat_ws('/',
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_class),
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_attribute where attnum > 0),
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_constraint),
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_proc),
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_type),
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_policy),
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_namespace),
  (select concat(count(*), ':', sum(xmin::text::bigint)) from pg_catalog.pg_description),
  ${ROLES})) as hash`;

/** Changes after the moment that this settles are told, so the catalog is to be read after it. */
export async function watchCatalog(input: WatchInput): Promise<Watch> {
  const { observe, onChange, metadataFile } = input;
  let closed = false;
  let client: pg.Client | undefined;
  let pending: NodeJS.Timeout | undefined;
  let waitingSince: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let poll: NodeJS.Timeout | undefined;
  let lastHash: string | undefined;

  const fire = () => {
    pending = undefined;
    waitingSince = undefined;
    if (closed) return;
    onChange().catch((error: unknown) => {
      observe({ type: 'catalog-reload-failed', error });
      // A file stays wrong until somebody changes it; a database may only have been busy.
      const ofFile = error instanceof AppError && error.code === 'config-invalid';
      if (!closed && !ofFile) pending ??= setTimeout(fire, RECONNECT_MS);
    });
  };
  const changed = () => {
    waitingSince ??= performance.now();
    clearTimeout(pending);
    const waited = performance.now() - waitingSince;
    pending = setTimeout(fire, Math.max(0, Math.min(DEBOUNCE_MS, MAX_DELAY_MS - waited)));
  };
  const connect = async () => {
    client = new pg.Client({
      connectionString: input.connectionString,
      application_name: 'goforward catalog',
      keepAlive: true,
    });
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', changed);
    await client.connect();
    if (input.ddlEvents) await client.query('listen goforward_ddl');
    // Migrations written for PostgREST say `notify pgrst, 'reload schema'`.
    await client.query('listen pgrst');
    lastHash = await readHash();
    clearInterval(poll);
    poll = setInterval(compare, input.pollMs);
  };
  const abandon = () => {
    const old = client;
    client = undefined;
    old?.removeAllListeners();
    old?.on('error', () => {});
    old?.end().catch(() => {});
  };
  function lost(error?: unknown) {
    if (closed || timer) return;
    clearInterval(poll);
    observe({ type: 'connection-lost', pool: 'catalog', error });
    abandon();
    timer = setTimeout(async () => {
      timer = undefined;
      try {
        await connect();
        if (closed) return await close();
        // Whatever happened meanwhile was not notified.
        changed();
      } catch (cause) {
        lost(cause);
      }
    }, RECONNECT_MS);
  }
  async function readHash(): Promise<string | undefined> {
    const query = input.ddlEvents ? `select ${ROLES} as hash` : CATALOG_HASH;
    return (await client?.query<{ hash: string }>(query))?.rows[0]?.hash;
  }
  async function compare() {
    try {
      const hash = await readHash();
      if (hash !== lastHash) changed();
      lastHash = hash;
    } catch (error) {
      lost(error);
    }
  }

  async function close() {
    closed = true;
    clearTimeout(pending);
    clearTimeout(timer);
    clearInterval(poll);
    if (metadataFile !== undefined) unwatchFile(metadataFile);
    await client?.end().catch(() => {});
  }

  try {
    await connect();
  } catch (error) {
    await close();
    throw error;
  }
  if (metadataFile !== undefined)
    watchFile(metadataFile, { interval: FILE_POLL_MS, persistent: false }, (now, before) => {
      if (now.mtimeMs !== before.mtimeMs) changed();
    });
  return { close };
}
