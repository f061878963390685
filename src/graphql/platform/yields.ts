/** The mark of a root field that gives its name to a table of that name, having another one beside it. */
export const YIELDS = 'yieldsToTables';
