// Files that cannot be stored as they are: [what they are, bytes, what the page must say].
// The value is in each of them, so that a message that quotes the file is found.
export const badFiles = (value) => [
  ['an .env file', `DB_PASS=${value}\n`, /line 1, column 1/i],
  ['JSON cut short', `{\n  "DB_PASS": "${value}"`, /line 2, column \d+/i],
  ['a trailing comma', `{\n  "DB_PASS": "${value}",\n}`, /line 3, column 1/i],
  ['an array', `[{ "DB_PASS": "${value}" }]`, /line 1, column 1.*not an object/i],
  ['a key written twice', `{\n  "DB_PASS": "${value}",\n  "DB_PASS": "other"\n}`, /line 3, column 3.*written twice, first on line 2|written twice, first on line 2.*line 3, column 3/i],
  ['a key written twice, once with an escape', `{\n  "DB_PASS": "${value}",\n  "DB\\u005fPASS": "other"\n}`, /line 3, column 3.*written twice, first on line 2|written twice, first on line 2.*line 3, column 3/i],
  ['a bad name among good ones', `{\n  "DB_NAME": "${value}",\n  "DB PASS": "${value}"\n}`, /line 3, column 3/i],
  ['a value 33 levels deep', `{\n  "DB_PASS": ${'['.repeat(33)}"${value}"${']'.repeat(33)}\n}`, /line 2, column 3.*nests 33 levels deep|nests 33 levels deep.*line 2, column 3/i],
  ['bytes that are not UTF-8', Buffer.concat([Buffer.from(`{\n  "DB_PASS": "${value}`), Buffer.from([0xff]), Buffer.from('"\n}')]), /line 2, column \d+.*UTF-8|UTF-8.*line 2, column \d+/i],
  ['half a surrogate pair', `{\n  "DB_PASS": "${value}\\ud800"\n}`, /line 2, column \d+/i],
  ['a byte order mark', `\ufeff{ "DB_PASS": "${value}" }`, /byte order mark/],
  ['UTF-16', Buffer.from(`\ufeff{ "DB_PASS": "${value}" }`, 'utf16le'), /UTF-16/],
  ['an empty file', '', /empty/],
  ['a zip archive', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.from(value)]), /zip archive/],
];
