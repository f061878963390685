/** What the paths of the description share: parameters, answers, references. */
import type { JsonSchema } from './types.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'header';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

interface Content {
  readonly [mediaType: string]: { readonly schema: JsonSchema };
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { description: string; schema: JsonSchema }>>;
  readonly content?: Content;
}

export interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
}

export interface PathItem {
  readonly get?: Operation;
  readonly post?: Operation;
  readonly patch?: Operation;
  readonly delete?: Operation;
}

export function reference(kind: 'schemas' | 'parameters' | 'responses', name: string): { $ref: string } {
  return { $ref: `#/components/${kind}/${name}` };
}

const text = { type: 'string' } as const;
const count = { type: 'integer' } as const;

export const PARAMETERS = {
  select: query('select', 'Columns, casts, aggregates and related rows: `id,title,artist(name)`.', text),
  columns: query('columns', 'Which keys of the body are columns; others are ignored.', text),
  on_conflict: query('on_conflict', 'The columns of the unique key that an upsert goes by.', text),
  order: query('order', 'Columns to sort by: `title.asc,id.desc.nullslast`.', text),
  limit: query('limit', 'How many rows at most.', count),
  offset: query('offset', 'How many rows to leave out first.', count),
  or: query('or', 'Filters of which one must hold: `(id.eq.1,title.like.A*)`.', text),
  and: query('and', 'Filters that must all hold: `(id.gt.1,id.lt.9)`.', text),
  range: header('Range', 'Rows as a range: `0-9`.'),
  prefer: header(
    'Prefer',
    'return=representation|headers-only|minimal, resolution=merge-duplicates|ignore-duplicates, missing=default, count=exact|planned|estimated, handling=strict|lenient, timezone, max-affected, tx.',
  ),
  'if-match': header('If-Match', 'Write only where the row still has this ETag.'),
} as const satisfies Record<string, Parameter>;

function query(name: string, description: string, schema: JsonSchema): Parameter {
  return { name, in: 'query', description, schema };
}

function header(name: string, description: string): Parameter {
  return { name, in: 'header', description, schema: text };
}

export function shared(...names: (keyof typeof PARAMETERS)[]): { $ref: string }[] {
  return names.map((name) => reference('parameters', name));
}

export function jsonBody(schema: JsonSchema): Operation['requestBody'] & object {
  return { required: true, content: { 'application/json': { schema } } };
}

export const ERROR: JsonSchema = {
  type: 'object',
  description: 'What went wrong.',
  properties: {
    code: { type: 'string', description: 'A code of PostgREST (PGRST…) or a SQLSTATE of PostgreSQL.' },
    message: text,
    details: { type: ['string', 'object', 'array', 'null'] },
    hint: { type: ['string', 'null'] },
  },
  required: ['code', 'message', 'details', 'hint'],
};

export const refusals: Operation['responses'] = { default: reference('responses', 'Error') };
