/** What a caller may do with a table, as paths and schemas of OpenAPI. */
import type { Column, Table } from '../../data/catalog/catalog.ts';
import type { Grants } from '../../data/catalog/grants.ts';
import {
  jsonBody,
  type Operation,
  type Parameter,
  type PathItem,
  type Response,
  refusals,
  shared,
} from './parts.ts';
import { type JsonSchema, typeSchema } from './types.ts';

/** `row` refers to the schema of its rows. Undefined where the role may do nothing with it. */
export function tablePath(table: Table, grants: Grants, row: JsonSchema): PathItem | undefined {
  const readable = table.columns.filter((column) => grants.canSelect(column));
  const insertable = table.insertable && table.columns.some((column) => grants.canInsert(column));
  const updatable = table.updatable && table.columns.some((column) => grants.canUpdate(column));
  const deletable = table.deletable && grants.canDelete(table);
  const filters = readable.map(filterParameter);
  const item: PathItem = {
    ...(readable.length > 0 ? { get: readOperation(table, row, filters) } : {}),
    ...(insertable ? { post: insertOperation(table, row) } : {}),
    ...(updatable ? { patch: changeOperation(table, row, filters, 'update') } : {}),
    ...(deletable ? { delete: changeOperation(table, row, filters, 'delete') } : {}),
  };
  return Object.keys(item).length === 0 ? undefined : item;
}

/** The columns that the role may read or write. */
export function tableSchema(table: Table, grants: Grants): JsonSchema {
  const columns = table.columns.filter(
    (column) => grants.canSelect(column) || grants.canInsert(column) || grants.canUpdate(column),
  );
  const required = columns.filter((column) => column.notNull && !isFilledIn(column));
  return {
    type: 'object',
    ...(table.comment ? { description: table.comment } : {}),
    properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)])),
    ...(required.length > 0 ? { required: required.map(({ name }) => name) } : {}),
  };
}

/** PostgreSQL gives it a value where the client does not. */
function isFilledIn(column: Column): boolean {
  return column.hasDefault || column.identity !== undefined || column.generated !== undefined;
}

function columnSchema(column: Column): JsonSchema {
  const key = column.table.primaryKey?.columns.includes(column) ? 'Primary key.' : '';
  const target = column.table.foreignKeys.find(
    (one) => one.columns.length === 1 && one.columns[0] === column,
  );
  const pointer = target ? `Foreign key to ${target.target.name}.${target.targetColumns[0]!.name}.` : '';
  const description = [column.comment ?? '', key, pointer].filter((text) => text !== '').join('\n\n');
  const isReadOnly = column.generated !== undefined || column.identity === 'always';
  return {
    ...typeSchema(column.type, { nullable: !column.notNull }),
    ...(description === '' ? {} : { description }),
    ...(isReadOnly ? { readOnly: true } : {}),
  };
}

function filterParameter(column: Column): Parameter {
  return {
    name: column.name,
    in: 'query',
    description: `Filter by ${column.name}: an operator and a value, as in \`eq.1\`, \`in.(1,2)\`, \`not.is.null\`.`,
    schema: { type: 'string' },
  };
}

function readOperation(table: Table, row: JsonSchema, filters: readonly Parameter[]): Operation {
  const rows: JsonSchema = { type: 'array', items: row };
  const answer = {
    'application/json': { schema: rows },
    'application/vnd.pgrst.object+json': { schema: row },
    'text/csv': { schema: { type: 'string' } },
  };
  return {
    tags: [table.name],
    summary: `Read rows of ${table.name}`,
    ...(table.comment ? { description: table.comment } : {}),
    parameters: [...filters, ...shared('select', 'order', 'limit', 'offset', 'or', 'and', 'range', 'prefer')],
    responses: {
      200: { description: 'The rows', headers: { 'Content-Range': CONTENT_RANGE }, content: answer },
      206: {
        description: 'A part of the rows, where their number was asked for',
        headers: { 'Content-Range': CONTENT_RANGE },
        content: answer,
      },
      ...refusals,
    },
  };
}

const CONTENT_RANGE = {
  description: 'Which rows these are, and of how many: `0-9/42`, `*/*` where nobody counted.',
  schema: { type: 'string' },
} as const;

function insertOperation(table: Table, row: JsonSchema): Operation {
  return {
    tags: [table.name],
    summary: `Insert or upsert rows of ${table.name}`,
    parameters: shared('select', 'columns', 'on_conflict', 'prefer'),
    requestBody: jsonBody({ oneOf: [row, { type: 'array', items: row }] }),
    responses: { 201: written('Inserted', row), 200: written('Updated by an upsert', row), ...refusals },
  };
}

function changeOperation(
  table: Table,
  row: JsonSchema,
  filters: readonly Parameter[],
  verb: 'update' | 'delete',
): Operation {
  return {
    tags: [table.name],
    summary: `${verb === 'update' ? 'Update' : 'Delete'} the rows of ${table.name} that fit the filters`,
    parameters: [...filters, ...shared('select', 'order', 'limit', 'or', 'and', 'prefer', 'if-match')],
    ...(verb === 'update' ? { requestBody: jsonBody(row) } : {}),
    responses: {
      200: written('The rows, with `Prefer: return=representation`', row),
      204: { description: 'Done' },
      412: { description: 'The row was changed: If-Match does not hold' },
      ...refusals,
    },
  };
}

function written(description: string, row: JsonSchema): Response {
  const rows: JsonSchema = { type: 'array', items: row };
  return { description, content: { 'application/json': { schema: rows } } };
}
