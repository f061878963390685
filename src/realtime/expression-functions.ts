/** Functions in the tree of an expression that PostgreSQL keeps. Those that it was born with are not in pg_depend. */

/** SQL: the oids of the functions that are called in a tree, itself SQL for its text. */
export const functionsOfTree = (tree: string): string =>
  `select m[1]::oid from pg_catalog.regexp_matches(${tree}, ':(?:funcid|opfuncid|aggfnoid|winfnoid) ([0-9]+)', 'g') m`;
