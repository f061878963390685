/** The root fields of mutations: writes of every table that the role may write, and volatile functions. */

import { insertFields } from './insert.ts';
import type { OutputField, Registry } from './registry.ts';
import { functionRootFields } from './root.ts';
import { deleteFields, updateFields } from './update.ts';

export function mutationRootFields(registry: Registry): Record<string, OutputField> {
  const { writable, functions } = registry.visible;
  const fields: Record<string, OutputField> = {};
  for (const table of writable)
    Object.assign(
      fields,
      insertFields(registry, table),
      updateFields(registry, table),
      deleteFields(registry, table),
    );
  for (const one of functions)
    if (one.api.exposedAs === 'mutation') Object.assign(fields, functionRootFields(registry, one));
  return fields;
}
