import { writeFileSync } from 'node:fs';
import { apiReference, PATH } from './api-reference';

const { markdown, undocumented } = apiReference();
for (const name of undocumented) console.error(`${name} has no doc comment`);
if (undocumented.length > 0) process.exitCode = 1;
else writeFileSync(PATH, markdown);
