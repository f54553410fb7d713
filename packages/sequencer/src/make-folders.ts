// Make folders: a folder and those above it that are missing, one by one. Node's own recursive
// `mkdir` never comes back where the system answers "no such file" for a folder that is there, as
// /proc does. Invariant: it returns, and then the folder is there, or it throws.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder where there is none; returns those made, the topmost first.
 *
 * Throws: the system's own error. Units: `mode` as of `chmod`, for the folders made.
 */
export function makeFolders(folder: string, mode = 0o777): readonly string[] {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) {
    missing.unshift(at);
  }
  for (const path of missing) {
    makeOne(path, mode);
  }
  if (missing.length === 0 && !statSync(folder).isDirectory()) {
    throw new Error(`${folder} is not a folder`);
  }
  return missing;
}

/** Somebody else may make it in the same moment. */
function makeOne(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() !== true) {
      throw error;
    }
  }
}
