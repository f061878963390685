/** The validation rules of graphql-js, as this schema needs them. */
import {
  GraphQLError,
  KnownTypeNamesRule,
  NoSchemaIntrospectionCustomRule,
  NoUnusedVariablesRule,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  type ValidationRule,
} from 'graphql';

/** graphql-js' own asks for the map of all types, which a lazy schema would have to make for every document. */
const knownTypeNames: ValidationRule = (context) => ({
  NamedType(node) {
    const name = node.name.value;
    if (context.getSchema().getType(name)) return;
    context.reportError(new GraphQLError(`Unknown type "${name}".`, { nodes: node }));
  },
});

/**
 * A variable that nobody reads harms nobody, and clients of this dialect send such documents. How many fields a subscription may have
 * depends on a directive of it, and on conditions: whoever makes the plan knows.
 */
const RULES = specifiedRules
  .filter((rule) => rule !== NoUnusedVariablesRule && rule !== SingleFieldSubscriptionsRule)
  .map((rule) => (rule === KnownTypeNamesRule ? knownTypeNames : rule));

export function validationRules(introspection: boolean): readonly ValidationRule[] {
  return introspection ? RULES : [...RULES, NoSchemaIntrospectionCustomRule];
}
