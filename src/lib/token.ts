/** Words that clients hand back as they got them: base64 of a JSON list of texts and nulls. */

/** Undefined where it is none. */
export function readToken(token: unknown): readonly (string | null)[] | undefined {
  if (typeof token !== 'string') return undefined;
  try {
    const list: unknown = JSON.parse(Buffer.from(token, 'base64').toString('utf8'));
    const isList = Array.isArray(list) && list.every((one) => one === null || typeof one === 'string');
    return isList ? list : undefined;
  } catch {
    return undefined;
  }
}
