/** Ids as requests name them: what is no UUID is refused before the database is asked. */
import { authError } from '../errors.ts';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** In lower case, as the database has it. `name` is how the door calls it. */
export function readId(given: string | number | undefined, name: string): string {
  const id = String(given ?? '');
  if (!UUID.test(id)) throw authError('validation_failed', `${name} must be an UUID`, { status: 404 });
  return id.toLowerCase();
}
