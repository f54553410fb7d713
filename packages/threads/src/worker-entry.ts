// Worker entry: where a module finds the entry of its worker thread beside itself, be it run from
// its source or as it is published.

/** Units: `moduleUrl` is the caller's `import.meta.url`, `name` the entry's file without ending. */
export const workerEntry = (moduleUrl: string, name: string): URL =>
  new URL(`./${name}.${moduleUrl.endsWith('.ts') ? 'ts' : 'js'}`, moduleUrl);
