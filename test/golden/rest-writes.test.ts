/**
 * Every case of test/golden/rest-writes: a write or a call over REST, and what becomes of it. `npm run golden -- --update` writes the
 * files anew.
 *
 *   <area>/schema.sql           the database, run by the superuser
 *   <area>/data.sql             its rows, put there anew before each case
 *   <area>/<case>/request.http  `POST /path?query`, headers, an empty line, the body
 *                 query.sql, response.http; of what is refused without the database the last alone
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller } from '../../src/caller.ts';
import { AppError } from '../../src/errors.ts';
import type { RestContext } from '../../src/rest/handler.ts';
import { createReadCache } from '../../src/rest/read.ts';
import { callAction } from '../../src/rest/rpc.ts';
import { writeAction } from '../../src/rest/write.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { openRestApi, type RestApi } from '../support/rest-api.ts';
import { restExchange } from '../support/rest-exchange.ts';
import { boundText, wrapped } from './statement-text.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), 'rest-writes');
const folders = (path: string) =>
  readdirSync(path, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));

interface Case {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

function readCase(folder: string): Case {
  const [head = '', ...body] = readFileSync(join(folder, 'request.http'), 'utf8').trimEnd().split('\n\n');
  const [first = '', ...lines] = head.split('\n');
  const [method = '', url = ''] = first.split(' ');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    method,
    url,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: body.length === 0 ? undefined : body.join('\n\n'),
  };
}

const SHOWN = ['content-type', 'content-range', 'location', 'preference-applied', 'set-cookie', 'proxy-status'];

/** A value's own form is no call of the caller's. */
const DOMAIN_FORMS = new Set(['execute public.isbn_to_json', 'execute public.isbn_from_json']);

test('there are cases', () => {
  expect(folders(root).flatMap((area) => folders(join(root, area))).length).toBeGreaterThanOrEqual(25);
});

describe.each(folders(root))('%s', (area) => {
  let database: TestDatabase;
  let api: RestApi;
  const data = readFileSync(join(root, area, 'data.sql'), 'utf8');

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.sql(readFileSync(join(root, area, 'schema.sql'), 'utf8'));
    api = await openRestApi(database);
  });
  afterAll(async () => {
    await api?.close();
    await database?.drop();
  });

  test.each(folders(join(root, area)))('%s', async (name) => {
    const folder = join(root, area, name);
    const one = readCase(folder);
    const answers: string[] = [];
    // Seen before, the request is not planned anew: the answer is the same.
    for (let time = 0; time < 2; time += 1) {
      await database.sql(data);
      const before = api.runner.statementCount;
      const answer = await api.ask(one.method, one.url, { headers: one.headers, body: one.body });
      const unsaid = (await api.runner.unsaid()).filter((one) => !DOMAIN_FORMS.has(one));
      expect(unsaid, 'all that the statements touch is said of them').toEqual([]);
      const shown = SHOWN.flatMap((header) => {
        const value = answer.headers[header];
        return value === undefined ? [] : [`${header}: ${String(value)}`];
      });
      answers.push(`${[String(answer.status), ...shown].join('\n')}\n\n${answer.text}\n`);
      const statement = statementOf(api, one);
      expect(api.runner.statementCount - before, 'one statement, or none').toBe(statement === undefined ? 0 : 1);
      if (time > 0) continue;
      const file = join(folder, 'query.sql');
      if (statement === undefined) expect(existsSync(file), `${file} is not needed`).toBe(false);
      else await expect(statement).toMatchFileSnapshot(file);
    }
    expect(answers[1]).toBe(answers[0]);
    await expect(answers[0]).toMatchFileSnapshot(join(folder, 'response.http'));
  });
});

/** Undefined where the request is refused. */
function statementOf(api: RestApi, { method, url, headers, body }: Case): string | undefined {
  const context: RestContext = {
    ...api.installed(),
    runner: api.runner,
    observe: () => undefined,
    reads: createReadCache(),
    answers: new LRUCache({ max: 1 }),
  };
  const exchange = restExchange(method, url, { caller: createCaller('anonymous', 'anon'), headers, body });
  const [path = ''] = url.split('?');
  const [, first = '', second] = path.split('/').map(decodeURIComponent);
  try {
    const { request } =
      second === undefined ? writeAction(context, exchange, first) : callAction(context, exchange, second);
    return request.statements.map(({ text, values }) => `${wrapped(text)}\n${boundText(values)}`).join('\n');
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
