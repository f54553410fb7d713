// Data folder: what lies where, and how a start afresh moves it aside. Nothing is ever deleted
// here.
//   journal/        commands and snapshots: the truth
//   history.db      what is told about the past
//   identity.db     keys, profiles; wallet.db: addresses and wallet rows
//   proof.key       makes the salts of the proofs of liabilities; secret
//   run.json        how to reach the running exchange
import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { OperationalError } from '@openstrike/domain';
import { makeFolders } from '@openstrike/sequencer';

export interface DataFolder {
  readonly root: string;
  readonly journal: string;
}

export const dataFolderOf = (root: string): DataFolder => ({
  root,
  journal: join(root, 'journal'),
});

/** Throws OperationalError when the folder holds somebody else's files. */
export const checkDataFolder = (root: string): void => {
  const strangers = readdirSync(root).filter((name) => name !== 'run.json');
  if (strangers.length > 0 && !existsSync(dataFolderOf(root).journal)) {
    throw new OperationalError(
      'not-a-data-folder',
      `${root} has other files in it and no journal; name an empty or a new folder with --data.`,
    );
  }
};

/** Makes the folder; throws OperationalError when something else is in its place. */
export const openDataFolder = (root: string): DataFolder => {
  try {
    makeFolders(root, 0o700);
  } catch (cause) {
    const why = (cause as Error).message;
    const sentence = `The data folder ${root} cannot be made (${why}); name another with --data.`;
    throw new OperationalError('no-data-folder', sentence, { cause });
  }
  checkDataFolder(root);
  return dataFolderOf(root);
};

/** Moves the folder aside; returns where to, or null when there was nothing. */
export const moveAside = (root: string, nowMs: number): string | null => {
  if (!existsSync(root) || readdirSync(root).length === 0) return null;
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace(/\..*/, '');
  const target = `${root.replace(/\/+$/, '')}.${stamp}`;
  if (existsSync(target)) {
    throw new OperationalError(
      'in-the-way',
      `${target} exists already; wait a second and try again.`,
    );
  }
  try {
    renameSync(root, target);
  } catch (cause) {
    // A folder that is a mount of its own, as in a container, cannot be moved.
    const sentence = `${root} cannot be moved to ${target}; name a new folder with --data instead.`;
    throw new OperationalError('cannot-move', sentence, { cause });
  }
  return target;
};
