/** The schema as a flat list of settings: what the environment can set, what the documentation shows. */
import type { z } from 'zod';
import { configSchema } from './schema.ts';

export interface Setting {
  /** `api.maxRows` */
  path: string;
  /** `GOFORWARD_API_MAX_ROWS`; undefined where a single variable cannot say it. */
  environment: string | undefined;
  kind: 'text' | 'number' | 'boolean' | 'list' | 'map';
  /** As a reader would write it. */
  defaultText: string;
  meaning: string;
}

/** In the order of the schema. */
export function listSettings(): Setting[] {
  return collect(configSchema, []);
}

/** `['api', 'maxRows']` → `GOFORWARD_API_MAX_ROWS` */
export function environmentName(path: readonly string[]): string {
  return `GOFORWARD_${path.map((part) => part.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')}`;
}

function collect(schema: z.core.$ZodType, path: string[]): Setting[] {
  const { inner, defaultValue } = unwrap(schema);
  if (inner._zod.def.type === 'object') {
    const shape = (inner as z.core.$ZodObject)._zod.def.shape;
    return Object.entries(shape).flatMap(([key, child]) => collect(child, [...path, key]));
  }
  const meta = (schema as z.ZodType).meta() ?? {};
  const kind = kindOf(inner);
  return [
    {
      path: path.join('.'),
      environment: kind === 'map' ? undefined : environmentName(path),
      kind,
      defaultText: typeof meta.defaultText === 'string' ? meta.defaultText : show(defaultValue),
      meaning: meta.description ?? '',
    },
  ];
}

function unwrap(schema: z.core.$ZodType): { inner: z.core.$ZodType; defaultValue: unknown } {
  let inner = schema;
  let defaultValue: unknown;
  for (;;) {
    const def = inner._zod.def as { type: string; innerType?: z.core.$ZodType; defaultValue?: unknown };
    if (def.innerType === undefined) return { inner, defaultValue };
    if (def.type === 'default') defaultValue = def.defaultValue;
    inner = def.innerType;
  }
}

function kindOf(schema: z.core.$ZodType): Setting['kind'] {
  switch (schema._zod.def.type) {
    case 'number':
    case 'int':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'array':
      return 'list';
    case 'record':
      return 'map';
    default:
      return 'text';
  }
}

function show(value: unknown): string {
  if (value === undefined) return 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
}
