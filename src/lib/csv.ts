/** Reads comma-separated values as RFC 4180 has them. */

/** Records of fields; blank lines are skipped. Undefined where a quote is not closed or stands where it cannot. */
export function parseCsv(text: string): string[][] | undefined {
  const records: string[][] = [];
  let record: string[] = [];
  let position = 0;
  while (position < text.length) {
    let field: string;
    if (text[position] === '"') {
      const end = endOfQuoted(text, position + 1);
      if (end === undefined) return undefined;
      field = text.slice(position + 1, end).replaceAll('""', '"');
      position = end + 1;
    } else {
      const start = position;
      while (position < text.length && !isEnd(text[position])) {
        if (text[position] === '"') return undefined;
        position += 1;
      }
      field = text.slice(start, position);
    }
    record.push(field);
    if (position < text.length && !isEnd(text[position])) return undefined;
    if (text[position] === ',') {
      position += 1;
      // A comma at the very end: an empty field follows it.
      if (position === text.length) record.push('');
      else continue;
    }
    if (text[position] === '\r' && text[position + 1] === '\n') position += 1;
    position += 1;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}

function isEnd(character: string | undefined): boolean {
  return character === ',' || character === '\n' || character === '\r';
}

/** The index of the closing quote; a doubled one is a quote of the value. */
function endOfQuoted(text: string, start: number): number | undefined {
  let end = text.indexOf('"', start);
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return end < 0 ? undefined : end;
}
