// Lets a linked clone (`npm install --global .`) run what was built again: npm only makes the commands executable when it links.
import { chmodSync, readFileSync } from 'node:fs';

const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));
for (const file of Object.values(bin)) chmodSync(file, 0o755);
