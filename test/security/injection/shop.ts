/** The same small database under names of one's choice, and the metadata that gives them names of GraphQL. */
import { escapeIdentifier, escapeLiteral } from 'pg';
import { nameOf } from './hostile.ts';

export interface Shop {
  /** Begins the names of its root fields. */
  readonly api: string;
  /** Every name that PostgreSQL is told, with the word that stands for it in the shape of a statement. */
  readonly names: ReadonlyMap<string, string>;
  readonly ddl: string;
  readonly metadata: {
    tables: object[];
    relationships: object[];
    functions: object[];
    computedFields: object[];
  };
  /** Of the unique constraint, whose name is only told in errors. */
  readonly constraint: string;
}

const TABLE_COLUMNS = ['id', 'text', 'data', 'list', 'kind', 'parent_id'] as const;

export function shopOf(text: string, index: number): Shop {
  const names = new Map<string, string>();
  const api = `shop${index}`;
  const name = (word: string) => {
    const given = nameOf(text, `${index}${word}`);
    names.set(given, word);
    return given;
  };
  // The bare text, which may be a word of SQL, is the name of one thing of each kind.
  // (Of the metadata's keys JSON libraries leave __proto__ out, so that one cannot be given another name.)
  const bare = nameOf(text, text === '__proto__' ? '!' : '');
  names.set(bare, '_bare');
  const schema = name('_schema');
  const table = bare;
  const columns = Object.fromEntries(
    TABLE_COLUMNS.map((column) => [column, column === 'id' ? bare : name(`_${column}`)]),
  ) as Record<(typeof TABLE_COLUMNS)[number], string>;
  // An enum is a scalar of its name, so that must be one of GraphQL's; its schema and a domain's name need not.
  const kind = `${api}_enum`;
  names.set(kind, '_enum');
  const domain = name('_domain');
  const find = bare;
  const label = name('_label');
  const add = name('_add');
  const constraint = name('_unique');
  names.set(`${api}_pkey`, 'pkey');
  const q = escapeIdentifier;
  const s = (one: string) => `${q(schema)}.${q(one)}`;
  const value = escapeLiteral(nameOf(text, '!'));
  const ddl = `
    create schema ${q(schema)};
    create type ${s(kind)} as enum (${value}, 'other');
    create domain ${s(domain)} as text check (value <> 'forbidden');
    create table ${s(table)} (
      ${q(columns.id)} int constraint ${q(`${api}_pkey`)} primary key,
      ${q(columns.text)} ${s(domain)} default 'none' constraint ${q(constraint)} unique,
      ${q(columns.data)} jsonb,
      ${q(columns.list)} text[],
      ${q(columns.kind)} ${s(kind)},
      ${q(columns.parent_id)} int references ${s(table)}
    );
    create function ${s(find)}(text text, at_least int default 0) returns setof ${s(table)} stable language sql
      begin atomic select * from ${s(table)} t where t.${q(columns.text)} = $1 and t.${q(columns.id)} >= $2; end;
    create function ${s(label)}(${s(table)}, mark text) returns text stable language sql
      begin atomic select $1.${q(columns.text)} || $2; end;
    create function ${s(add)}(number int) returns setof ${s(table)} volatile language sql
      begin atomic insert into ${s(table)} (${q(columns.id)}, ${q(columns.text)}) values ($1, 'added' || $1) returning *; end;
    grant usage on schema ${q(schema)} to service_role;
    grant all on all tables in schema ${q(schema)} to service_role;`;
  const at = { schema, name: table };
  return {
    api,
    names,
    ddl,
    constraint,
    metadata: {
      tables: [
        {
          ...at,
          customName: api,
          columnNames: Object.fromEntries(Object.entries(columns).map(([plain, given]) => [given, plain])),
        },
      ],
      relationships: [
        {
          schema,
          table,
          name: 'parent',
          type: 'object',
          target: at,
          columns: { [columns.parent_id]: columns.id },
          fromForeignKey: true,
        },
        {
          schema,
          table,
          name: 'children',
          type: 'array',
          target: at,
          columns: { [columns.id]: columns.parent_id },
        },
      ],
      functions: [
        { schema, name: find, customName: `${api}_find` },
        { schema, name: add, customName: `${api}_add` },
      ],
      computedFields: [{ table: at, name: 'label', function: { schema, name: label } }],
    },
  };
}

/** Documents that name everything in every position, reading and writing; `T` stands for the table. */
export const DOCUMENTS: readonly string[] = [
  `{ T(order_by: [{text: asc}, {parent: {text: desc}}, {children_aggregate: {max: {id: asc}}}], where: {_or: [{text: {_like: "%"}}, {kind: {_is_null: false}}]}) {
      id text data(path: "$.a") list kind label(args: {mark: "!"}) parent { id text } children(order_by: {id: asc}, where: {text: {_neq: "x"}}) { id kind } children_aggregate { aggregate { count max { text } } } } }`,
  '{ T(distinct_on: text, order_by: {text: asc}, limit: 2, offset: 1) { text } T_by_pk(id: 1) { text parent { id } children { text } } }',
  '{ T_aggregate(where: {parent: {text: {_eq: "root"}}}) { aggregate { count(columns: [text, kind], distinct: true) sum { id } min { text } } nodes { id } } }',
  '{ T(where: {children: {id: {_gt: 1}}, children_aggregate: {count: {predicate: {_gte: 1}, arguments: [text], distinct: true}}, list: {_contains: ["a"]}, data: {_has_key: "a", _contains: {a: 1}}}) { id } }',
  '{ T_find(args: {text: "root", at_least: 1}, order_by: {id: desc}) { id parent { id } } T_find_aggregate(args: {text: "root"}) { aggregate { count } } }',
  `mutation { insert_T(objects: [{id: 10, text: "ten", kind: other, parent: {data: {id: 11, text: "eleven"}}, children: {data: [{id: 12, text: "twelve"}, {id: 13, text: "thirteen", list: ["x"]}]}}]) {
      affected_rows returning { id text kind parent { text } children { text } } } }`.replace(
    'kind: other',
    'kind: "other"',
  ),
  'mutation { insert_T_one(object: {id: 1, text: "again"}, on_conflict: {constraint: T_pkey, update_columns: [text, data], where: {parent: {id: {_is_null: true}}, text: {_neq: "x"}}}) { id text } }',
  'mutation { insert_T(objects: [{id: 1}, {id: 20, text: "twenty"}], on_conflict: {constraint: T_pkey}) { affected_rows returning { id text } } }',
  `mutation { update_T(where: {text: {_eq: "root"}}, _set: {text: "changed", kind: "other", list: ["b"]}, _append: {data: {b: 2}}) { affected_rows returning { text data parent { id } } }
      a: update_T_by_pk(pk_columns: {id: 2}, _inc: {parent_id: 0}, _delete_key: {data: "a"}) { id data }
      b: update_T_by_pk(pk_columns: {id: 2}, _prepend: {data: {c: 3}}) { data }
      c: update_T_by_pk(pk_columns: {id: 2}, _delete_at_path: {data: ["c"]}) { data }
      d: update_T_by_pk(pk_columns: {id: 3}, _delete_elem: {data: 0}) { data } }`,
  'mutation { update_T_many(updates: [{where: {id: {_eq: 2}}, _set: {text: "two!"}}, {where: {parent: {id: {_eq: 1}}}, _set: {list: []}}]) { affected_rows returning { id list } } }',
  'mutation { delete_T(where: {parent: {text: {_eq: "root"}}}) { affected_rows returning { id children { id } } } delete_T_by_pk(id: 4) { text } }',
  'mutation { T_add(args: {number: 30}) { id text } }',
  'mutation { insert_T_one(object: {id: 40, text: "root"}) { id } }',
];

export function rowsOf({ api }: Shop): string {
  return `mutation { insert_${api}(objects: [
    {id: 1, text: "root", data: {a: {x: 1}}, list: ["a", "b"]},
    {id: 2, text: "two", data: {a: 1}, kind: "other", parent_id: 1},
    {id: 3, text: "three", data: [1, 2], parent_id: 1},
    {id: 4, text: "four"}]) { affected_rows } }`;
}
