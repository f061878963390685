/**
 * Every case of test/golden/rest: a request over REST, and what becomes of it. `npm run golden -- --update` writes the files anew.
 *
 *   <area>/schema.sql           the database, run by the superuser
 *   <area>/settings.json        what differs from the usual configuration, if anything
 *   <area>/<case>/request.http  `GET /path?query`, then headers
 *                 role.txt      default anon
 *                 plan.json, query.sql, response.http; of what is refused without the database the last alone
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from '../../src/caller.ts';
import { printPlan } from '../../src/data/plan/print.ts';
import { bind } from '../../src/data/sql/value.ts';
import { AppError } from '../../src/errors.ts';
import { planRead, prepareRead } from '../../src/rest/read-preparation.ts';
import { shapeOf } from '../../src/rest/read-shape.ts';
import type { RestSettings } from '../../src/rest/settings.ts';
import { compactJson } from '../support/compact-json.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openRestApi, type RestApi } from '../support/rest-api.ts';
import { boundText, wrapped } from './statement-text.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), 'rest');
const folders = (path: string) =>
  readdirSync(path, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));

interface Case {
  readonly folder: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly role: string;
}

/** Headers whose values say something about the case. */
const SHOWN = [
  'content-type',
  'content-range',
  'content-profile',
  'preference-applied',
  'warning',
  'etag',
  'proxy-status',
];

function readCase(folder: string): Case {
  const [first = '', ...lines] = readFileSync(join(folder, 'request.http'), 'utf8').trim().split('\n');
  const [method = '', url = ''] = first.split(' ');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const role = join(folder, 'role.txt');
  return {
    folder,
    method,
    url,
    headers: Object.fromEntries(headers) as Record<string, string>,
    role: existsSync(role) ? readFileSync(role, 'utf8').trim() : 'anon',
  };
}

test('there are cases', () => {
  expect(folders(root).flatMap((area) => folders(join(root, area))).length).toBeGreaterThanOrEqual(30);
});

describe.each(folders(root))('%s', (area) => {
  let database: TestDatabase;
  let api: RestApi;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.sql(readFileSync(join(root, area, 'schema.sql'), 'utf8'));
    const file = join(root, area, 'settings.json');
    const settings = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<RestSettings>) : {};
    api = await openRestApi(database, { settings });
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });

  test.each(folders(join(root, area)))('%s', async (name) => {
    const one = readCase(join(root, area, name));
    const before = api.runner.statementCount;
    const answer = await api.ask(one.method, one.url, { headers: one.headers, role: one.role });
    const sent = api.runner.statementCount - before;
    expect(await api.runner.unsaid(), 'all that the statements touch is said of them').toEqual([]);
    const shown = SHOWN.flatMap((header) => {
      const value = answer.headers[header];
      return value === undefined ? [] : [`${header}: ${String(value)}`];
    });
    const head = [String(answer.status), ...shown].join('\n');
    await matches(one, 'response.http', `${head}\n\n${answer.text}\n`);
    const described = describeRead(api, one);
    await matches(one, 'plan.json', described?.plan);
    await matches(one, 'query.sql', described?.statements);
    expect(sent, 'what can be refused before sends nothing').toBe(described?.count ?? 0);
    if (described === undefined) return;
    // Seen before, the request is not planned anew: the answer is the same.
    const again = await api.ask(one.method, one.url, { headers: one.headers, role: one.role });
    expect({ status: again.status, text: again.text }).toEqual({ status: answer.status, text: answer.text });
  });
});

/** Undefined where the request is refused. */
function describeRead(api: RestApi, { method, url, headers, role }: Case) {
  const exchange = { method, url, headers, caller: createCaller('anonymous', role) };
  const [path = ''] = url.split('?');
  const { pairs, values } = shapeOf(url);
  const variables = Object.fromEntries(values.map((value, index) => [`s${index}`, value]));
  try {
    const { listing } = planRead(api.installed(), exchange, decodeURIComponent(path.slice(1)), pairs);
    const { statements } = prepareRead(api.installed(), exchange, decodeURIComponent(path.slice(1)), pairs);
    const { read, ...rest } = listing;
    return {
      plan: `${compactJson({ ...rest, read: (printPlan([['read', read]]) as { read: unknown }).read })}\n`,
      statements: statements
        .map(({ text, parameters }) => `${wrapped(text)}\n${boundText(bind(parameters, variables))}`)
        .join('\n'),
      count: statements.length,
    };
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

/** The file holds this text, or is not there. */
async function matches({ folder }: Case, name: string, text: string | undefined): Promise<void> {
  const file = join(folder, name);
  if (text === undefined) expect(existsSync(file), `${file} is not needed`).toBe(false);
  else await expect(text).toMatchFileSnapshot(file);
}
