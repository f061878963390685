/** What an answer says of cookies: those it sets, and that it depends on them. */
import type { OpenedCookies } from '../auth/session-cookies.ts';
import { addVary, type ResponseHeaders } from './cors.ts';

export function addCookies(headers: ResponseHeaders, cookies: OpenedCookies): void {
  const lines = cookies.lines();
  if (lines.length > 0) headers['set-cookie'] = [...[headers['set-cookie'] ?? []].flat(), ...lines];
  // What depends on a cookie is for no cache that others share.
  if (!cookies.jar.spoke) return;
  addVary(headers, 'cookie');
  headers['cache-control'] ??= 'private, no-cache';
}
