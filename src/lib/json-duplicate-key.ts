/** Finds an object of a JSON text that names one key twice: readers disagree about which of the two counts. */

/** The text must already be valid JSON. Returns the first key that occurs twice within one object. */
export function findDuplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let expectsKey = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (character === '{') {
      open.push(new Set());
      expectsKey = true;
    } else if (character === '[') {
      open.push(undefined);
      expectsKey = false;
    } else if (character === '}' || character === ']') {
      open.pop();
      expectsKey = false;
    } else if (character === ',') {
      expectsKey = open.at(-1) !== undefined;
    } else if (character === '"') {
      const end = endOfString(json, index);
      if (expectsKey) {
        const key = JSON.parse(json.slice(index, end + 1)) as string;
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
        expectsKey = false;
      }
      index = end;
    }
  }
  return undefined;
}

function endOfString(json: string, start: number): number {
  let index = start + 1;
  while (json[index] !== '"') index += json[index] === '\\' ? 2 : 1;
  return index;
}
