import { expect, test } from 'vitest';
import { FuzzySet } from '../../../src/lib/fuzzy-set.ts';

const tables = new FuzzySet(['clients', 'projects', 'tasks', 'project_members', 'Users']);

test.each([
  ['client', 'clients'],
  ['projcts', 'projects'],
  ['project_member', 'project_members'],
  ['user', 'Users'],
])('%s is like %s', (word, expected) => expect(tables.get(word)[0]?.word).toBe(expected));

test('the same word is found whatever its case', () => {
  expect(tables.get('TASKS')).toEqual([{ score: 1, word: 'tasks' }]);
});

test('what is like nothing finds nothing', () => {
  expect(tables.get('xylophone')).toEqual([]);
  expect(tables.get('clnt', 0.75)).toEqual([]);
  expect(tables.get('')).toEqual([]);
  expect(new FuzzySet([]).get('clients')).toEqual([]);
});
