/** The schemas of all roles that ask, built lazily, and swapped together when the database changes. */
import { LRUCache } from 'lru-cache';
import type { CallerScope } from '../caller-scope.ts';
import type { Grants } from '../data/catalog/grants.ts';
import type { ApiModel } from '../data/catalog/model.ts';
import { scopedGrants } from '../data/catalog/scoped-grants.ts';
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

/** The role of the service for a key that is not the service: its tables, and of the platform what is for everybody. */
const NOT_SERVICE = '\0';

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
  peek(role: string, isRestricted = false): RoleSchema | undefined {
    return this.#ready.get(this.#nameOf(role, isRestricted));
  }

  /** `isRestricted`: asked for a key that may do less than its role. */
  get(role: string, isRestricted = false): Promise<RoleSchema> {
    return this.#get(this.#nameOf(role, isRestricted));
  }

  #nameOf(role: string, isRestricted: boolean): string {
    return isRestricted && role === this.#input.serviceRole ? `${role}${NOT_SERVICE}` : role;
  }

  /** Builds it where it is not there yet; requests of one role share one build. */
  async #get(name: string): Promise<RoleSchema> {
    const ready = this.#ready.get(name);
    if (ready) return ready;
    const model = this.#model;
    if (!model)
      throw new AppError('database-unavailable', 'the catalog is not loaded yet', {
        hint: 'Try again in a moment.',
      });
    const key = `${model.catalog.version}\0${name}`;
    const building = this.#building.get(key);
    if (building) return building;
    const built = this.#build(model, name).then((one) => {
      // A newer model may have come meanwhile: this request is still answered by the older, the next one is not.
      if (this.#model === model) this.#ready.set(name, one);
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
    for (const name of [...this.#ready.keys()].reverse()) {
      try {
        next.set(name, await this.#build(model, name));
      } catch (error) {
        // A role that is gone meanwhile keeps nobody else from the new schema.
        if (!(error instanceof AppError) || error.code !== 'access-denied') throw error;
      }
    }
    this.#model = model;
    this.#ready = next;
  }

  async #build(model: ApiModel, name: string): Promise<RoleSchema> {
    const role = name.replace(NOT_SERVICE, '');
    const { limitsOf, maxRows, grants, serviceRole, platform, observe } = this.#input;
    const startedAt = performance.now();
    const granted = await grants(model, role);
    const visible = visibleModel(model, granted);
    const build = (additions: boolean, scope?: CallerScope) =>
      buildSchema({
        visible: scope === undefined ? visible : visibleModel(model, scopedGrants(granted, scope)),
        maxRows,
        additions,
        platform: name === serviceRole ? platform.service : platform.everybody,
      });
    const schema = await build(true);
    observe({
      type: 'schema-built',
      role,
      version: model.catalog.version,
      tables: visible.tables.length,
      elapsedMs: Math.round(performance.now() - startedAt),
    });
    return new RoleSchema({ role, schema, build }, model.catalog, limitsOf(role), maxRows);
  }
}
