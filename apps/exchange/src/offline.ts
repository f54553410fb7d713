// Offline commands: what the operator does on a data folder while no exchange runs on it.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OperationalError } from '@openstrike/domain';
import { restoreBackup } from '@openstrike/sequencer';
import { dataFolderOf } from './data-folder.ts';
import { verifyFolder } from './verify-journal.ts';

const verify = async (root: string): Promise<void> => {
  const report = await verifyFolder(dataFolderOf(root).journal);
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (!report.sound) {
    throw new OperationalError('not-sound', `The journal is not sound: ${report.problems[0]}`);
  }
};

/**
 * The databases beside the journal come along; history that is behind catches up from the journal.
 */
const restore = async (root: string, backup: string): Promise<void> => {
  if (!existsSync(join(backup, 'journal'))) {
    throw new OperationalError('no-backup', `${backup} is not a backup: it has no journal in it.`);
  }
  if (existsSync(root) && readdirSync(root).length > 0) {
    const sentence = `${root} is not empty; name a new folder with --data to restore into.`;
    throw new OperationalError('not-empty', sentence);
  }
  await restoreBackup(join(backup, 'journal'), dataFolderOf(root).journal);
  for (const name of readdirSync(backup).filter((each) => /\.(db|sqlite|key)$/.test(each))) {
    cpSync(join(backup, name), join(root, name));
  }
  process.stdout.write(`Restored ${backup} into ${root}.\n`);
};

export const runOffline = (
  command: 'verify' | 'restore',
  root: string,
  args: readonly string[],
): Promise<void> => (command === 'verify' ? verify(root) : restore(root, args[0] ?? ''));
