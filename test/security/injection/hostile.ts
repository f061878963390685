/** Texts that break out of places where they are pasted instead of quoted or bound. */
export const HOSTILE_TEXTS: readonly string[] = [
  'a"b',
  '"',
  '""',
  '"; drop table witness; --',
  "it's",
  "'",
  "''",
  "'; drop table witness; --",
  "\\'; drop table witness; --",
  'back\\slash',
  '\\',
  "E'\\x41'",
  'U&"\\0041"',
  'semi;colon',
  'com--ment',
  '/* open',
  '*/ close',
  '$1',
  '$2::int4',
  '$$',
  '$tag$ x $tag$',
  '%s',
  '%I %L %1$s',
  '?',
  ':name',
  '@name',
  '{}',
  '{a,b}',
  '{"a":1}',
  '[1]',
  '(1,2)',
  ')',
  '(',
  'a.b',
  'a,b',
  'null',
  'NULL',
  'default',
  'select',
  'user',
  'current_user',
  'table',
  'true',
  '*',
  ' ',
  ' leading and trailing ',
  'new\nline',
  'tab\tcarriage\rreturn',
  'ünïcödé',
  'e\u0301',
  '日本語',
  '😀',
  '\u202eright to left',
  '\u200b',
  '\u00a0',
  '\uff02\uff07',
  '\u2028',
  '${x}',
  '`x`',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
];

const MAX_IDENTIFIER_BYTES = 63;

/** A text as a name of PostgreSQL: the end makes it one of its own, the whole is as long as a name may be or shorter. */
export function nameOf(text: string, end: string): string {
  let head = text;
  while (Buffer.byteLength(head + end) > MAX_IDENTIFIER_BYTES) head = [...head].slice(0, -1).join('');
  return head + end;
}

/** Names as long as names may be, of characters that quoting makes longer. */
export const LONG_TEXTS: readonly string[] = [
  '"'.repeat(80),
  "'".repeat(80),
  '\\'.repeat(80),
  'ü'.repeat(80),
  '😀'.repeat(40),
];
