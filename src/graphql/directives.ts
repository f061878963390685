/** The directives of a schema: those of the specification, and what this dialect lets an operation say of itself. */
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLIncludeDirective,
  GraphQLNonNull,
  type GraphQLScalarType,
  GraphQLSkipDirective,
  specifiedDirectives,
} from 'graphql';
import type { Registry } from './tables/registry.ts';

/** Without it a subscription has one field. */
export const MULTIPLE_FIELDS = '_multiple_top_level_fields';

export function directives(registry: Registry): GraphQLDirective[] {
  return [...conditions(registry), ...ofOperations(registry)];
}

/** @include and @skip over the same Boolean that variables are declared with. */
function conditions(registry: Registry): GraphQLDirective[] {
  const type = new GraphQLNonNull(registry.scalar('Boolean') as GraphQLScalarType);
  return specifiedDirectives.map((directive) => {
    if (directive !== GraphQLIncludeDirective && directive !== GraphQLSkipDirective) return directive;
    const config = directive.toConfig();
    return new GraphQLDirective({ ...config, args: { if: { ...config.args.if, type } } });
  });
}

/** Answers are never kept, so `@cached` asks for nothing that would differ. */
function ofOperations(registry: Registry): GraphQLDirective[] {
  const nonNull = (name: string) => new GraphQLNonNull(registry.scalar(name) as GraphQLScalarType);
  return [
    new GraphQLDirective({
      name: 'cached',
      description: 'whether this query should be cached',
      locations: [DirectiveLocation.QUERY],
      args: {
        ttl: { type: nonNull('Int'), defaultValue: 60, description: 'measured in seconds' },
        refresh: { type: nonNull('Boolean'), defaultValue: false, description: 'refresh the cache entry' },
      },
    }),
    new GraphQLDirective({
      name: MULTIPLE_FIELDS,
      description: 'a subscription of several fields, which are read together',
      locations: [DirectiveLocation.SUBSCRIPTION],
    }),
  ];
}
