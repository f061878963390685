/** Loads one of the folders of examples/ into the database, once. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Prisma } from './database/prisma.ts';
import { AppError } from './errors.ts';
import { nearest } from './lib/nearest.ts';

interface ExampleModule {
  load(client: pg.Client): Promise<void>;
}

const FOLDER = new URL('../examples/', import.meta.url);
const SETTING = 'examples.loaded';

/** Throws for an unknown name, before anything is started. */
export function checkExample(name: string): void {
  const names = listExamples();
  if (names.includes(name)) return;
  const near = nearest(name, names);
  const hint = near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${near}?`;
  throw new AppError('config-invalid', `There is no example "${name}".`, { hint });
}

/** A second start with the same flag finds the example loaded and leaves it alone. */
export async function loadExample(name: string, url: string, client: Prisma['client']): Promise<void> {
  const kept = await client.setting.findUnique({ where: { key: SETTING } });
  const loaded = Array.isArray(kept?.value) ? kept.value.filter((item) => typeof item === 'string') : [];
  if (loaded.includes(name)) return;
  const module = (await import(new URL(`${name}/index.ts`, FOLDER).href)) as ExampleModule;
  const connection = new pg.Client({ connectionString: url, application_name: `goforward example ${name}` });
  await connection.connect();
  try {
    await module.load(connection);
  } finally {
    await connection.end();
  }
  const value = [...loaded, name];
  await client.setting.upsert({
    where: { key: SETTING },
    create: { key: SETTING, value },
    update: { value },
  });
}

function listExamples(): string[] {
  const folder = fileURLToPath(FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(new URL(`${name}/index.ts`, FOLDER)));
}
