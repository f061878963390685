/** PostgreSQL's types as JSON Schema: how a value of them looks in a body. */
import { type PgType, withoutDomain } from '../../data/catalog/catalog.ts';

/** Of JSON Schema 2020-12, as far as it is used here. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly (string | null)[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly maxLength?: number;
  readonly readOnly?: boolean;
  readonly default?: unknown;
  readonly example?: unknown;
}

/** The format is PostgreSQL's own name where JSON Schema has none. */
const SCALARS: Readonly<Record<string, JsonSchema>> = {
  int2: { type: 'integer', format: 'int16' },
  int4: { type: 'integer', format: 'int32' },
  int8: { type: 'integer', format: 'int64' },
  oid: { type: 'integer', format: 'int64' },
  float4: { type: 'number', format: 'float' },
  float8: { type: 'number', format: 'double' },
  numeric: { type: 'number', format: 'numeric' },
  bool: { type: 'boolean' },
  text: { type: 'string' },
  varchar: { type: 'string' },
  bpchar: { type: 'string' },
  uuid: { type: 'string', format: 'uuid' },
  date: { type: 'string', format: 'date' },
  timestamptz: { type: 'string', format: 'date-time' },
  timestamp: { type: 'string', format: 'timestamp' },
  json: { description: 'any JSON value' },
  jsonb: { description: 'any JSON value' },
};

export function typeSchema(type: PgType, { nullable }: { nullable: boolean }): JsonSchema {
  const schema = plainSchema(withoutDomain(type));
  if (!nullable || schema.type === undefined) return schema;
  return {
    ...schema,
    type: [schema.type as string, 'null'],
    ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
  };
}

function plainSchema(type: PgType): JsonSchema {
  if (type.kind === 'array' && type.element)
    return { type: 'array', items: typeSchema(type.element, { nullable: true }) };
  if (type.kind === 'enum') return { type: 'string', enum: type.labels };
  if (type.kind === 'composite')
    return {
      type: 'object',
      properties: Object.fromEntries(
        type.fields.map((field) => [field.name, typeSchema(field.type, { nullable: true })]),
      ),
    };
  const known = type.schema === 'pg_catalog' ? SCALARS[type.name] : undefined;
  return known ?? { type: 'string', format: type.name };
}
