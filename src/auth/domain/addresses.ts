/** E-mail addresses and phone numbers in the one form in which they are stored and compared. */
import { invalid } from '../errors.ts';

const LOCAL = /^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}$/u;
const DOMAIN =
  /^(?=.{1,253}$)(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const PHONE = /^[1-9]\d{1,14}$/;

export function normalizeEmail(given: string): string {
  const email = given.trim().toLowerCase();
  const at = email.lastIndexOf('@');
  const fits =
    at > 0 && email.length <= 254 && LOCAL.test(email.slice(0, at)) && DOMAIN.test(email.slice(at + 1));
  if (!fits) throw invalid('Unable to validate email address: invalid format');
  return email;
}

/** E.164 without its plus. */
export function normalizePhone(given: string): string {
  const phone = given.replace(/[\s+-]/g, '');
  if (!PHONE.test(phone)) throw invalid('Invalid phone number format (E.164 required)');
  return phone;
}
