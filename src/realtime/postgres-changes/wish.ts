/** Which changes of rows a client of Supabase asks for. */

export interface ChangesWish {
  /** As asked for: clients compare. */
  readonly request: Readonly<Record<string, unknown>>;
  readonly event: string;
  readonly schema: string;
  readonly table: string;
  readonly filter: string | undefined;
  readonly select: readonly string[] | undefined;
}
