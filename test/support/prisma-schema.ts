/**
 * Reads the models of schema.prisma as tables: what the database must look like if both agree. It knows the part of
 * the language that the schema uses, and fails on everything else rather than overlook it.
 */

export interface TableShape {
  readonly columns: Readonly<Record<string, ColumnShape>>;
  /** `primary (id)`, `unique (key_hash)`, `index (at)`, sorted. */
  readonly indexes: readonly string[];
}

export interface ColumnShape {
  /** As PostgreSQL's format_type prints it. */
  readonly type: string;
  readonly nullable: boolean;
  /** As PostgreSQL prints it; `identity` for autoincrement, null for none. */
  readonly default: string | null;
}

const TYPES: Readonly<Record<string, string>> = {
  String: 'text',
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  DateTime: 'timestamp(3) without time zone',
  Json: 'jsonb',
  Bytes: 'bytea',
};

const NATIVE_TYPES: Readonly<Record<string, (argument: string) => string>> = {
  Uuid: () => 'uuid',
  Inet: () => 'inet',
  SmallInt: () => 'smallint',
  VarChar: (length) => `character varying(${length})`,
  Timestamp: (digits) => `timestamp(${digits}) without time zone`,
  Timestamptz: (digits) => `timestamp(${digits}) with time zone`,
};

/** `schema.table` → its shape. */
export function readPrismaSchema(text: string): Record<string, TableShape> {
  const models = [...text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => ({
    name,
    lines: body
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('//')),
  }));
  const names = new Set(models.map((model) => model.name));
  return Object.fromEntries(models.map((model) => readModel(model.name, model.lines, names)));
}

function readModel(
  name: string,
  lines: readonly string[],
  models: ReadonlySet<string>,
): [string, TableShape] {
  const columns: Record<string, ColumnShape> = {};
  const columnNames = new Map<string, string>();
  const indexes: string[] = [];
  let schema: string | undefined;
  let table = name;
  for (const line of lines) {
    const block = /^@@(\w+)\((.*)\)$/.exec(line);
    if (block?.[1] === 'schema') schema = unquote(block[2] ?? '');
    else if (block?.[1] === 'map') table = unquote(block[2] ?? '');
    else if (block && ['id', 'unique', 'index'].includes(block[1] ?? '')) {
      const fields = /\[([^\]]*)\]/.exec(block[2] ?? '')?.[1]?.split(',') ?? [];
      indexes.push(
        `${block[1] === 'id' ? 'primary' : block[1]} (${fields.map((field) => columnOf(field.trim())).join(', ')})`,
      );
    } else if (block) throw new Error(`unknown: ${line}`);
    else readField(line);
  }
  if (schema === undefined) throw new Error(`${name} has no @@schema`);
  return [`${schema}.${table}`, { columns, indexes: indexes.sort() }];

  function columnOf(field: string): string {
    const column = columnNames.get(field);
    if (column === undefined) throw new Error(`${name} has no field ${field}`);
    return column;
  }

  function readField(line: string): void {
    const [, field = '', base = '', list, optional, rest = ''] =
      /^(\w+)\s+(\w+)(\[\])?(\?)?\s*(.*)$/.exec(line) ?? [];
    if (models.has(base)) return; // a relation has no column of its own
    const column = /@map\("([^"]+)"\)/.exec(rest)?.[1] ?? field;
    columnNames.set(field, column);
    columns[column] = {
      type: typeOf(base, rest) + (list ?? ''),
      nullable: optional === '?',
      default: defaultOf(base, rest),
    };
    if (/@id\b/.test(rest)) indexes.push(`primary (${column})`);
    if (/@unique\b/.test(rest)) indexes.push(`unique (${column})`);
  }
}

function typeOf(base: string, rest: string): string {
  const [, native, argument = ''] = /@db\.(\w+)(?:\((\d+)\))?/.exec(rest) ?? [];
  const type = native === undefined ? TYPES[base] : NATIVE_TYPES[native]?.(argument);
  if (type === undefined) throw new Error(`unknown type: ${base} ${rest}`);
  return type;
}

function defaultOf(base: string, rest: string): string | null {
  const expression = /@default\((.*?)\)(?=\s+@|\s*$)/.exec(rest)?.[1];
  if (expression === undefined) return null;
  if (expression === 'now()') return 'CURRENT_TIMESTAMP';
  if (expression === 'autoincrement()') return 'identity';
  const generated = /^dbgenerated\("(.*)"\)$/.exec(expression)?.[1];
  if (generated !== undefined) return generated;
  if (/^".*"$/.test(expression)) return `'${unquote(expression)}'::${TYPES[base]}`;
  if (/^(-?\d+|true|false)$/.test(expression)) return expression;
  throw new Error(`unknown default: ${expression}`);
}

function unquote(text: string): string {
  return JSON.parse(text) as string;
}
