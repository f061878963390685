/** The model that is served now, and how it follows the database: loaded once, then anew whenever somebody says so. */
import type pg from 'pg';
import { createCaller } from '../../caller.ts';
import { toAppError } from '../../database/errors.ts';
import type { Observe } from '../../observation.ts';
import type { Catalog } from './catalog.ts';
import { readEnumValues } from './enum-values.ts';
import { type Grants, loadGrants } from './grants.ts';
import { introspect } from './introspect.ts';
import { readMetadata } from './metadata.ts';
import { type ApiModel, buildModel } from './model.ts';
import type { ReservedNames } from './names.ts';

export interface LiveCatalogInput {
  /** Of the platform: it may read pg_catalog, which everybody may. */
  readonly pool: pg.Pool;
  readonly schemas: readonly string[];
  readonly metadataFile: string | undefined;
  /** The login of the API. The rows of enum tables are read through it, as this role. */
  readonly enumReaders: pg.Pool;
  readonly enumReader: string;
  /** Names that the platform's own part of the schema has. */
  readonly reserved?: ReservedNames;
  readonly observe: Observe;
}

export class LiveCatalog {
  readonly #input: LiveCatalogInput;
  #version = 0;
  #warned = new Set<string>();
  #running: Promise<void> | undefined;
  #again = false;

  /** Called with every new model, and awaited: a reload is done when what follows from it is. */
  onModel: (model: ApiModel) => Promise<void> = async () => {};

  constructor(input: LiveCatalogInput) {
    this.#input = input;
  }

  /** Reads the database and hands the model on. Throws AppError where the metadata file cannot be read. */
  async load(): Promise<void> {
    const { pool, metadataFile, observe } = this.#input;
    const startedAt = performance.now();
    const metadata = await readMetadata(metadataFile);
    const schemas = new Set([
      ...this.#input.schemas,
      ...(metadata.tables ?? []).map((table) => table.schema),
    ]);
    const client = await pool.connect();
    let model: ApiModel;
    try {
      const version = this.#version + 1;
      const catalog = await introspect(client, [...schemas], version);
      const warnings: string[] = [];
      const enumValues = await this.#readEnums(catalog, metadata, warnings);
      model = await buildModel(catalog, metadata, enumValues, this.#input.reserved);
      this.#version = version;
      for (const warning of [...warnings, ...model.warnings]) this.#warnOnce(warning);
    } finally {
      client.release();
    }
    await this.onModel(model);
    observe({
      type: 'catalog-loaded',
      version: model.catalog.version,
      tables: model.tables.length,
      elapsedMs: Math.round(performance.now() - startedAt),
    });
  }

  get version(): number {
    return this.#version;
  }

  /** Loads anew; calls that come while one runs share one more run after it, which sees what they saw. */
  reload(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return this.#running;
    }
    this.#running = this.#reloadUntilQuiet().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #reloadUntilQuiet(): Promise<void> {
    do {
      this.#again = false;
      await this.load();
    } while (this.#again);
  }

  /** Throws AppError `access-denied` for a role that the login of the API may not become. */
  async grants(catalog: Catalog, role: string): Promise<Grants> {
    try {
      await this.#input.enumReaders.query("select pg_catalog.set_config('role', $1, true)", [role]);
    } catch (error) {
      throw toAppError(error, createCaller('user', role));
    }
    const client = await this.#input.pool.connect();
    try {
      return await loadGrants(client, catalog, role);
    } finally {
      client.release();
    }
  }

  async #readEnums(
    catalog: Catalog,
    metadata: Parameters<typeof readEnumValues>[2],
    warnings: string[],
  ): ReturnType<typeof readEnumValues> {
    if (!metadata.tables?.some((table) => table.isEnum)) return new Map();
    const client = await this.#input.enumReaders.connect();
    await client.query('begin read only');
    try {
      await client.query("select set_config('role', $1, true)", [this.#input.enumReader]);
      return await readEnumValues(client, catalog, metadata, (warning) => warnings.push(warning));
    } finally {
      await client.query('rollback');
      client.release();
    }
  }

  #warnOnce(warning: string): void {
    if (this.#warned.has(warning)) return;
    this.#warned.add(warning);
    this.#input.observe({ type: 'catalog-warning', warning });
  }
}
