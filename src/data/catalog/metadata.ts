/**
 * The metadata file: names and relationships that the database cannot say (`api.metadata`).
 * Keys that are not ours are ignored, so that files written for other tools can be used as they are.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../errors.ts';

const qualified = z.object({ schema: z.string().default('public'), name: z.string() });
const rootField = z.union([
  z.string(),
  z.object({ name: z.string().nullish(), comment: z.string().nullish() }),
]);

const metadataSchema = z.object({
  stringifyNumericTypes: z.boolean().default(false),
  schemas: z.array(z.string()).optional(),
  tables: z
    .array(
      qualified.extend({
        customName: z.string().nullish(),
        columnNames: z.record(z.string(), z.string()).default({}),
        rootFields: z.record(z.string(), rootField).default({}),
        isEnum: z.boolean().default(false),
        comment: z.string().nullish(),
        columnComments: z.record(z.string(), z.string()).default({}),
      }),
    )
    .optional(),
  relationships: z
    .array(
      z.object({
        schema: z.string().default('public'),
        table: z.string(),
        name: z.string(),
        type: z.enum(['object', 'array']),
        target: qualified,
        columns: z.record(z.string(), z.string()),
        fromForeignKey: z.boolean().default(false),
        insertionOrder: z.enum(['before_parent', 'after_parent']).nullish(),
      }),
    )
    .default([]),
  functions: z
    .array(
      qualified.extend({
        exposedAs: z.enum(['query', 'mutation']).nullish(),
        sessionArgument: z.string().nullish(),
        customName: z.string().nullish(),
        rootFields: z.record(z.string(), rootField).default({}),
        comment: z.string().nullish(),
      }),
    )
    .default([]),
  computedFields: z
    .array(
      z.object({
        table: qualified,
        name: z.string(),
        function: qualified,
        tableArgument: z.string().nullish(),
        sessionArgument: z.string().nullish(),
        comment: z.string().nullish(),
      }),
    )
    .default([]),
});

export type Metadata = z.infer<typeof metadataSchema>;
export type TableMetadata = NonNullable<Metadata['tables']>[number];
export type FunctionMetadata = Metadata['functions'][number];

export const NO_METADATA: Metadata = metadataSchema.parse({});

/** Reads the file; undefined = none. Throws AppError `config-invalid` that lists every problem with its place. */
export async function readMetadata(path: string | undefined): Promise<Metadata> {
  if (path === undefined) return NO_METADATA;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new AppError(
      'config-invalid',
      `the metadata file ${path} cannot be read: ${(cause as Error).message}`,
      { cause },
    );
  }
  const parsed = metadataSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`,
  );
  throw new AppError('config-invalid', `the metadata file ${path} holds ${problems.length} problem(s)`, {
    details: problems.join('\n'),
  });
}
