import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderConfigDocs } from '../../scripts/generate-config-docs.ts';
import { renderErrorDocs } from '../../scripts/generate-error-docs.ts';
import { listSettings } from '../../src/config/settings.ts';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

test('docs/configuration.md is what the schema says (npm run docs)', () => {
  expect(read('configuration.md')).toBe(renderConfigDocs());
});

test('docs/errors.md is what the catalogue says (npm run docs)', () => {
  expect(read('errors.md')).toBe(renderErrorDocs());
});

test('every setting has a meaning that is one sentence, and a default', () => {
  for (const { path, meaning, defaultText } of listSettings()) {
    expect(meaning, path).toMatch(/^[A-Z`].{10,}\.$/);
    expect(defaultText, path).not.toBe('');
  }
});
