/** Names of schemas, tables, columns, types, functions and constraints are quoted wherever they stand: whatever they are, a statement says the same. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type DataApi, openDataApi } from '../support/data-api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { HOSTILE_TEXTS, LONG_TEXTS } from './injection/hostile.ts';
import { shapeOf, type Tree } from './injection/shape.ts';
import { DOCUMENTS, rowsOf, type Shop, shopOf } from './injection/shop.ts';

const texts = ['plain', ...HOSTILE_TEXTS, ...LONG_TEXTS];
const shops = texts.map(shopOf);
const folder = mkdtempSync(join(tmpdir(), 'goforward-names-'));

let database: TestDatabase;
let api: DataApi;
let sent: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql(
    `create table witness (id int); insert into witness values (1);\n${shops.map(({ ddl }) => ddl).join('\n')}`,
  );
  const metadataFile = join(folder, 'metadata.json');
  const all = shops.map(({ metadata }) => metadata);
  writeFileSync(
    metadataFile,
    JSON.stringify({
      tables: all.flatMap(({ tables }) => tables),
      relationships: all.flatMap(({ relationships }) => relationships),
      functions: all.flatMap(({ functions }) => functions),
      computedFields: all.flatMap(({ computedFields }) => computedFields),
    }),
  );
  api = await openDataApi(database, { metadataFile });
  const run = api.runner.run.bind(api.runner);
  api.runner.run = (context, statements, options) => {
    sent.push(...statements.map(({ text }) => text));
    return run(context, statements, options);
  };
}, 120_000);

afterAll(async () => {
  await api?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

interface Behaviour {
  readonly answers: readonly Answer[];
  readonly shapes: readonly Tree[];
}

/** Every document once, each on the rows as they were. */
async function behaviourOf(shop: Shop): Promise<Behaviour> {
  const answers: Answer[] = [];
  const shapes: Tree[] = [];
  for (const document of DOCUMENTS) {
    await api.ask(`mutation { delete_${shop.api}(where: {}) { affected_rows } }`, 'service_role');
    expect(await api.ask(rowsOf(shop), 'service_role')).toMatchObject({ data: expect.anything() });
    sent = [];
    const answer = await api.ask(
      document.replaceAll(/\bT(?=_|\b)|(?<=_)T(?=_|\b)/g, shop.api),
      'service_role',
    );
    answers.push(JSON.parse(JSON.stringify(answer).replaceAll(shop.api, 'T')) as Answer);
    for (const text of sent) shapes.push(await shapeOf(text, shop.names));
  }
  return { answers, shapes };
}

let plain: Behaviour;

test('the documents reach everything and are answered', async () => {
  expect(api.warnings()).toEqual([]);
  plain = await behaviourOf(shops[0]!);
  expect(plain.shapes.length).toBeGreaterThan(DOCUMENTS.length);
  const refused = plain.answers.filter(({ errors }) => errors !== undefined);
  // The last one meets the unique constraint, so that its name comes in an error.
  expect(refused).toEqual([plain.answers.at(-1)]);
  expect(JSON.stringify(plain.shapes)).not.toContain('plain');
});

test.each(shops.slice(1).map((shop, index) => [JSON.stringify(texts[index + 1]), shop] as const))(
  'called %s',
  async (_text, shop) => {
    const { answers, shapes } = await behaviourOf(shop);
    expect(shapes).toEqual(plain.shapes);
    expect(answers.slice(0, -1)).toEqual(plain.answers.slice(0, -1));
    expect(answers.at(-1)).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'constraint-violation', constraint: shop.constraint } }],
    });
    expect(await database.sql('select * from witness')).toEqual([{ id: 1 }]);
  },
);
