import { describe, expect, test } from 'vitest';
import type { SelectItem } from '../../../src/rest/grammar/ast.ts';
import { readQuery, UnreadableQuery } from '../../../src/rest/grammar/query.ts';

const read = (name: string, value: string) => readQuery([[name, value]], { args: false });

/** A selection in one line: what was understood of it. */
function shown(items: readonly SelectItem[]): string {
  return items
    .map((item) => {
      if (item.kind !== 'field') {
        const name = `${item.alias === undefined ? '' : `${item.alias}:`}${item.name}`;
        const by = [item.hint, item.join].filter((one) => one !== undefined).map((one) => `!${one}`);
        return `${item.kind === 'spread' ? '...' : ''}${name}${by.join('')}(${shown(item.items)})`;
      }
      const path = item.field.path.map(({ text, asText }) => `${asText ? '->>' : '->'}${text}`).join('');
      const call = item.aggregate === undefined ? '' : `.${item.aggregate}()`;
      const casts = [item.cast, item.aggregateCast].map((one) => (one === undefined ? '' : `::${one}`));
      return `${item.alias === undefined ? '' : `${item.alias}:`}${item.field.name}${path}${casts[0]}${call}${casts[1]}`;
    })
    .join(',');
}

describe('select', () => {
  test.each([
    ['*', '*'],
    ['id,name', 'id,name'],
    [' id , name ', 'id,name'],
    ['full name,"a,b","say ""', undefined],
    ['"a,b","quote\\"d"', 'a,b,quote"d'],
    ['with-dash,$x,über', 'with-dash,$x,über'],
    ['n:name::text', 'n:name::text'],
    ['data->a->0->>b', 'data->a->+0->>b'],
    ['data->-1', 'data->-1'],
    ['data->"a.b"->>c-d', 'data->a.b->>c-d'],
    ['count()', '*.count()'],
    ['n:count()::text,amount::int.sum()::text', 'n:*.count()::text,amount::int.sum()::text'],
    ['max.max(),min.min()', 'max.max(),min.min()'],
    ['clients(*)', 'clients(*)'],
    ['c:clients!fk!inner(id,tasks!left())', 'c:clients!fk!inner(id,tasks!left())'],
    ['clients!inner!fk(id)', 'clients!fk!inner(id)'],
    ['...clients(name,...a(b))', '...clients(name,...a(b))'],
    ['', ''],
  ])('%s', (text, expected) => {
    if (expected === undefined) expect(() => read('select', text)).toThrow(UnreadableQuery);
    else expect(shown(read('select', text).select)).toBe(expected);
  });

  test.each([
    [
      'id,clients(name[])',
      16,
      `unexpected '[' expecting letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input`,
    ],
    ['id->>-78xy', 9, `unexpected 'x' expecting digit, "->", "::", ".", "," or end of input`],
    ['name::', 7, 'unexpected end of input expecting letter or digit'],
    [
      'name!hint',
      5,
      `unexpected '!' expecting letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input`,
    ],
  ])('%s cannot be read', (text, column, details) => {
    const error = errorOf(() => read('select', text));
    expect(error.message).toBe(`"failed to parse select parameter (${text})" (line 1, column ${column})`);
    expect(error.details).toBe(details);
  });
});

describe('filters', () => {
  const operationOf = (value: string) => {
    const { operation, negated } = read('id', value).filters[0]![1];
    return { negated, ...operation };
  };

  test.each([
    ['eq.1', { negated: false, kind: 'quantified', operator: 'eq', quantifier: undefined, value: '1' }],
    ['not.gte.', { negated: true, kind: 'quantified', operator: 'gte', quantifier: undefined, value: '' }],
    [
      'eq.not.eq',
      { negated: false, kind: 'quantified', operator: 'eq', quantifier: undefined, value: 'not.eq' },
    ],
    [
      'like(any).{a,b}',
      { negated: false, kind: 'quantified', operator: 'like', quantifier: 'any', value: '{a,b}' },
    ],
    ['cs.{1}', { negated: false, kind: 'simple', operator: 'cs', value: '{1}' }],
    ['in.(1,"a,b",c d)', { negated: false, kind: 'in', values: ['1', 'a,b', 'c d'] }],
    ['in.()', { negated: false, kind: 'in', values: [''] }],
    ['is.NULL', { negated: false, kind: 'is', value: 'null' }],
    ['not.is.not_null', { negated: true, kind: 'is', value: 'not_null' }],
    ['isdistinct.x', { negated: false, kind: 'distinct', value: 'x' }],
    [
      'wfts(german).a or b',
      { negated: false, kind: 'full text', operator: 'wfts', config: 'german', value: 'a or b' },
    ],
  ])('%s', (text, expected) => expect(operationOf(text)).toEqual(expected));

  test('the name says which relation, column and path', () => {
    expect(read('a.b.data->>c', 'eq.1').filters[0]![0]).toEqual(['a', 'b']);
    expect(read('a.b.data->>c', 'eq.1').filters[0]![1].field).toEqual({
      name: 'data',
      path: [{ kind: 'key', text: 'c', asText: true }],
    });
  });

  test.each([
    ['noop.0', 1, 'unexpected "o" expecting "not" or operator (eq, gt, ...)'],
    ['eq().v', 4, 'unexpected ")" expecting operator (eq, gt, ...)'],
    ['is.nul', 7, 'unexpected end of input expecting isVal: (null, not_null, true, false, unknown)'],
    ['in.1', 4, 'unexpected "1" expecting "("'],
  ])('%s cannot be read', (text, column, details) => {
    const error = errorOf(() => read('id', text));
    expect(error.message).toBe(`"failed to parse filter (${text})" (line 1, column ${column})`);
    expect(error.details).toBe(details);
  });

  test('of a function that is called, what is no filter is an argument', () => {
    const { filters, args } = readQuery(
      [
        ['id', 'eq.1'],
        ['name', 'Ada'],
        ['select', 'id'],
      ],
      { args: true },
    );
    expect(filters).toHaveLength(1);
    expect(args).toEqual([['name', 'Ada']]);
  });
});

describe('trees', () => {
  const treeOf = (name: string, value: string) => read(name, value).logic[0];

  test('operators nest and are negated, and a value ends at the comma', () => {
    const [path, tree] = treeOf('rel.not.or', '(a.eq.1, not.and(b.in.(1,2),c.eq."x,y"),d.cs.{1,2})')!;
    expect(path).toEqual(['rel']);
    expect(tree).toMatchObject({
      kind: 'or',
      negated: true,
      children: [
        { kind: 'filter', operation: { value: '1' } },
        {
          kind: 'and',
          negated: true,
          children: [{ operation: { values: ['1', '2'] } }, { operation: { value: 'x,y' } }],
        },
        { operation: { operator: 'cs', value: '{1,2}' } },
      ],
    });
  });

  test('what is not closed is told', () => {
    const error = errorOf(() => read('or', '(id.eq.1,name.eq.x'));
    expect(error.message).toBe('"failed to parse logic tree ((id.eq.1,name.eq.x)" (line 1, column 21)');
    expect(error.details).toBe('unexpected end of input expecting "," or ")"');
  });
});

describe('order', () => {
  test('direction, nulls, paths and related columns', () => {
    expect(read('order', 'a.desc.nullslast, data->b ,rel(c).nullsfirst').orders[0]![1]).toMatchObject([
      { relation: undefined, field: { name: 'a' }, direction: 'desc', nulls: 'last' },
      { relation: undefined, field: { name: 'data', path: [{ text: 'b' }] }, direction: undefined },
      { relation: 'rel', field: { name: 'c' }, nulls: 'first' },
    ]);
  });

  test.each([
    ['id.ac', 4, 'unexpected "c" expecting "asc", "desc", "nullsfirst" or "nullslast"'],
    ['id.descc', 8, `unexpected 'c' expecting delimiter (.), "," or end of input`],
    ['id.asc.nlsfst', 8, 'unexpected "l" expecting "nullsfirst" or "nullslast"'],
  ])('%s cannot be read', (text, column, details) => {
    const error = errorOf(() => read('order', text));
    expect(error.message).toBe(`"failed to parse order (${text})" (line 1, column ${column})`);
    expect(error.details).toBe(details);
  });
});

describe('ranges', () => {
  const rangesOf = (...pairs: [string, string][]) => readQuery(pairs, { args: false }).ranges;

  test('limit and offset of a relation belong together', () => {
    expect(rangesOf(['rel.limit', '5'], ['limit', '3'], ['rel.offset', '2'])).toEqual([
      [['rel'], { limit: 5, offset: 2 }],
      [[], { limit: 3, offset: 0 }],
    ]);
  });

  test('what is no number counts for nothing', () => {
    expect(rangesOf(['limit', 'many'])).toEqual([[[], { limit: undefined, offset: 0 }]]);
  });
});

test('brackets within brackets have an end', () => {
  const deep = `${'a('.repeat(2000)}id${')'.repeat(2000)}`;
  expect(errorOf(() => read('select', deep)).details).toBe('brackets are nested deeper than 50');
  expect(errorOf(() => read('or', `${'(and'.repeat(3000)}`)).details).toBe(
    'brackets are nested deeper than 50',
  );
});

function errorOf(run: () => unknown): UnreadableQuery {
  try {
    run();
  } catch (error) {
    if (error instanceof UnreadableQuery) return error;
    throw error;
  }
  throw new Error('it was read');
}
