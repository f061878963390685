/** The schemas of all roles that ask, built lazily, and swapped together when the database changes. */
import { LRUCache } from 'lru-cache';
import type { Grants } from '../data/catalog/grants.ts';
import type { ApiModel } from '../data/catalog/model.ts';
import { visibleModel } from '../data/catalog/visible.ts';
import { AppError } from '../errors.ts';
import type { Observe } from '../observation.ts';
import type { DocumentLimits } from './limits.ts';
import type { PlatformSchemas } from './platform/schema.ts';
import { RoleSchema } from './role-schema.ts';
import { buildSchema } from './schema.ts';

export interface EngineInput {
  readonly limitsOf: (role: string) => DocumentLimits;
  readonly maxRows: number;
  readonly grants: (model: ApiModel, role: string) => Promise<Grants>;
  /** The role that sees all of the platform's own fields; others see those that are for everybody. */
  readonly serviceRole: string;
  readonly platform: PlatformSchemas;
  readonly observe: Observe;
}

/** Roles come from tokens that we signed, but their number is bounded all the same. */
const MAX_ROLES = 200;

export class SchemaEngine {
  readonly #input: EngineInput;
  #model: ApiModel | undefined;
  #ready = new LRUCache<string, RoleSchema>({ max: MAX_ROLES });
  readonly #building = new Map<string, Promise<RoleSchema>>();

  constructor(input: EngineInput) {
    this.#input = input;
  }

  /** The schema of a role if it is there already: the way of nearly every request. */
  peek(role: string): RoleSchema | undefined {
    return this.#ready.get(role);
  }

  /** Builds it where it is not there yet; requests of one role share one build. */
  async get(role: string): Promise<RoleSchema> {
    const ready = this.#ready.get(role);
    if (ready) return ready;
    const model = this.#model;
    if (!model)
      throw new AppError('database-unavailable', 'the catalog is not loaded yet', {
        hint: 'Try again in a moment.',
      });
    const key = `${model.catalog.version}\0${role}`;
    const building = this.#building.get(key);
    if (building) return building;
    const built = this.#build(model, role).then((one) => {
      // A newer model may have come meanwhile: this request is still answered by the older, the next one is not.
      if (this.#model === model) this.#ready.set(role, one);
      return one;
    });
    this.#building.set(key, built);
    try {
      return await built;
    } finally {
      this.#building.delete(key);
    }
  }

  /** Builds the schemas of all roles in use beside the old ones, then swaps them at once. */
  async install(model: ApiModel): Promise<void> {
    const next = new LRUCache<string, RoleSchema>({ max: MAX_ROLES });
    for (const role of [...this.#ready.keys()].reverse()) {
      try {
        next.set(role, await this.#build(model, role));
      } catch (error) {
        // A role that is gone meanwhile keeps nobody else from the new schema.
        if (!(error instanceof AppError) || error.code !== 'access-denied') throw error;
      }
    }
    this.#model = model;
    this.#ready = next;
  }

  async #build(model: ApiModel, role: string): Promise<RoleSchema> {
    const { limitsOf, maxRows, grants, serviceRole, platform, observe } = this.#input;
    const startedAt = performance.now();
    const visible = visibleModel(model, await grants(model, role));
    const build = (additions: boolean) =>
      buildSchema({
        visible,
        maxRows,
        additions,
        platform: role === serviceRole ? platform.service : platform.everybody,
      });
    const schema = await build(true);
    observe({
      type: 'schema-built',
      role,
      version: model.catalog.version,
      tables: visible.tables.length,
      elapsedMs: Math.round(performance.now() - startedAt),
    });
    return new RoleSchema(
      { role, schema, plainSchema: () => build(false) },
      model.catalog,
      limitsOf(role),
      maxRows,
    );
  }
}
