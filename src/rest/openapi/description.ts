/** OpenAPI 3.1 of what one role may do in one schema. */
import type { Catalog, Routine, Table } from '../../data/catalog/catalog.ts';
import type { Grants } from '../../data/catalog/grants.ts';
import { readVersion } from '../../version.ts';
import { ERROR, PARAMETERS, type PathItem, reference } from './parts.ts';
import { routinePath } from './routines.ts';
import { tablePath, tableSchema } from './tables.ts';
import type { JsonSchema } from './types.ts';

export function describeApi(catalog: Catalog, grants: Grants, schema: string): unknown {
  const paths: Record<string, PathItem> = {};
  const schemas: Record<string, JsonSchema> = {};
  const rows = new Map<Table, JsonSchema>();
  for (const table of catalog.tables) {
    if (table.schema !== schema) continue;
    const name = componentName(table.name, schemas);
    const row = reference('schemas', name);
    const path = tablePath(table, grants, row);
    if (!path) continue;
    paths[`/${encodeURIComponent(table.name)}`] = path;
    schemas[name] = tableSchema(table, grants);
    rows.set(table, row);
  }
  for (const [name, overloads] of callable(catalog, grants, schema))
    paths[`/rpc/${encodeURIComponent(name)}`] = routinePath(overloads, (table) => rows.get(table));
  return {
    openapi: '3.1.0',
    info: {
      title: `Schema ${schema}`,
      description: `Tables and functions of the schema ${schema} that the role ${grants.role} may use.`,
      version: readVersion(),
    },
    servers: [{ url: '/rest/v1' }],
    security: [{}, { bearer: [] }, { apikey: [] }],
    paths,
    components: {
      schemas,
      parameters: PARAMETERS,
      responses: {
        Error: {
          description: 'What went wrong',
          content: { 'application/json': { schema: ERROR } },
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        apikey: { type: 'apiKey', in: 'header', name: 'apikey' },
      },
    },
  };
}

function callable({ routines }: Catalog, grants: Grants, schema: string): Map<string, Routine[]> {
  const byName = new Map<string, Routine[]>();
  for (const routine of routines)
    if (routine.schema === schema && grants.canExecute(routine))
      byName.set(routine.name, [...(byName.get(routine.name) ?? []), routine]);
  return byName;
}

/** Names of components are of few characters; tables are called as they like. */
function componentName(table: string, taken: Readonly<Record<string, unknown>>): string {
  const plain = table.replace(/[^a-zA-Z0-9._-]/g, '_');
  let name = plain;
  for (let number = 2; Object.hasOwn(taken, name); number += 1) name = `${plain}_${number}`;
  return name;
}
