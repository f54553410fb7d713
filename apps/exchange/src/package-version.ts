// Package version: what `--version`, `public/test` and the logs say.
import { readFileSync } from 'node:fs';

export const packageVersion = (): string => {
  const manifest = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
};
